import Tokenizers

/// Turns the text of a prompt into what the model reads: chat markers where a template is set, BOS by the tokenizer.
struct PromptWrapper: Sendable {
  let tokenizer: Tokenizer
  private let template: ChatTemplate?

  /// A prompt as the model reads it.
  struct Prompt: Sendable {
    /// The text, special tokens written out, without BOS.
    let text: String
    /// The ids, BOS included where there is one.
    let tokens: [Int]
  }

  /// A wrapper for the model of a context.
  ///
  /// - Parameter context: names the chat template: nil or `none` for none, `auto` for the checkpoint's own.
  /// - Throws: `TaskError.setting` for a template that is not known.
  init(_ context: SampleContext) throws(TaskError) {
    tokenizer = context.tokenizer
    switch context.chat {
    case nil, "none"?: template = nil
    case "auto"?:
      guard let own = context.tokenizer.chatTemplate else {
        throw .setting(key: "chat", found: "auto", expected: "a name: the checkpoint has no chat template of its own")
      }
      guard let known = ChatTemplate.recognised(from: own) else {
        throw .setting(
          key: "chat", found: "auto", expected: "a name: the checkpoint's own template is not one that is known")
      }
      template = known
    case let name?:
      guard let known = ChatTemplate.named(name) else {
        throw .setting(
          key: "chat", found: "'\(name)'", expected: "auto, none, \(ChatTemplate.names.joined(separator: ", "))")
      }
      template = known
    }
  }

  private init(_ tokenizer: Tokenizer, _ template: ChatTemplate?) {
    self.tokenizer = tokenizer
    self.template = template
  }

  /// What to say of a checkpoint whose chat template is left away by a configuration that names none; nil otherwise.
  static func unusedTemplate(_ context: SampleContext) -> String? {
    guard context.chat == nil, context.tokenizer.chatTemplate != nil else { return nil }
    return "a checkpoint has a chat template, and its prompts go without one: say chat: auto, or chat: none to mean it"
  }

  /// True where prompts are wrapped in a chat template.
  var wrapsInChat: Bool { template != nil }

  /// The name of the template, `none` without one.
  var templateName: String { template?.name ?? "none" }

  /// The same tokenizer without a template.
  var unwrapped: PromptWrapper { PromptWrapper(tokenizer, nil) }

  /// The text as the model reads it, special tokens written out, without BOS.
  ///
  /// - Parameters:
  ///   - text: the user's message.
  ///   - system: the system message; nil takes the template's own, and without a template it goes in front of the text.
  /// - Returns: the text.
  func wrapped(_ text: String, system: String? = nil) -> String {
    template?.render(user: text, system: system) ?? (system ?? "") + text
  }

  /// The ids of a wrapped text, exactly one BOS in front where the tokenizer asks for one.
  func encode(_ text: String, system: String? = nil) -> [Int] {
    let whole = wrapped(text, system: system)
    // Special tokens count as such only where a template wrote them.
    guard template != nil else { return tokenizer.encode(whole, parseSpecial: false) }
    let ids = tokenizer.encode(whole)
    if specialCount(ids) == specialCount(tokenizer.encode(wrapped("", system: system))) { return ids }
    return encodeAround(whole, system: system) ?? ids
  }

  /// A prompt that was checked to begin with exactly one BOS where the tokenizer asks for one.
  ///
  /// - Parameters:
  ///   - text: the user's message.
  ///   - system: the system message, see `wrapped`.
  ///   - sample: what it is for, named in the error.
  /// - Returns: text and ids.
  /// - Throws: `TaskError.impossibleSample` for a prompt without tokens, or without exactly one BOS.
  func prompt(
    _ text: String, system: String? = nil, sample: @autoclosure () -> String
  ) throws(TaskError) -> Prompt {
    let tokens = encode(text, system: system)
    guard !tokens.isEmpty else { throw .impossibleSample(cell: sample(), problem: "the prompt has no tokens") }
    if let problem = bosProblem(tokens, system: system) {
      throw .impossibleSample(cell: sample(), problem: problem)
    }
    return Prompt(text: wrapped(text, system: system), tokens: tokens)
  }

  /// What is wrong with the BOS tokens of a prompt, or nil.
  ///
  /// A template may itself use the BOS token as a marker of turns (ChatML on SmolLM2); those do not count.
  private func bosProblem(_ tokens: [Int], system: String?) -> String? {
    guard let bos = tokenizer.bosToken else { return nil }
    let markers = template == nil ? [] : tokenizer.encode(wrapped("", system: system), bos: .never)
    let wanted = markers.count { $0 == bos } + (tokenizer.addsBOS && markers.first != bos ? 1 : 0)
    let found = tokens.count { $0 == bos }
    if found != wanted {
      return
        "the prompt has \(found) BOS tokens in place of \(wanted); look at the tokenizer's add_bos_token and at the "
        + "chat template"
    }
    return tokenizer.addsBOS && tokens.first != bos ? "the prompt does not begin with BOS" : nil
  }

  private func specialCount(_ ids: [Int]) -> Int {
    ids.count { tokenizer.isSpecial($0) && $0 != tokenizer.unknownToken }
  }

  /// The ids of a prompt whose message spells special tokens: those of the message stay text.
  ///
  /// The template's own special tokens end before the message and begin again after it; between them nothing counts as
  /// special. Nil where the message has no place of its own.
  private func encodeAround(_ whole: String, system: String?) -> [Int]? {
    // A control character in place of the message shows what stands around it.
    let parts = wrapped("\u{1}", system: system).split(separator: "\u{1}", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let (head, tail) = (String(parts[0]), String(parts[1]))
    let message = String(decoding: whole.utf8.dropFirst(head.utf8.count).dropLast(tail.utf8.count), as: UTF8.self)
    let open = lastSpecial(in: head)?.upperBound ?? head.startIndex
    let close = firstSpecial(in: tail)?.lowerBound ?? tail.endIndex
    return tokenizer.encode(String(head[..<open]))
      + tokenizer.encode(head[open...] + message + tail[..<close], bos: .never, parseSpecial: false)
      + tokenizer.encode(String(tail[close...]), bos: .never)
  }

  private func specials(in text: String) -> [String] {
    tokenizer.encode(text, bos: .never).filter { tokenizer.isSpecial($0) }.compactMap { tokenizer.token($0) }
  }

  private func firstSpecial(in text: String) -> Range<String.Index>? {
    specials(in: text).compactMap { text.firstRange(of: $0) }.min { $0.lowerBound < $1.lowerBound }
  }

  private func lastSpecial(in text: String) -> Range<String.Index>? {
    specials(in: text).compactMap { text.ranges(of: $0).last }.max { $0.upperBound < $1.upperBound }
  }
}

extension PromptWrapper {
  /// The ids of a message and the beginning of its answer, which stands behind the chat markers.
  func encode(_ text: String, system: String? = nil, answer: String) -> [Int] {
    guard wrapsInChat else { return encode(text + answer, system: system) }
    return encode(text, system: system) + continuation(answer)
  }

  /// The ids of a text that goes on after others: no BOS, and nothing in it counts as special.
  func continuation(_ text: String) -> [Int] {
    guard !text.isEmpty else { return [] }
    // Behind a line end, so that tokenizers that put a space before a text do not put one here.
    let stem = tokenizer.encode("\n", bos: .never, parseSpecial: false)
    let whole = tokenizer.encode("\n" + text, bos: .never, parseSpecial: false)
    let isApart = whole.starts(with: stem) && whole.count > stem.count
    return isApart ? Array(whole.dropFirst(stem.count)) : tokenizer.encode(text, bos: .never, parseSpecial: false)
  }
}
