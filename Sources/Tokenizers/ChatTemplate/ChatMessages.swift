import JSON

/// The messages of a conversation, as maps the way templates expect them.
public struct ChatMessages: Sendable {
  let messages: [JSONValue]

  /// The most bytes of a file of messages.
  public static let largestFile = 1 << 28

  /// One message with its role: `system`, `user`, `assistant`, ...
  public typealias Turn = (role: String, content: String)

  /// A conversation of texts.
  public init(_ turns: [Turn]) {
    messages = turns.map { turn in
      .object([.init(key: "role", value: .string(turn.role)), .init(key: "content", value: .string(turn.content))])
    }
  }

  /// A conversation as JSON: an array of objects with `role`, `content` and whatever else the template reads.
  ///
  /// - Throws: `ChatTemplateError.messages`.
  public init(json: [UInt8]) throws(ChatTemplateError) {
    guard json.count <= Self.largestFile else {
      throw .messages(problem: "\(json.count) bytes, at most \(Self.largestFile) are read")
    }
    let value: JSONValue
    do throws(JSONProblem) {
      value = try JSONReader.value(of: json)
    } catch {
      throw .messages(problem: "byte \(error.offset): expected \(error.expected)")
    }
    guard case .array(let elements) = value, !elements.isEmpty else {
      throw .messages(problem: "expected an array of messages")
    }
    for (index, element) in elements.enumerated() {
      guard case .object = element, element["role"]?.text != nil else {
        throw .messages(problem: "number \(index + 1) is no object with a role")
      }
    }
    messages = elements
  }

  /// The characters of all texts.
  var characterCount: Int {
    func count(_ value: JSONValue) -> Int {
      switch value {
      case .string(let text): text.utf8.count
      case .array(let elements): elements.reduce(1) { $0 + count($1) }
      case .object(let members): members.reduce(1) { $0 + $1.key.utf8.count + count($1.value) }
      default: 8
      }
    }
    return messages.reduce(0) { $0 + count($1) }
  }

  /// One user message and, before it, at most one system message; nil for any other conversation.
  var single: (system: String, user: String)? {
    let turns = messages.map { (role: $0["role"]?.text, content: $0["content"]?.text) }
    guard 1...2 ~= turns.count, let user = turns.last, user.role == "user", let content = user.content else {
      return nil
    }
    if turns.count == 1 { return ("", content) }
    guard turns[0].role == "system", let system = turns[0].content else { return nil }
    return (system, content)
  }
}

extension JinjaValue {
  /// A value of a message.
  ///
  /// Texts count as a message's, but for those that say what it is: a template makes markers of roles.
  init(message value: JSONValue, key: String = "", _ renderer: JinjaRenderer) throws(ChatTemplateError) {
    switch value {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let text): self = .text(JinjaText(text, isMessage: key != "role" && key != "type"))
    case .array(let elements):
      var values: [JinjaValue] = []
      for element in elements { values.append(try JinjaValue(message: element, key: key, renderer)) }
      self = .list(try renderer.items(values))
    case .object(let members):
      var dictionary = JinjaDictionary()
      for member in members {
        dictionary.set(member.key, to: try JinjaValue(message: member.value, key: member.key, renderer))
      }
      try renderer.check(dictionary.depth)
      self = .dictionary(dictionary)
    }
  }
}
