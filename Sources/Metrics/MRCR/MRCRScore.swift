/// OpenAI's score of MRCR: how like the wanted piece the answer is, where it begins with the wanted characters.
public enum MRCRScore {
  /// 0 for an answer that does not begin with the prefix; else `difflib.SequenceMatcher(None, response, answer).ratio()`
  /// of both without it.
  ///
  /// Source: the data card of openai/mrcr. The order of the two texts matters: what is frequent is looked for in the
  /// second.
  public static func score(response: String, answer: String, prefix: String) -> Double {
    let (response, answer, prefix) = (CodePoints(response), CodePoints(answer), CodePoints(prefix))
    guard response.starts(with: prefix) else { return 0 }
    let wanted = answer.starts(with: prefix) ? CodePoints(answer.dropFirst(prefix.count)) : answer
    return SequenceMatcher(CodePoints(response.dropFirst(prefix.count)), wanted).ratio
  }
}
