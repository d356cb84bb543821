import Evaluation
import JSON

/// A row of OpenAI's MRCR: a conversation at whose end one of several like pieces is asked for.
struct MRCRRow: Sendable {
  let messages: [Message]
  let answer: String
  /// What an answer must begin with.
  let prefix: String
  let needleCount: Int
  /// Tokens of all messages and the answer in o200k_base, where the file says so.
  let tokenCount: Int?

  /// Reads a row; `prompt` is a list of messages, or such a list as a text.
  init(_ fields: RowFields) throws(RowFieldProblem) {
    answer = try fields.text("answer")
    prefix = try fields.text("random_string_to_prepend")
    needleCount = try fields.integer("n_needles")
    tokenCount = try fields.optionalInteger("n_tokens")
    let list = fields.value["prompt"]?.text.flatMap { JSONValue(json: $0) } ?? fields.value["prompt"]
    guard let elements = list?.elements, !elements.isEmpty else {
      throw fields.problem("prompt", "a list of messages, or its JSON")
    }
    var messages: [Message] = []
    for (index, element) in elements.enumerated() {
      guard let role = element["role"]?.text.flatMap({ Message.Role(rawValue: $0) }),
        let content = element["content"]?.text
      else {
        throw RowFieldProblem(
          text: "message \(index + 1) of `prompt` needs `role` (system, user, assistant) and `content`")
      }
      messages.append(Message(role, content))
    }
    guard messages.last?.role == .user else { throw RowFieldProblem(text: "the last message is not the user's") }
    self.messages = messages
  }

  /// The same with messages of one speaker in a row as one, an empty line between.
  var mergedMessages: [Message] {
    messages.reduce(into: []) { merged, message in
      guard let last = merged.last, last.role == message.role else {
        merged.append(message)
        return
      }
      merged[merged.count - 1] = Message(last.role, last.content + "\n\n" + message.content)
    }
  }
}
