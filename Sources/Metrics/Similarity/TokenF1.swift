/// F1 over the words of an answer.
public enum TokenF1 {
  /// SQuAD's F1: both sides normalised, words counted as a multiset; 0 when no word is shared.
  public static func english(prediction: String, reference: String) -> Double {
    score(AnswerNormalization.squad(CodePoints(prediction)), AnswerNormalization.squad(CodePoints(reference)))
  }

  /// LongBench's F1 for Chinese: words as jieba cuts them, each normalised.
  public static func chinese(prediction: String, reference: String, segmenter: JiebaSegmenter) -> Double {
    func words(_ text: String) -> [CodePoints] {
      segmenter.cut(CodePoints(text)).map(AnswerNormalization.chinese).filter { !$0.isEmpty }
    }
    return score(words(prediction), words(reference))
  }

  static func score(_ prediction: [CodePoints], _ reference: [CodePoints]) -> Double {
    var counts: [CodePoints: Int] = [:]
    for word in reference { counts[word, default: 0] += 1 }
    var shared = 0
    for word in prediction {
      if let count = counts[word], count > 0 {
        counts[word] = count - 1
        shared += 1
      }
    }
    guard shared > 0 else { return 0 }
    let precision = Double(shared) / Double(prediction.count)
    let recall = Double(shared) / Double(reference.count)
    return 2 * precision * recall / (precision + recall)
  }
}
