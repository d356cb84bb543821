import Evaluation
import Tokenizers

/// The prompts of a task that a configuration describes.
struct CustomPrompt: Sendable {
  private let message: BraceTemplate
  private let system: BraceTemplate?
  private let answerStart: BraceTemplate?
  private let usesChat: Bool
  private let tokenLimit: Int?
  private let truncation: Truncation
  private let truncateField: String?

  /// A prompt, and how many tokens of its text were removed.
  struct Made: Sendable {
    let text: String
    let tokens: [Int]
    let conversation: Conversation
    let removedCount: Int
  }

  enum Key {
    static let message = Setting.text(
      "prompt", "the user's message; {field} is a field of the row, {{ and }} are braces")
    static let system = Setting.text(
      "system", "the system message of a chat, with fields too", otherwise: "the template's own")
    static let answerStart = Setting.text(
      "answer-start", "the beginning of the answer, behind the chat markers", otherwise: "nothing")
    static let chat = Setting.flag("chat", "false: never wraps the prompt in the model's chat template", default: true)
    static let maxTokens = Setting.integer(
      "max-prompt-tokens", "longer prompts are truncated", otherwise: "prompts may have any length")
    static let truncation = Truncation.setting(otherwise: "error, where max-prompt-tokens is given")
    static let truncateField = Setting.text(
      "truncate-field", "the field whose text is cut", otherwise: "the one with the longest text")
  }

  init(_ settings: TaskSettings) throws(TaskError) {
    message = try Self.template("prompt", settings[Key.message])
    system = try settings[Key.system].map { (text) throws(TaskError) in try Self.template("system", text) }
    answerStart = try settings[Key.answerStart].map { (text) throws(TaskError) in
      try Self.template("answer-start", text)
    }
    usesChat = try settings[Key.chat]
    tokenLimit = try settings[Key.maxTokens]
    truncation = try settings[Key.truncation] ?? .error
    truncateField = try settings[Key.truncateField]
    if tokenLimit == nil {
      try settings.refuse(Key.truncation, Key.truncateField, expected: "nothing without max-prompt-tokens")
    }
    if let truncateField, !fields.contains(truncateField) {
      throw .setting(
        key: "truncate-field", found: "'\(truncateField)'",
        expected: "a field of the prompt: \(fields.joined(separator: ", "))")
    }
    guard !message.fields.isEmpty else {
      throw .setting(key: "prompt", found: "a text without fields", expected: "{field} for a field of the row")
    }
  }

  private static func template(_ key: String, _ text: String) throws(TaskError) -> BraceTemplate {
    guard let template = BraceTemplate(text), !template.fields.contains("") else {
      throw .setting(
        key: key, found: "a text with a brace that stands alone",
        expected: "{field} for the fields of a row; a brace itself is written {{ or }}")
    }
    return template
  }

  /// The fields that a row must have, sorted.
  var fields: [String] {
    Set(message.fields + (system?.fields ?? []) + (answerStart?.fields ?? [])).sorted()
  }

  /// What a report says of the prompts.
  var note: String {
    let chat = usesChat ? "wrapped in the model's chat template where one is set" : "never wrapped in a chat template"
    guard let tokenLimit else { return "prompts \(chat); none is truncated" }
    return "prompts \(chat); where they have more than \(tokenLimit) tokens, truncation is \(truncation.rawValue)"
      + (truncateField.map { " of the field \($0)" } ?? " of the field with the longest text")
  }

  /// One warning per row that the policy `skip` leaves out.
  func warnings(_ rows: [RowFile<CustomTask.Row>.Entry], _ context: SampleContext) -> [String] {
    guard truncation == .skip, tokenLimit != nil else { return [] }
    return rows.compactMap { entry in
      // An error of a row is thrown where its sample is made.
      guard let made = try? made(entry.row, "", context) else {
        return "custom: row \(entry.line) is longer than \(tokenLimit ?? 0) tokens and is left out (truncation: skip)"
      }
      return made.tokens.isEmpty ? "custom: row \(entry.line) has no tokens" : nil
    }
  }

  /// The prompt of a row, cut to the limit; nil where the policy leaves it out.
  func made(_ row: CustomTask.Row, _ sample: String, _ context: SampleContext) throws(TaskError) -> Made? {
    let wrapper = usesChat ? try PromptWrapper(context) : try PromptWrapper(context).unwrapped
    var fields = row.fields
    var made = try rendered(fields, wrapper, sample)
    guard let tokenLimit, made.tokens.count > tokenLimit else { return made }
    let field =
      truncateField ?? fields.sorted { $0.key < $1.key }.max { $0.value.utf8.count < $1.value.utf8.count }?.key
    guard let field, let text = fields[field] else { return made }
    let ids = context.tokenizer.encode(text, bos: .never, parseSpecial: false)
    var room = ids.count - (made.tokens.count - tokenLimit)
    // Joining cut texts can make a few tokens more; then a few more go.
    for _ in 0..<8 {
      guard room > 0 || truncation == .skip else { break }
      guard let cut = try truncation.apply(ids, limit: max(0, room), sample: sample) else { return nil }
      fields[field] = context.tokenizer.decode(cut.head) + context.tokenizer.decode(cut.tail)
      made = try rendered(fields, wrapper, sample, removed: cut.removedCount)
      if made.tokens.count <= tokenLimit { return made }
      room -= made.tokens.count - tokenLimit
    }
    throw .impossibleSample(
      cell: sample,
      problem: "the prompt has \(made.tokens.count) tokens, and cutting `\(field)` does not bring it to "
        + "\(tokenLimit)")
  }

  private func rendered(
    _ fields: [String: String], _ wrapper: PromptWrapper, _ sample: String, removed: Int = 0
  ) throws(TaskError) -> Made {
    let text = message.filled(fields)
    let system = system?.filled(fields)
    let answer = answerStart?.filled(fields) ?? ""
    guard wrapper.wrapsInChat else {
      let prompt = try wrapper.prompt(text + answer, system: system, sample: sample)
      return Made(
        text: prompt.text, tokens: prompt.tokens, conversation: prompt.conversation, removedCount: removed)
    }
    let prompt = try wrapper.prompt(text, system: system, sample: sample)
    var conversation = prompt.conversation
    conversation.answerStart = answer
    return Made(
      text: prompt.text + answer, tokens: prompt.tokens + wrapper.continuation(answer), conversation: conversation,
      removedCount: removed)
  }
}
