/// A parameter in the spelling of a method.
public struct MethodParameter: Hashable, Sendable {
  /// The type of a parameter's value.
  public enum Kind: Hashable, Sendable {
    /// A whole number, at least the given one.
    case integer(minimum: Int)
    /// A number, at least the given one.
    case number(minimum: Double)
    /// One of some words.
    case word([String])
  }

  /// The short spelling, for example `G`; used in the canonical text.
  public let name: String
  /// The long spelling, for example `group`.
  public let longName: String
  /// The type and range of the value.
  public let kind: Kind
  /// True where the method cannot do without it.
  public let isRequired: Bool

  init(_ name: String, _ longName: String, _ kind: Kind, required: Bool = true) {
    self.name = name
    self.longName = longName
    self.kind = kind
    self.isRequired = required
  }
}

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
    }
  }

  private static func list(_ method: String) -> String {
    let parameters = Method.parameters(of: method)
    let names = parameters.map { $0.name == $0.longName ? $0.name : "\($0.name) (\($0.longName))" }
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}

extension Method: CustomStringConvertible {
  private static let syntax: [(name: String, parameters: [MethodParameter])] = [
    ("plain", [.init("window", "window", .word(["none"]), required: false)]),
    (
      "self-extend",
      [
        .init("G", "group", .integer(minimum: 1)), .init("W", "window", .integer(minimum: 1)),
        .init("offset", "offset", .word(["floor", "fractional"]), required: false),
        .init("logn", "logn", .integer(minimum: 2), required: false),
      ]
    ),
    ("sliding-window", [.init("W", "window", .integer(minimum: 1))]),
    (
      "attention-sinks",
      [.init("sinks", "sinks", .integer(minimum: 1), required: false), .init("W", "window", .integer(minimum: 1))]
    ),
    (
      "lm-infinite",
      [.init("sinks", "sinks", .integer(minimum: 1), required: false), .init("W", "window", .integer(minimum: 1))]
    ),
    ("linear", [.init("factor", "factor", .number(minimum: 1))]),
    ("ntk", [.init("factor", "factor", .number(minimum: 1))]),
    ("dynamic-ntk", [.init("factor", "factor", .number(minimum: 1))]),
    (
      "yarn",
      [
        .init("factor", "factor", .number(minimum: 1)),
        .init("original", "original", .integer(minimum: 1), required: false),
      ]
    ),
    ("rerope", [.init("W", "window", .integer(minimum: 1))]),
    ("leaky-rerope", [.init("W", "window", .integer(minimum: 1)), .init("leak", "leak", .number(minimum: 1))]),
    ("dual-chunk", [.init("chunk", "chunk", .integer(minimum: 1), required: false)]),
  ]

  /// The names of all methods, in the order of the documentation.
  public static var names: [String] { syntax.map(\.name) }

  /// The parameters of a method, in canonical order; empty for an unknown name.
  public static func parameters(of name: String) -> [MethodParameter] {
    syntax.first { $0.name == name }?.parameters ?? []
  }

  /// The short names of a method's parameters, in canonical order.
  public static func parameterNames(of name: String) -> [String] { parameters(of: name).map(\.name) }

  /// Reads a spelling such as `plain` or `self-extend:G=8,W=512`.
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

  /// A method from its name and its parameters by short or long name.
  ///
  /// - Parameters:
  ///   - name: one of `names`.
  ///   - parameters: values as text.
  /// - Throws: `MethodError` that names the parameter which is wrong.
  public init(name: String, parameters: [String: String]) throws(MethodError) {
    try self.init(name: name, pairs: parameters.sorted { $0.key < $1.key })
  }

  private init(name: String, pairs: [(String, String)]) throws(MethodError) {
    guard let entry = Self.syntax.first(where: { $0.name == name }) else { throw .unknownMethod(name) }
    var values: [String: String] = [:]
    for (key, value) in pairs {
      guard let parameter = entry.parameters.first(where: { $0.name == key || $0.longName == key }) else {
        throw .unknownParameter(method: name, parameter: key)
      }
      guard values.updateValue(value, forKey: parameter.name) == nil else {
        throw .duplicateParameter(method: name, parameter: parameter.name)
      }
      try Self.check(value, parameter, method: name)
    }
    for parameter in entry.parameters where parameter.isRequired && values[parameter.name] == nil {
      throw .missingParameter(method: name, parameter: parameter.name)
    }
    self = Self.make(name, values)
  }

