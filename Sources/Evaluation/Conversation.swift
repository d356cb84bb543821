/// One message of a conversation.
public struct Message: Hashable, Sendable {
  /// Who speaks.
  public enum Role: String, Hashable, Sendable {
    case system, user, assistant
  }

  /// Who speaks.
  public let role: Role
  /// What is said.
  public let content: String

  /// A message.
  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// What a prompt says and who says it, before a chat template makes one text of it: what a server that has a template of
/// its own is sent.
public struct Conversation: Hashable, Sendable {
  /// The messages, in order.
  public var messages: [Message]
  /// The beginning of the answer, which the model goes on with; empty for none.
  public var answerStart: String
  /// What is shown before the text of the last message, in order; only servers that take images can be shown it.
  public var pictures: [Picture]

  /// A conversation.
  public init(_ messages: [Message], answerStart: String = "", pictures: [Picture] = []) {
    self.messages = messages
    self.answerStart = answerStart
    self.pictures = pictures
  }

  /// True where a user speaks twice without an answer between, which many chat templates refuse.
  public var hasUserTwice: Bool {
    zip(messages, messages.dropFirst()).contains { $0.role == .user && $1.role == .user }
  }
}
