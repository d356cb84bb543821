import Evaluation
import Tokenizers

/// Fills a passkey prompt to a length.
struct PasskeyPrompt {
  let wording: PasskeyWording
  let wrapper: PromptWrapper
  /// The key sentence without the key: what stands before it, between its occurrences, and behind; found once for all
  /// prompts.
  private let keyParts: [Substring]
  private let frames = Frames()

  /// What prompts with other keys have in common, the last of it: prompts of a cell differ in little else.
  private final class Frames {
    struct Place: Hashable {
      let fillers: Int
      let depth: Double
    }

    /// What stands before the key sentence and behind it.
    var texts: [Place: (before: String, after: String)] = [:]
    /// The ids of what stands before a key's first digit.
    var beginnings: [Place: [Int]] = [:]
    /// A search meets few counts of fillers; texts of any length are not kept in numbers.
    static let limit = 8
  }

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
  /// - Throws: `TaskError.impossibleSample` where not even the prompt without filler fits, or filler makes no tokens.
  func prompt(key: String, length: Int, depth: Double, guess: Int? = nil) throws(TaskError) -> Rendered {
    // The longest prompt that was found to fit, which the search asks for on its way.
    var best: (count: Int, prompt: PromptWrapper.Prompt)?
    func tokenCount(_ count: Int) throws(TaskError) -> Int {
      let prompt = try wrapper.rendered(text(key: key, fillers: count, depth: depth))
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
      "passkey length=\(length)", length: length, bare: guess == nil ? bare() : 0, probe: 4 * wording.filler.count,
      guess: guess
    ) { (count) throws(TaskError) in try tokenCount(count) }
    if count == 0 { _ = try bare() }
    let prompt: PromptWrapper.Prompt
    if let best, best.count == count {
      prompt = best.prompt
    } else {
      prompt = try wrapper.rendered(text(key: key, fillers: count, depth: depth))
    }
    let before = try beginning(fillers: count, depth: depth)
    return Rendered(
      text: prompt.text, tokens: prompt.tokens, conversation: prompt.conversation, fillerCount: count,
      keyToken: commonPrefixCount(prompt.tokens, before))
  }

  /// The whole text.
  private func text(key: String, fillers: Int, depth: Double) -> String {
    let (before, after) = frame(fillers: fillers, depth: depth)
    return before + keyParts.joined(separator: key) + after
  }

  /// What stands before the key sentence and behind it.
  private func frame(fillers: Int, depth: Double) -> (before: String, after: String) {
    let frame = Frames.Place(fillers: fillers, depth: depth)
    if let known = frames.texts[frame] { return known }
    let place = Int((depth * Double(fillers)).rounded())
    func filler(_ range: Range<Int>) -> [String] { range.map { wording.filler[$0 % wording.filler.count] } }
    let opening = wording.opening.isEmpty ? [] : [wording.opening]
    let before = (opening + filler(0..<place)).map { $0 + wording.separator }.joined()
    let after = filler(place..<fillers).map { wording.separator + $0 }.joined()
    let made = (before: before, after: after + wording.questionSeparator + wording.question)
    if frames.texts.count == Frames.limit { frames.texts = [:] }
    frames.texts[frame] = made
    return made
  }

  /// The ids of the part of the text that stands before the key's first digit, whatever the key.
  private func beginning(fillers: Int, depth: Double) throws(TaskError) -> [Int] {
    let frame = Frames.Place(fillers: fillers, depth: depth)
    if let known = frames.beginnings[frame] { return known }
    let made = try wrapper.encode(self.frame(fillers: fillers, depth: depth).before + (keyParts.first ?? ""))
    if frames.beginnings.count == Frames.limit { frames.beginnings = [:] }
    frames.beginnings[frame] = made
    return made
  }

  private func commonPrefixCount(_ a: [Int], _ b: [Int]) -> Int {
    zip(a, b).prefix { $0 == $1 }.count
  }
}
