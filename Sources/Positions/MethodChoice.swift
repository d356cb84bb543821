/// A method as it is written: with `auto` in place of parameters that are chosen once the length is known.
///
/// `self-extend:G=auto,W=auto` becomes a `Method` for a target length; a spelling without `auto` is its method whatever
/// the length.
public struct MethodChoice: Hashable, Sendable, CustomStringConvertible {
  /// The canonical spelling, `auto` included.
  public let description: String
  /// The short names of the parameters that say `auto`, in canonical order.
  public let automaticParameters: [String]
  private let type: any PositionMethod.Type
  private let values: MethodValues

  /// True where two choices are spelled alike.
  public static func == (a: MethodChoice, b: MethodChoice) -> Bool { a.description == b.description }
  /// Hashes the spelling.
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }

  /// A method that leaves nothing to choose.
  public init(_ method: Method) {
    // A canonical spelling reads back as itself, so the failure below has no way to happen.
    if let choice = try? MethodChoice(parsing: method.description) {
      self = choice
    } else {
      self.init(Plain.self, MethodValues([:]), automatic: [])
    }
  }

  private init(_ type: any PositionMethod.Type, _ values: MethodValues, automatic: [String]) {
    self.type = type
    self.values = values
    automaticParameters = automatic
    description = values.spelling(type)
  }

  /// Reads a spelling such as `plain`, `self-extend:G=8,W=512` or `self-extend:G=auto,W=512`.
  ///
  /// - Parameter text: the name, and after a colon `key=value` pairs separated by commas; long names are accepted.
  /// - Throws: `MethodError` that names the part which is wrong.
  public init(parsing text: String) throws(MethodError) {
    let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = halves[0].trimmed
    var pairs: [(String, String)] = []
    for part in halves.count > 1 ? halves[1].split(separator: ",") : [] {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw .badValue(method: name, parameter: part.trimmed, found: "", expected: "\(part.trimmed)=VALUE")
      }
      pairs.append((sides[0].trimmed, sides[1].trimmed))
    }
    try self.init(name: name, pairs: pairs)
  }

  /// A choice from its name and its parameters by short or long name.
  ///
  /// - Parameters:
  ///   - name: one of `Method.names`.
  ///   - parameters: values as text.
  /// - Throws: `MethodError` that names the parameter which is wrong.
  public init(name: String, parameters: [String: String]) throws(MethodError) {
    try self.init(name: name, pairs: parameters.sorted { $0.key < $1.key })
  }

  private init(name: String, pairs: [(String, String)]) throws(MethodError) {
    guard let type = Method.registry.first(where: { $0.name == name }) else { throw .unknownMethod(name) }
    var values: [String: String] = [:]
    for (key, value) in pairs {
      guard let parameter = type.parameters.first(where: { $0.name == key || $0.longName == key }) else {
        throw .unknownParameter(method: name, parameter: key)
      }
      guard values[parameter.name] == nil else {
        throw .duplicateParameter(method: name, parameter: parameter.name)
      }
      let canonical = parameter.canBeAutomatic && value == "auto" ? value : parameter.canonical(value)
      guard let canonical else {
        let expected = parameter.expectation + (parameter.canBeAutomatic ? ", or auto" : "")
        throw .badValue(method: name, parameter: parameter.name, found: value, expected: expected)
      }
      values[parameter.name] = canonical
    }
    for parameter in type.parameters where values[parameter.name] == nil {
      switch parameter.presence {
      case .required: throw .missingParameter(method: name, parameter: parameter.name)
      case .optional: continue
      case .stated(let value), .implied(let value): values[parameter.name] = value
      }
    }
    let automatic = type.parameters.filter { $0.canBeAutomatic && values[$0.name] == "auto" }.map(\.name)
    self.init(type, MethodValues(values), automatic: automatic)
  }

  /// True where something is left to choose.
  public var isAutomatic: Bool { !automaticParameters.isEmpty }

  /// The method, where nothing is left to choose.
  public var method: Method? { isAutomatic ? nil : Method(type, values) }

  /// The method's name without its parameters.
  public var name: String { type.name }

  /// The method for a target length.
  ///
  /// - Parameters:
  ///   - contextWindow: the pretraining window L.
  ///   - targetLength: the tokens N that the method should hold; a choice without `auto` does not look at them.
  /// - Returns: the method, every parameter decided.
  /// - Throws: `MethodError.noChoice` where nothing in place of `auto` meets the empirical rule.
  public func resolved(contextWindow: Int, targetLength: Int) throws(MethodError) -> Method {
    guard isAutomatic else { return Method(type, values) }
    let chosen = type.chosen(
      values, automatic: Set(automaticParameters), contextWindow: contextWindow, targetLength: targetLength)
    guard let chosen else {
      throw .noChoice(method: description, contextWindow: contextWindow, targetLength: targetLength)
    }
    return Method(type, chosen)
  }
}

extension Method {
  /// Reads a spelling such as `plain` or `self-extend:G=8,W=512`.
  ///
  /// - Parameter text: the name, and after a colon `key=value` pairs separated by commas; long names are accepted.
  /// - Throws: `MethodError` that names the part which is wrong; `auto` is one such part.
  public init(parsing text: String) throws(MethodError) {
    self = try MethodChoice(parsing: text).decided()
  }

  /// A method from its name and its parameters by short or long name.
  ///
  /// - Parameters:
  ///   - name: one of `names`.
  ///   - parameters: values as text.
  /// - Throws: `MethodError` that names the parameter which is wrong; `auto` is one such value.
  public init(name: String, parameters: [String: String]) throws(MethodError) {
    self = try MethodChoice(name: name, parameters: parameters).decided()
  }
}

extension MethodChoice {
  fileprivate func decided() throws(MethodError) -> Method {
    if let method { return method }
    let parameter = automaticParameters[0]
    let expectation = type.parameters.first { $0.name == parameter }?.expectation ?? ""
    throw .badValue(
      method: name, parameter: parameter, found: "auto",
      expected: "\(expectation); auto needs a length to choose for, and there is none here")
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
