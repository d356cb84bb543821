import Tokenizers

/// Turns the text of a prompt into what the model reads: chat markers where a template is set, BOS by the tokenizer.
struct PromptWrapper: Sendable {
  private let tokenizer: Tokenizer
  private let template: ChatTemplate?

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

  /// True where prompts are wrapped in a chat template.
  var wrapsInChat: Bool { template != nil }

  /// The text as the model reads it, special tokens written out, without BOS.
  func wrapped(_ text: String) -> String { template?.render(user: text, system: nil) ?? text }

  /// The ids of a wrapped text, exactly one BOS in front where the tokenizer asks for one.
  func encode(_ text: String) -> [Int] {
    // Special tokens count as such only where a template wrote them.
    tokenizer.encode(wrapped(text), parseSpecial: template != nil)
  }
}
