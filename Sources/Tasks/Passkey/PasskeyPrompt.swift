import Tokenizers

/// Fills a passkey prompt to a length.
struct PasskeyPrompt {
  let wording: PasskeyWording
  let wrapper: PromptWrapper

  /// A rendered prompt.
  struct Rendered {
    let text: String
    let tokens: [Int]
    /// The number of filler sentences or lines.
    let fillerCount: Int
    /// The index of the first token that holds a part of the key.
    let keyToken: Int
    /// `keyToken` as a share of the prompt's tokens.
    var depth: Double { Double(keyToken) / Double(max(1, tokens.count)) }
  }

  /// The longest prompt of at most `length` tokens with the key sentence after `depth` of the filler.
  func prompt(key: String, length: Int, depth: Double) throws(TaskError) -> Rendered {
    func ids(_ count: Int) -> [Int] { wrapper.encode(text(key: key, fillers: count, depth: depth).whole) }
    let bare = ids(0).count
    guard bare <= length else {
      throw .impossibleSample(
        cell: "passkey length=\(length)",
        problem: "the prompt without filler has \(bare) tokens already; ask for longer ones")
    }
    let count = largestCount(length: length, bare: bare) { ids($0).count }
    let (whole, before) = text(key: key, fillers: count, depth: depth)
    let tokens = wrapper.encode(whole)
    return Rendered(
      text: wrapper.wrapped(whole), tokens: tokens, fillerCount: count,
      keyToken: commonPrefixCount(tokens, wrapper.encode(before)))
  }

  /// The largest number of fillers whose prompt has at most `length` tokens.
  ///
  /// More sentences never make fewer tokens, so the bracket found from the mean length of a sentence can be bisected.
  private func largestCount(length: Int, bare: Int, tokenCount: (Int) -> Int) -> Int {
    let cycle = wording.filler.count
    let perFiller = max(1, Double(tokenCount(4 * cycle) - bare) / Double(4 * cycle))
    var low = 0
    var high = max(1, Int(Double(length - bare) / perFiller) + 1)
    var step = 1
    while tokenCount(high) <= length {
      low = high
      high += step
      step *= 2
    }
    // The estimate is seldom off by more than a few sentences: look just below it first.
    step = 1
    while high - step > low {
      guard tokenCount(high - step) > length else {
        low = high - step
        break
      }
      high -= step
      step *= 2
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if tokenCount(middle) <= length { low = middle } else { high = middle }
    }
    return low
  }

  /// The whole text, and the part of it that stands before the key's first digit.
  private func text(key: String, fillers: Int, depth: Double) -> (whole: String, before: String) {
    let place = Int((depth * Double(fillers)).rounded())
    func filler(_ range: Range<Int>) -> [String] { range.map { wording.filler[$0 % wording.filler.count] } }
    let opening = wording.opening.isEmpty ? [] : [wording.opening]
    let start = opening + filler(0..<place)
    let stem = wording.key.split(separator: "{key}", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
    let pieces = start + [wording.key.replacing("{key}", with: key)] + filler(place..<fillers)
    return (
      pieces.joined(separator: wording.separator) + wording.questionSeparator + wording.question,
      (start + [String(stem)]).joined(separator: wording.separator)
    )
  }

  private func commonPrefixCount(_ a: [Int], _ b: [Int]) -> Int {
    zip(a, b).prefix { $0 == $1 }.count
  }
}
