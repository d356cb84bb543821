/// How one model family wraps a user's message, so that the model answers it.
///
/// The text never contains BOS: the tokenizer puts it there, exactly once (`encode`). Markers are public facts of the
/// models; default system messages are not, and come from the checkpoint's own template (`recognised(from:)`).
public struct ChatTemplate: Sendable, Equatable {
  /// The name under which configurations ask for it.
  public let name: String
  /// The system message the checkpoint's template uses when the caller gives none.
  public let defaultSystem: String?
  private let style: Style

  /// The texts around the messages.
  private struct Style: Sendable, Equatable {
    var beforeSystem = ""
    var afterSystem = ""
    var beforeUser = ""
    var afterUser = ""
    /// Whether the system message is part of the user's turn: what goes before the turn goes before it.
    var systemIsInUserTurn = false
    /// Whether the family's template removes white space around messages.
    var trims = false
  }

  private init(_ name: String, _ style: Style, defaultSystem: String? = nil) {
    self.name = name
    self.style = style
    self.defaultSystem = defaultSystem
  }

  // MARK: Names

  /// The names that `named` knows, sorted.
  public static var names: [String] { styles.keys.sorted() }

  /// The template of a family; nil for a name that is not known.
  public static func named(_ name: String) -> ChatTemplate? {
    styles[name].map { ChatTemplate(name, $0) }
  }

  private static let styles: [String: Style] = [
    "none": Style(afterSystem: "\n\n"),
    "llama-2": Style(
      beforeSystem: "<<SYS>>\n", afterSystem: "\n<</SYS>>\n\n", beforeUser: "[INST] ", afterUser: " [/INST]",
      systemIsInUserTurn: true, trims: true),
    "llama-3": Style(
      beforeSystem: "<|start_header_id|>system<|end_header_id|>\n\n", afterSystem: "<|eot_id|>",
      beforeUser: "<|start_header_id|>user<|end_header_id|>\n\n",
      afterUser: "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", trims: true),
    "vicuna": Style(afterSystem: " ", beforeUser: "USER: ", afterUser: " ASSISTANT:"),
    "mistral": Style(
      afterSystem: "\n\n", beforeUser: "[INST] ", afterUser: " [/INST]", systemIsInUserTurn: true),
    "chatml": chatML,
    "smollm2": chatML,
    "gemma": Style(
      afterSystem: "\n\n", beforeUser: "<start_of_turn>user\n", afterUser: "<end_of_turn>\n<start_of_turn>model\n",
      systemIsInUserTurn: true, trims: true),
    "phi": Style(
      beforeSystem: "<|system|>\n", afterSystem: "<|end|>\n", beforeUser: "<|user|>\n",
      afterUser: "<|end|>\n<|assistant|>\n"),
    "alpaca": Style(afterSystem: "\n\n", beforeUser: "### Instruction:\n", afterUser: "\n\n### Response:\n"),
    "solar": Style(
      beforeSystem: "### System:\n", afterSystem: "\n\n", beforeUser: "### User:\n",
      afterUser: "\n\n### Assistant:\n"),
    "zephyr": Style(
      beforeSystem: "<|system|>\n", afterSystem: "</s>\n", beforeUser: "<|user|>\n",
      afterUser: "</s>\n<|assistant|>\n"),
  ]

  private static let chatML = Style(
    beforeSystem: "<|im_start|>system\n", afterSystem: "<|im_end|>\n", beforeUser: "<|im_start|>user\n",
    afterUser: "<|im_end|>\n<|im_start|>assistant\n")

  // MARK: Recognition

  /// The family whose markers a checkpoint's Jinja template uses, with its default system message; nil when none fits.
  public static func recognised(from jinja: String) -> ChatTemplate? {
    guard let name = family(of: jinja), let style = styles[name] else { return nil }
    return ChatTemplate(name, style, defaultSystem: defaultSystem(in: jinja, style))
  }

  private static func family(of jinja: String) -> String? {
    if jinja.contains("<|im_start|>") { return jinja.contains("SmolLM") ? "smollm2" : "chatml" }
    if jinja.contains("<|start_header_id|>") { return "llama-3" }
    if jinja.contains("<start_of_turn>") { return "gemma" }
    if jinja.contains("<<SYS>>") { return "llama-2" }
    if jinja.contains("[INST]") { return "mistral" }
    let hasRoles = jinja.contains("<|user|>") || jinja.contains("<|' + message['role'] + '|>")
    if hasRoles, jinja.contains("<|end|>") { return "phi" }
    if hasRoles || jinja.contains("<|assistant|>") { return "zephyr" }
    if jinja.contains("### Instruction:") { return "alpaca" }
    if jinja.contains("### User:") { return "solar" }
    if jinja.contains("USER: ") || jinja.contains("'USER'") { return "vicuna" }
    return nil
  }

  /// The literal message between the system markers of a template; nil when the template computes it or has none.
  private static func defaultSystem(in jinja: String, _ style: Style) -> String? {
    guard !style.beforeSystem.isEmpty, let end = style.afterSystem.split(separator: "\n").first else { return nil }
    let plain = jinja.replacing("\\n", with: "\n")
    for part in plain.split(separator: style.beforeSystem, omittingEmptySubsequences: false).dropFirst() {
      guard let stop = part.firstRange(of: end) else { continue }
      let message = part[..<stop.lowerBound]
      let isLiteral = !message.contains { "'\"{}".contains($0) }
      if isLiteral, !message.isEmpty { return String(message) }
    }
    return nil
  }

  // MARK: Rendering

  /// The text of a conversation of one user message, up to where the model's answer begins.
  ///
  /// - Parameters:
  ///   - user: the user's message.
  ///   - system: the system message; nil takes the template's default, an empty text leaves it out.
  /// - Returns: the text, without BOS.
  public func render(user: String, system: String? = nil) -> String {
    let user = style.trims ? Self.trimmed(user) : user
    var message = system ?? defaultSystem ?? ""
    if style.trims { message = Self.trimmed(message) }
    let head = message.isEmpty ? "" : style.beforeSystem + message + style.afterSystem
    return style.systemIsInUserTurn
      ? style.beforeUser + head + user + style.afterUser
      : head + style.beforeUser + user + style.afterUser
  }

  /// The ids of a conversation of one user message, with exactly one BOS where the checkpoint or the caller wants it.
  ///
  /// - Parameters:
  ///   - user: the user's message.
  ///   - system: the system message; nil takes the template's default, an empty text leaves it out.
  ///   - tokenizer: the model's tokenizer.
  ///   - bos: whether BOS goes first.
  /// - Returns: the ids, without EOS: the model goes on from here.
  public func encode(
    user: String, system: String? = nil, tokenizer: Tokenizer, bos: BOSPolicy = .auto
  ) -> [Int] {
    let ids = tokenizer.encode(render(user: user, system: system), bos: .never)
    let wantsBOS = bos == .always || bos == .auto && tokenizer.addsBOS
    guard wantsBOS, let bosToken = tokenizer.bosToken, ids.first != bosToken else { return ids }
    return [bosToken] + ids
  }

  private static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
