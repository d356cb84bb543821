import Evaluation
import Tokenizers

/// Turns the text of a prompt into what the model reads: chat markers where a template is set, BOS by the tokenizer.
struct PromptWrapper: Sendable {
  let tokenizer: Tokenizer
  private let chat: Chat?
  /// A server tells messages apart: they need no template here.
  private let sendsMessages: Bool

  /// A template with what it is told.
  private struct Chat: Sendable {
    let template: ChatTemplate
    let variables: ChatTemplate.Variables
    /// The model's system message, for prompts that have none of their own.
    let system: String?
    /// Whether a system message has a turn of its own; otherwise it goes in front of the user's message.
    let hasSystemTurn: Bool
  }

  /// A prompt as the model reads it.
  struct Prompt: Sendable {
    /// The text, special tokens written out; with a BOS only where a chat template writes it.
    let text: String
    /// The ids, BOS included where there is one.
    let tokens: [Int]
    /// What it was made of.
    let conversation: Conversation
  }

  /// A wrapper for the model of a context.
  ///
  /// - Parameter context: names the chat template: nil or `none` for none, `auto` for the checkpoint's own.
  /// - Throws: `TaskError.setting` for a template that is not known, or that is no template.
  init(_ context: SampleContext) throws(TaskError) {
    tokenizer = context.tokenizer
    sendsMessages = context.chat == SampleContext.serverChat
    guard let template = try Self.template(context) else {
      chat = nil
      return
    }
    let variables = ChatTemplate.Variables(context.tokenizer, date: context.chatDate)
    chat = Chat(
      template: template, variables: variables, system: context.system,
      hasSystemTurn: template.takesSystemMessage(variables))
  }

  private static func template(_ context: SampleContext) throws(TaskError) -> ChatTemplate? {
    switch context.chat {
    case nil, "none"?, SampleContext.serverChat?: return nil
    case "auto"?:
      let own: ChatTemplate?
      do throws(ChatTemplateError) {
        own = try context.tokenizer.ownChatTemplate()
      } catch {
        throw .setting(key: "chat", found: "auto", expected: "a template that can be rendered: \(error)")
      }
      guard let own else {
        throw .setting(key: "chat", found: "auto", expected: "a name: the checkpoint has no chat template of its own")
      }
      return own
    case let name?:
      guard let known = ChatTemplate.named(name) else {
        throw .setting(
          key: "chat", found: "'\(name)'", expected: "auto, none, \(ChatTemplate.names.joined(separator: ", "))")
      }
      return known
    }
  }

  private init(_ tokenizer: Tokenizer, sendsMessages: Bool) {
    self.tokenizer = tokenizer
    self.sendsMessages = sendsMessages
    chat = nil
  }

  /// What to say of a checkpoint whose chat template is left away by a configuration that names none; nil otherwise.
  static func unusedTemplate(_ context: SampleContext) -> String? {
    guard context.chat == nil, context.tokenizer.chatTemplate != nil else { return nil }
    return "a checkpoint has a chat template, and its prompts go without one: say chat: auto, or chat: none to mean it"
  }

  /// True where prompts are wrapped in a chat template.
  var wrapsInChat: Bool { chat != nil }

  /// True where the model is told who speaks: by a template here, or by that of a server.
  var tellsSpeakers: Bool { wrapsInChat || sendsMessages }

  /// The name of the template, `none` without one.
  var templateName: String { chat?.template.name ?? (sendsMessages ? SampleContext.serverChat : "none") }

  /// The same tokenizer without a template.
  var unwrapped: PromptWrapper { PromptWrapper(tokenizer, sendsMessages: sendsMessages) }

  /// A message as the model reads it.
  ///
  /// - Parameters:
  ///   - text: the user's message.
  ///   - system: the system message; nil takes the model's, and without a template it goes in front of the text.
  /// - Returns: the text and the ids: special tokens count as such only where a template wrote them, and exactly one
  ///   BOS is in front where the tokenizer asks for one.
  /// - Throws: `TaskError.setting` where the template refuses the messages.
  func rendered(_ text: String, system: String? = nil) throws(TaskError) -> Prompt {
    try rendered((system.map { [Message(.system, $0)] } ?? []) + [Message(.user, text)])
  }

  /// A conversation as the model reads it, which ends where the answer begins.
  ///
  /// - Parameter messages: the messages, at most one of the system, in front; where there is none, the model's is taken.
  /// - Returns: the text and the ids, see `rendered(_:system:)`.
  /// - Throws: `TaskError.setting` where there is no template and more than one message beside the system's, which then
  ///   cannot be told apart, or where the template refuses the messages.
  func rendered(_ messages: [Message]) throws(TaskError) -> Prompt {
    guard let chat else {
      guard messages.count(where: { $0.role != .system }) == 1 || sendsMessages else {
        throw .setting(
          key: "chat", found: "none",
          expected: "a chat template (`chat: auto` or a name): the \(messages.count) messages of this protocol cannot "
            + "be told apart without one")
      }
      let whole = sendsMessages && messages.count > 1 ? Self.shown(messages) : messages.map(\.content).joined()
      return Prompt(
        text: whole, tokens: tokenizer.encode(whole, parseSpecial: false), conversation: Conversation(messages))
    }
    let complete = Self.complete(messages, chat)
    let rendered = try Self.render(complete, chat)
    return Prompt(text: rendered.text, tokens: tokenizer.encode(rendered), conversation: Conversation(complete))
  }

