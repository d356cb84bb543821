/// Why a chat template gives no prompt: facts only, worded in `description`.
///
/// A template that cannot be rendered exactly as its makers' library renders it is never rendered otherwise.
public enum ChatTemplateError: Error, Equatable, Sendable {
  /// The source is no template: what is wrong, and where.
  case syntax(line: Int, problem: String)
  /// Something valid that this program does not implement.
  case unsupported(line: Int, construct: String)
  /// The template itself says no, by `raise_exception`.
  case raised(line: Int, message: String)
  /// An operation that fails in Jinja too.
  case failed(line: Int, problem: String)
  /// More than any real template needs of something.
  case tooMuch(line: Int, what: String, limit: Int)
  /// The messages are not what a conversation is.
  case messages(problem: String)
  /// A date that no calendar has.
  case date(found: String)
}

extension ChatTemplateError: CustomStringConvertible {
  /// What is wrong, where in the template, and what to do about it.
  public var description: String {
    switch self {
    case .syntax(let line, let problem):
      "chat template, line \(line): \(problem). The template is damaged; fetch the checkpoint again."
    case .unsupported(let line, let construct):
      "chat template, line \(line): \(construct) is not supported. "
        + "Render the prompts elsewhere, or name a template (`chat: NAME`)."
    case .raised(let line, let message):
      "chat template, line \(line): it refuses these messages: \(message)"
    case .failed(let line, let problem):
      "chat template, line \(line): \(problem)"
    case .tooMuch(let line, let what, let limit):
      "chat template, line \(line): more than \(limit) \(what). No real template needs so much; fetch it again."
    case .messages(let problem):
      "messages: \(problem)"
    case .date(let found):
      "date: '\(found)' is no day, expected YYYY-MM-DD"
    }
  }
}
