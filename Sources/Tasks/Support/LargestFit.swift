/// Finds how much of something repeated fits into a prompt.
enum LargestFit {
  /// The largest number of pieces whose prompt has at most `length` tokens.
  ///
  /// More pieces never make fewer tokens, so the bracket found from the mean length of a piece can be bisected.
  ///
  /// - Parameters:
  ///   - length: the most tokens.
  ///   - bare: the tokens of the prompt without pieces, at most `length`.
  ///   - probe: how many pieces the mean length is taken from.
  ///   - guess: about how many fit, where that is known; saves the probing.
  ///   - most: never more pieces than that.
  ///   - tokenCount: the tokens of the prompt with that many pieces.
  /// - Returns: 0 or more.
  /// - Throws: what `tokenCount` throws.
  static func count<Failure: Error>(
    length: Int, bare: Int, probe: Int, guess: Int? = nil, most: Int = 1 << 30,
    tokenCount: (Int) throws(Failure) -> Int
  ) throws(Failure) -> Int {
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
    while try tokenCount(high) <= length {
      guard high < most else { return most }
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
