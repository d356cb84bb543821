public import Positions

/// What is wrong at one place of a configuration.
public enum ConfigurationProblem: Hashable, Sendable {
  /// A key that means nothing there.
  case unknownKey(String, of: String, suggestion: String?, known: [String])
  /// A key that must be there and is not.
  case missingKey(String, of: String)
  /// A value of the wrong type.
  case wrongType(key: String, found: String, expected: String)
  /// A value of the right type that makes no sense.
  case impossible(key: String, found: String, expected: String)
  /// A task that does not exist.
  case unknownTask(String, suggestion: String?, known: [String])
  /// A method that does not exist.
  case unknownMethod(String, suggestion: String?, known: [String])
  /// A method's parameters are wrong.
  case method(MethodError)
  /// A method that is chosen for a cell's length, and a task whose cells have none.
  case noLength(method: String, task: String)
  /// Two models, methods or tasks that are the same.
  case repeated(String, name: String)
  /// `${` without a name and `}`.
  case variableSyntax(String)
  /// A gate that could never compare anything.
  case idleGate(String)
  /// A part of an argument's path that leads nowhere.
  case noSuchPlace(String, suggestion: String?, known: [String])
}

extension ConfigurationProblem: CustomStringConvertible {
  /// What is wrong and what would be right.
  public var description: String {
    switch self {
    case .unknownKey(let key, let owner, let suggestion, let known):
      "unknown key '\(key)' of \(owner)" + Self.hint(suggestion, known, "the keys are")
    case .missingKey(let key, let owner): "\(owner) needs the key '\(key)'"
    case .wrongType(let key, let found, let expected): "'\(key)' is \(found), expected \(expected)"
    case .impossible(let key, let found, let expected): "'\(key)' is \(found), which cannot be; expected \(expected)"
    case .unknownTask(let name, let suggestion, let known):
      "there is no task '\(name)'" + Self.hint(suggestion, known, "the tasks are")
    case .unknownMethod(let name, let suggestion, let known):
      "there is no method '\(name)'" + Self.hint(suggestion, known, "the methods are")
    case .method(let error): error.description
    case .noLength(let method, let task):
      "\(method) is chosen for the length of a cell, and the cells of the task '\(task)' have none; write numbers in "
        + "place of auto, or leave this task to a configuration of its own"
    case .repeated(let what, let name): "the \(what) '\(name)' stands twice; remove one"
    case .variableSyntax(let text): "'\(text)': a variable is written ${NAME}"
    case .idleGate(let reason): "the gate decides nothing: \(reason)"
    case .noSuchPlace(let step, let suggestion, let known):
      "there is no '\(step)' in the configuration" + Self.hint(suggestion, known, "there is")
    }
  }

  private static func hint(_ suggestion: String?, _ known: [String], _ introduction: String) -> String {
    if let suggestion { return "; did you mean '\(suggestion)'?" }
    return known.isEmpty ? "" : "; \(introduction) \(known.joined(separator: ", "))"
  }
}