  private static func check(_ value: String, _ parameter: MethodParameter, method: String) throws(MethodError) {
    let expected: String
    switch parameter.kind {
    case .integer(let minimum):
      if let number = Int(value), number >= minimum, number <= 1 << 40 { return }
      expected = "a whole number of at least \(minimum)"
    case .number(let minimum):
      if let number = Double(value), number >= minimum, number.isFinite { return }
      expected = "a number of at least \(canonical(minimum))"
    case .word(let words):
      if words.contains(value) { return }
      expected = words.joined(separator: " or ")
    }
    throw .badValue(method: method, parameter: parameter.name, found: value, expected: expected)
  }

  /// Builds the case; every value was checked against the syntax table before.
  private static func make(_ name: String, _ values: [String: String]) -> Method {
    func integer(_ key: String) -> Int? { values[key].flatMap { Int($0) } }
    func number(_ key: String) -> Double { values[key].flatMap { Double($0) } ?? 1 }
    let window = integer("W") ?? 1
    switch name {
    case "self-extend":
      let offset = values["offset"].flatMap(SelfExtend.Offset.init(rawValue:)) ?? .floor
      return .selfExtend(
        SelfExtend(groupSize: integer("G") ?? 1, neighborWindow: window, offset: offset), logBase: integer("logn"))
    case "sliding-window": return .slidingWindow(window: window)
    case "attention-sinks": return .attentionSinks(sinks: integer("sinks") ?? 4, window: window)
    case "lm-infinite": return .lmInfinite(sinks: integer("sinks") ?? 10, window: window)
    case "linear": return .linear(factor: number("factor"))
    case "ntk": return .ntk(factor: number("factor"))
    case "dynamic-ntk": return .dynamicNTK(factor: number("factor"))
    case "yarn": return .yarn(factor: number("factor"), original: integer("original"))
    case "rerope": return .rerope(window: window)
    case "leaky-rerope": return .leakyReRoPE(window: window, leak: number("leak"))
    case "dual-chunk": return .dualChunk(chunk: integer("chunk"))
    default: return .plain(keepsWindow: values["window"] == nil)
    }
  }

  /// The method's name without its parameters.
  public var name: String { String(description.split(separator: ":")[0]) }

  /// The canonical spelling: short names, in the table's order, options only where they differ from the default.
  public var description: String {
    func text(_ name: String, _ pairs: [(String, String?)]) -> String {
      let given = pairs.compactMap { key, value in value.map { "\(key)=\($0)" } }
      return given.isEmpty ? name : "\(name):\(given.joined(separator: ","))"
    }
    switch self {
    case .plain(let keepsWindow): return text("plain", [("window", keepsWindow ? nil : "none")])
    case .selfExtend(let parameters, let logBase):
      return text(
        "self-extend",
        [
          ("G", "\(parameters.groupSize)"), ("W", "\(parameters.neighborWindow)"),
          ("offset", parameters.offset == .floor ? nil : parameters.offset.rawValue), ("logn", logBase.map { "\($0)" }),
        ])
    case .slidingWindow(let window): return text("sliding-window", [("W", "\(window)")])
    case .attentionSinks(let sinks, let window):
      return text("attention-sinks", [("sinks", "\(sinks)"), ("W", "\(window)")])
    case .lmInfinite(let sinks, let window): return text("lm-infinite", [("sinks", "\(sinks)"), ("W", "\(window)")])
    case .linear(let factor): return text("linear", [("factor", Self.canonical(factor))])
    case .ntk(let factor): return text("ntk", [("factor", Self.canonical(factor))])
    case .dynamicNTK(let factor): return text("dynamic-ntk", [("factor", Self.canonical(factor))])
    case .yarn(let factor, let original):
      return text("yarn", [("factor", Self.canonical(factor)), ("original", original.map { "\($0)" })])
    case .rerope(let window): return text("rerope", [("W", "\(window)")])
    case .leakyReRoPE(let window, let leak):
      return text("leaky-rerope", [("W", "\(window)"), ("leak", Self.canonical(leak))])
    case .dualChunk(let chunk): return text("dual-chunk", [("chunk", chunk.map { "\($0)" })])
    }
  }

  /// A number without a fraction where it has none.
  private static func canonical(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
