/// Finds how much of something repeated fits into a prompt.
enum LargestFit {
  /// The largest number of pieces whose prompt has at most `length` tokens.
  ///
  /// More pieces never make fewer tokens, so the bracket found from the mean length of a piece can be bisected. A piece is
  /// a word at least and so a token at least: where it is not, the tokenizer is not the model's (one whose only token is
  /// "unknown" merges any text into one), and the search would go on for ever.
  ///
  /// - Parameters:
  ///   - cell: what the prompt is of, for the error.
  ///   - length: the most tokens.
  ///   - bare: the tokens of the prompt without pieces, at most `length`.
  ///   - probe: how many pieces the mean length is taken from.
  ///   - guess: about how many fit, where that is known; saves the probing.
  ///   - most: never more pieces than that.
  ///   - tokenCount: the tokens of the prompt with that many pieces.
  /// - Returns: 0 or more.
  /// - Throws: what `tokenCount` throws; `TaskError.impossibleSample` where more pieces than `length` fit.
  static func count(
    _ cell: String, length: Int, bare: Int, probe: Int, guess: Int? = nil, most: Int = 1 << 30,
    tokenCount: (Int) throws(TaskError) -> Int
  ) throws(TaskError) -> Int {
    var low = 0
    var high: Int
    if let guess {
      high = max(1, guess + 1)
    } else {
      let perPiece = max(1, Double(try tokenCount(probe) - bare) / Double(probe))
      high = max(1, Int(Double(length - bare) / perPiece) + 1)
    }
    high = min(high, most)
    var step = 1
    while true {
      let tokens = try tokenCount(high)
      if tokens > length { break }
      guard high < most else { return most }
      guard high <= length else { throw .unfillable(cell, length: length, tokens: tokens, pieces: high) }
      low = high
      high = min(high + step, most)
      step *= 2
    }
    // The estimate is seldom off by more than a few pieces: look just below it first.
    step = 1
    while high - step > low {
      guard try tokenCount(high - step) > length else {
        low = high - step
        break
      }
      high -= step
      step *= 2
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if try tokenCount(middle) <= length { low = middle } else { high = middle }
    }
    return low
  }
}
