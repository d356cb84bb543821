import Evaluation
import Tokenizers

/// Fills a passkey prompt to a length.
struct PasskeyPrompt {
  let wording: PasskeyWording
  let wrapper: PromptWrapper
  /// The key sentence without the key: what stands before it, between its occurrences, and behind; found once for all
  /// prompts.
  private let keyParts: [Substring]

  init(wording: PasskeyWording, wrapper: PromptWrapper) {
    self.wording = wording
    self.wrapper = wrapper
    keyParts = wording.key.split(separator: "{key}", omittingEmptySubsequences: false)
  }

  /// A rendered prompt.
  struct Rendered {
    let text: String
    let tokens: [Int]
    let conversation: Conversation
    /// The number of filler sentences or lines.
    let fillerCount: Int
    /// The index of the first token that holds a part of the key.
    let keyToken: Int
    /// `keyToken` as a share of the prompt's tokens.
    var depth: Double { Double(keyToken) / Double(max(1, tokens.count)) }
  }

  /// The longest prompt of at most `length` tokens with the key sentence after `depth` of the filler.
  ///
  /// - Parameters:
  ///   - key: the digits.
  ///   - length: the most tokens.
  ///   - depth: the share of the filler before the key.
  ///   - guess: about how many fillers fit, as the prompt before had; it saves time and changes nothing.
  /// - Returns: the prompt.
  /// - Throws: `TaskError.impossibleSample` where not even the prompt without filler fits.
  func prompt(key: String, length: Int, depth: Double, guess: Int? = nil) throws(TaskError) -> Rendered {
    // The longest prompt that was found to fit, which the search asks for on its way.
    var best: (count: Int, prompt: PromptWrapper.Prompt)?
    func tokenCount(_ count: Int) throws(TaskError) -> Int {
      let prompt = try wrapper.rendered(text(key: key, fillers: count, depth: depth).whole)
      if prompt.tokens.count <= length, count >= best?.count ?? 0 { best = (count, prompt) }
      return prompt.tokens.count
    }
    func bare() throws(TaskError) -> Int {
      let bare = try tokenCount(0)
      guard bare <= length else {
        throw .impossibleSample(
          cell: "passkey length=\(length)",
          problem: "the prompt without filler has \(bare) tokens already; ask for longer ones")
      }
      return bare
    }
    let count = try LargestFit.count(
      length: length, bare: guess == nil ? bare() : 0, probe: 4 * wording.filler.count, guess: guess
    ) { (count) throws(TaskError) in try tokenCount(count) }
    if count == 0 { _ = try bare() }
    let (whole, beginning) = text(key: key, fillers: count, depth: depth)
    let prompt: PromptWrapper.Prompt
    if let best, best.count == count { prompt = best.prompt } else { prompt = try wrapper.rendered(whole) }
    let before = try wrapper.encode(beginning)
    return Rendered(
      text: prompt.text, tokens: prompt.tokens, conversation: prompt.conversation, fillerCount: count,
      keyToken: commonPrefixCount(prompt.tokens, before))
  }

  /// The whole text, and the part of it that stands before the key's first digit.
  private func text(key: String, fillers: Int, depth: Double) -> (whole: String, before: String) {
    let place = Int((depth * Double(fillers)).rounded())
    func filler(_ range: Range<Int>) -> [String] { range.map { wording.filler[$0 % wording.filler.count] } }
    let opening = wording.opening.isEmpty ? [] : [wording.opening]
    let start = opening + filler(0..<place)
    let pieces = start + [keyParts.joined(separator: key)] + filler(place..<fillers)
    return (
      pieces.joined(separator: wording.separator) + wording.questionSeparator + wording.question,
      (start + [String(keyParts.first ?? "")]).joined(separator: wording.separator)
    )
  }

  private func commonPrefixCount(_ a: [Int], _ b: [Int]) -> Int {
    zip(a, b).prefix { $0 == $1 }.count
  }
}
