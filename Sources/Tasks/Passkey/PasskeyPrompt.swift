import Tokenizers

/// Fills a passkey prompt to a length.
struct PasskeyPrompt {
  let wording: PasskeyWording
  let context: SampleContext

  /// A rendered prompt.
  struct Rendered {
    let text: String
    let tokens: [Int]
    /// The key sentence's first token, as a share of the prompt.
    let depth: Double
  }

  /// The longest prompt of at most `length` tokens with the key sentence after `depth` of the filler.
  func prompt(key: String, length: Int, depth: Double) throws(TaskError) -> Rendered {
    func tokens(_ count: Int) -> [Int] { encode(text(key: key, fillers: count, depth: depth).whole) }
    guard tokens(0).count <= length else {
      throw .impossibleSample(
        cell: "passkey length=\(length)",
        problem: "the prompt without filler has \(tokens(0).count) tokens already; ask for longer ones")
    }
    // More sentences never make fewer tokens, so the largest count that fits can be bisected.
    var low = 0
    var high = max(1, length)
    while high - low > 1 {
      let middle = (low + high) / 2
      if tokens(middle).count <= length { low = middle } else { high = middle }
    }
    let (whole, before) = text(key: key, fillers: low, depth: depth)
    let ids = encode(whole)
    return Rendered(text: whole, tokens: ids, depth: Double(encode(before).count) / Double(max(1, ids.count)))
  }

  private func text(key: String, fillers: Int, depth: Double) -> (whole: String, before: String) {
    let place = Int((depth * Double(fillers)).rounded())
    func filler(_ range: Range<Int>) -> [String] { range.map { wording.filler[$0 % wording.filler.count] } }
    let opening = wording.opening.isEmpty ? [] : [wording.opening]
    let before = (opening + filler(0..<place)).joined(separator: wording.separator)
    let sentence = wording.key.replacing("{key}", with: key)
    let pieces = (before.isEmpty ? [] : [before]) + [sentence] + filler(place..<fillers)
    return (
      pieces.joined(separator: wording.separator) + wording.questionSeparator + wording.question, before
    )
  }

  /// Token ids of a prompt, wrapped in the model's chat template where one is set.
  private func encode(_ text: String) -> [Int] {
    guard let name = context.chat, let template = ChatTemplate.named(name) else { return context.tokenizer.encode(text) }
    return context.tokenizer.encode(template.render(user: text, system: nil))
  }
}
