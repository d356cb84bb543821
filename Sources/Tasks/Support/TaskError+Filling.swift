extension TaskError {
  /// A prompt that cannot be filled to a length, because text hardly makes tokens.
  ///
  /// Every task that fills to a length refuses such a tokenizer with it: the search for the length would never end.
  ///
  /// - Parameters:
  ///   - cell: what the prompt is of.
  ///   - length: the tokens that were asked for.
  ///   - tokens: what the tokenizer made.
  ///   - pieces: of how many words, lines or sentences.
  /// - Returns: the error, with what may be wrong.
  static func unfillable(_ cell: String, length: Int, tokens: Int, pieces: Int) -> Self {
    .impossibleSample(
      cell: cell,
      problem: "no text fills \(length) tokens: \(pieces) words or more make \(tokens) token\(tokens == 1 ? "" : "s"); "
        + "the vocabulary does not know the text's words, letters and bytes: is it the model's own? "
        + "(`se-eval tokenize` shows what it makes of a text)")
  }
}