  /// Messages as a person reads them, each under who speaks: other turns are another text.
  private static func shown(_ messages: [Message]) -> String {
    messages.map { "\($0.role.rawValue):\n\($0.content)" }.joined(separator: "\n\n")
  }

  /// The messages with the model's system message, where they have none; in front of the first other message where the
  /// template has no turn for it.
  private static func complete(_ messages: [Message], _ chat: Chat) -> [Message] {
    var rest = messages[...]
    var system = chat.system ?? ""
    if let first = rest.first, first.role == .system {
      system = first.content
      rest.removeFirst()
    }
    if system.isEmpty { return Array(rest) }
    if chat.hasSystemTurn { return [Message(.system, system)] + rest }
    guard let first = rest.popFirst() else { return [] }
    return [Message(first.role, "\(system)\n\n\(first.content)")] + rest
  }

  private static func render(_ messages: [Message], _ chat: Chat) throws(TaskError) -> RenderedChat {
    do throws(ChatTemplateError) {
      return try chat.template.render(
        ChatMessages(messages.map { (role: $0.role.rawValue, content: $0.content) }), chat.variables)
    } catch {
      let wanted =
        Conversation(messages).hasUserTwice
        ? "a template that takes two user turns in a row, which this protocol has" : "a template for these messages"
      throw .setting(key: "chat", found: "'\(chat.template.name)'", expected: "\(wanted): \(error)")
    }
  }

  /// True where the template renders a second user's message behind the first; false without a template.
  var takesUserTwice: Bool {
    guard let chat else { return false }
    return (try? Self.render([Message(.user, "First."), Message(.user, "Second.")], chat)) != nil
  }

  /// The text of a message as the model reads it.
  func wrapped(_ text: String, system: String? = nil) throws(TaskError) -> String {
    try rendered(text, system: system).text
  }

  /// The ids of a message as the model reads it.
  func encode(_ text: String, system: String? = nil) throws(TaskError) -> [Int] {
    try rendered(text, system: system).tokens
  }

  /// A prompt that was checked to begin with exactly one BOS where the tokenizer asks for one.
  ///
  /// - Parameters:
  ///   - text: the user's message.
  ///   - system: the system message, see `rendered`.
  ///   - sample: what it is for, named in the error.
  /// - Returns: text and ids.
  /// - Throws: `TaskError.impossibleSample` for a prompt without tokens, or without exactly one BOS;
  ///   `TaskError.setting` where the template refuses the messages.
  func prompt(
    _ text: String, system: String? = nil, sample: @autoclosure () -> String
  ) throws(TaskError) -> Prompt {
    try prompt((system.map { [Message(.system, $0)] } ?? []) + [Message(.user, text)], sample: sample())
  }

  /// A conversation that was checked as a prompt is; see `rendered(_:)` and `prompt(_:system:sample:)`.
  func prompt(_ messages: [Message], sample: @autoclosure () -> String) throws(TaskError) -> Prompt {
    let prompt = try rendered(messages)
    guard !prompt.tokens.isEmpty else { throw .impossibleSample(cell: sample(), problem: "the prompt has no tokens") }
    if let problem = bosProblem(prompt.tokens) { throw .impossibleSample(cell: sample(), problem: problem) }
    return prompt
  }

  /// What is wrong with the BOS tokens of a prompt, or nil.
  ///
  /// A template may use the BOS token as a marker of turns too (Llama 2, ChatML on SmolLM2); only two in front are wrong
  /// there.
  private func bosProblem(_ tokens: [Int]) -> String? {
    guard let bos = tokenizer.bosToken else { return nil }
    if tokenizer.addsBOS, tokens.first != bos { return "the prompt does not begin with BOS" }
    let isWrong =
      wrapsInChat ? tokens.prefix(2) == [bos, bos] : tokens.count { $0 == bos } != (tokenizer.addsBOS ? 1 : 0)
    guard isWrong else { return nil }
    return "the prompt has \(tokens.count { $0 == bos }) BOS tokens; look at the tokenizer's add_bos_token and at the "
      + "chat template"
  }
}

extension PromptWrapper {
  /// A conversation with the beginning of its answer, checked as a prompt is.
  ///
  /// - Parameters:
  ///   - messages: the messages.
  ///   - answerStart: what the answer begins with: behind the chat markers, or at the end of the text without them.
  ///   - sample: what it is for, named in the error.
  /// - Returns: text and ids.
  /// - Throws: see `prompt(_:sample:)`.
  func prompt(
    _ messages: [Message], answerStart: String, sample: @autoclosure () -> String
  ) throws(TaskError) -> Prompt {
    var conversation = Conversation(messages, answerStart: answerStart)
    guard wrapsInChat, !answerStart.isEmpty else {
      guard let last = messages.last else { return try prompt(messages, sample: sample()) }
      let whole = messages.dropLast() + [Message(last.role, last.content + answerStart)]
      let prompt = try prompt(Array(whole), sample: sample())
      if answerStart.isEmpty { conversation = prompt.conversation }
      return Prompt(text: prompt.text, tokens: prompt.tokens, conversation: conversation)
    }
    let prompt = try prompt(messages, sample: sample())
    conversation.messages = prompt.conversation.messages
    return Prompt(
      text: prompt.text + answerStart, tokens: prompt.tokens + continuation(answerStart), conversation: conversation)
  }

  /// The ids of a message and the beginning of its answer, which stands behind the chat markers.
  func encode(_ text: String, system: String? = nil, answer: String) throws(TaskError) -> [Int] {
    guard wrapsInChat else { return try encode(text + answer, system: system) }
    return try encode(text, system: system) + continuation(answer)
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
