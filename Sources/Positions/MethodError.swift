/// What is wrong with the spelling of a method.
public enum MethodError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No method has that name.
  case unknownMethod(String)
  /// The method has no such parameter.
  case unknownParameter(method: String, parameter: String)
  /// The parameter stands twice, perhaps once by its short and once by its long name.
  case duplicateParameter(method: String, parameter: String)
  /// The method needs the parameter.
  case missingParameter(method: String, parameter: String)
  /// The value does not fit.
  case badValue(method: String, parameter: String, found: String, expected: String)
  /// No values in place of `auto` hold the target length.
  case noChoice(method: String, contextWindow: Int, targetLength: Int)

  /// What is wrong and what would be right.
  public var description: String {
    switch self {
    case .unknownMethod(let name):
      "there is no method '\(name)'; the methods are \(Method.names.joined(separator: ", "))"
    case .unknownParameter(let method, let parameter):
      "the method \(method) has no parameter '\(parameter)'; it takes \(Self.list(method))"
    case .duplicateParameter(let method, let parameter):
      "the method \(method) is given '\(parameter)' twice"
    case .missingParameter(let method, let parameter):
      "the method \(method) needs '\(parameter)'; it takes \(Self.list(method))"
    case .badValue(let method, let parameter, let found, let expected):
      "\(method): \(parameter) is '\(found)', expected \(expected)"
    case .noChoice(let method, let contextWindow, let targetLength):
      "\(method): no values in place of auto meet the empirical rule W + (N - W)/G < 2/3 L for N=\(targetLength) "
        + "tokens with L=\(contextWindow); `se-eval capacity -L \(contextWindow) -N \(targetLength)` lists what does"
    }
  }

  private static func list(_ method: String) -> String {
    let parameters = Method.parameters(of: method)
    let names = parameters.map { $0.name == $0.longName ? $0.name : "\($0.name) (\($0.longName))" }
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}
