import Digest
import JSON

/// How a conversation becomes the text that a model reads: by the checkpoint's own template, or by a family's name.
public struct ChatTemplate: Sendable {
  /// What to call it in reports: a family's name, or `own` and the beginning of the SHA-256 of the checkpoint's.
  public let name: String
  private let source: Source

  private enum Source: Sendable {
    case family(ChatFamily)
    case own(JinjaTemplate, ChatTemplateLimits)
  }

  /// What a template is told beside the messages.
  public struct Variables: Sendable {
    /// The text of the BOS token; nil where there is none.
    public var bos: String?
    /// The text of the EOS token; nil where there is none.
    public var eos: String?
    /// Other special tokens by the names that templates use, `pad_token` and the like.
    public var otherTokens: [String: String] = [:]
    /// The day that a template is told when it asks.
    public var date = ChatDate.standard
    /// Whether the text ends where the model's answer begins.
    public var addsGenerationPrompt = true

    /// What a template is told.
    public init(bos: String? = nil, eos: String? = nil, date: ChatDate = .standard) {
      self.bos = bos
      self.eos = eos
      self.date = date
    }

    /// What the template of a tokenizer's checkpoint is told.
    public init(_ tokenizer: Tokenizer, date: ChatDate = .standard) {
      self.init(
        bos: tokenizer.bosToken.flatMap { tokenizer.token($0) },
        eos: tokenizer.eosToken.flatMap { tokenizer.token($0) }, date: date)
      otherTokens = tokenizer.core.roles.otherTexts
    }
  }

  // MARK: Templates

  /// The names that `named` knows, sorted.
  public static var names: [String] { ChatFamily.all.keys.sorted() }

  /// The template of a family; nil for a name that is not known.
  public static func named(_ name: String) -> ChatTemplate? {
    ChatFamily.all[name].map { ChatTemplate(name: name, source: .family($0)) }
  }

  /// A checkpoint's own template, in Jinja.
  ///
  /// - Parameters:
  ///   - source: the template as the checkpoint's files have it.
  ///   - limits: what rendering may use.
  /// - Throws: `ChatTemplateError` for what is no template, or one with tags that are not supported.
  public init(source: String, limits: ChatTemplateLimits = ChatTemplateLimits()) throws(ChatTemplateError) {
    self.init(
      name: "own \(SHA256.hexadecimal(of: source).prefix(12))",
      source: .own(try JinjaParser.template(source, limits: limits), limits))
  }

  private init(name: String, source: Source) {
    self.name = name
    self.source = source
  }

  // MARK: Rendering

  /// The text of a conversation.
  ///
  /// - Parameters:
  ///   - messages: the conversation. A family's template takes one user message and, before it, a system message.
  ///   - variables: what else the template is told.
  /// - Returns: the text, exactly as the makers' library renders it.
  /// - Throws: `ChatTemplateError` where the template refuses the messages or needs what is not supported.
  public func render(
    _ messages: ChatMessages, _ variables: Variables = Variables()
  ) throws(ChatTemplateError) -> RenderedChat {
    switch source {
    case .family(let family):
      guard let turns = messages.single else {
        throw .messages(
          problem: "the template '\(name)' takes one user message and, before it, one system message; "
            + "only a checkpoint's own template knows more")
      }
      return family.render(user: turns.user, system: turns.system)
    case .own(let template, let limits):
      let renderer = JinjaRenderer(
        limits: limits, date: variables.date, messageCharacters: messages.characterCount)
      return RenderedChat(try renderer.render(template, try Self.values(messages, variables, renderer)))
    }
  }

  private static func values(
    _ messages: ChatMessages, _ variables: Variables, _ renderer: JinjaRenderer
  ) throws(ChatTemplateError) -> [String: JinjaValue] {
    var values = variables.otherTokens.mapValues { JinjaValue.text($0) }
    if let bos = variables.bos { values["bos_token"] = .text(bos) }
    if let eos = variables.eos { values["eos_token"] = .text(eos) }
    values["messages"] = try JinjaValue(message: .array(messages.messages), renderer)
    values["tools"] = JinjaValue.none
    values["documents"] = JinjaValue.none
    values["add_generation_prompt"] = .bool(variables.addsGenerationPrompt)
    return values
  }

  /// Whether a system message becomes a part of the text; a template may refuse it or leave it out.
  public func takesSystemMessage(_ variables: Variables = Variables()) -> Bool {
    let turns: [ChatMessages.Turn] = [("system", "Be brief, said the keeper."), ("user", "What now?")]
    guard let text = try? render(ChatMessages(turns), variables).text else { return false }
    return text.contains("Be brief, said the keeper.")
  }
}
