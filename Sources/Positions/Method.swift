/// How positions and the attention mask are treated, with every parameter decided.
///
/// The engine sees a method through this type only: as a layout of the attention, a change of the rotary frequencies, a
/// maximum length and a spelling. What a method does stands in its own file in `Methods`; it is known to the program by
/// one line of `registry`.
public struct Method: Hashable, Sendable, CustomStringConvertible {
  /// The canonical spelling: short names, in the order of the parameters, defaults left out where the method says so.
  public let description: String
  private let definition: any PositionMethod

  /// Every method, in the order of the documentation.
  static let registry: [any PositionMethod.Type] = [
    Plain.self,
    SelfExtendMethod.self,
    SlidingWindow.self,
    AttentionSinks.self,
    LMInfinite.self,
    LinearInterpolation.self,
    NTK.self,
    DynamicNTK.self,
    YaRN.self,
    ReRoPE.self,
    LeakyReRoPE.self,
    DualChunk.self,
  ]

  /// A method of a type with values that were checked.
  init(_ type: any PositionMethod.Type, _ values: MethodValues) {
    definition = type.init(values)
    description = values.spelling(type)
  }

  /// True where two methods are spelled alike.
  public static func == (a: Method, b: Method) -> Bool { a.description == b.description }
  /// Hashes the spelling.
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }

  /// The method's name without its parameters.
  public var name: String { type(of: definition).name }

  /// The attention under the method.
  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    definition.layout(contextWindow: contextWindow, slidingWindow: slidingWindow)
  }

  /// What the method does to the rotary frequencies; nil where the checkpoint's own scaling stays.
  public func rotaryScaling(contextWindow: Int) -> RotaryScaling? {
    definition.rotaryScaling(contextWindow: contextWindow)
  }

  /// The longest sequence for which the method stays inside what a model of window L was trained on; nil for no limit.
  public func maximumLength(contextWindow: Int) -> Int? {
    definition.maximumLength(contextWindow: contextWindow)
  }

  /// True where the method is, by its definition, plain attention bit for bit on a sequence of that many tokens.
  ///
  /// - Parameters:
  ///   - length: tokens of the whole sequence, prompt and generated ones.
  ///   - slidingWindow: the checkpoint's own sliding window, which Self-Extend turns off.
  /// - Returns: true where no bit can differ.
  public func isPlain(forLength length: Int, slidingWindow: Int? = nil) -> Bool {
    definition.isPlain(forLength: length, slidingWindow: slidingWindow)
  }

  /// What a person should know before using the method for that many tokens; empty when nothing is odd.
  public func warnings(contextWindow: Int, length: Int) -> [String] {
    var warnings: [String] = []
    if let maximum = maximumLength(contextWindow: contextWindow), length > maximum {
      warnings.append("\(self) has room for \(maximum) tokens with L=\(contextWindow); \(length) tokens exceed it")
    }
    return warnings + definition.remarks(contextWindow: contextWindow).map { "\(self): \($0)" }
  }
}

extension Method {
  /// The checkpoint as it is.
  public static let plain = Method.plain(keepsWindow: true)

  /// The checkpoint as it is, or without its own sliding window.
  public static func plain(keepsWindow: Bool) -> Method {
    Method(Plain.self, MethodValues(keepsWindow ? [:] : ["window": "none"]))
  }

  /// Self-Extend; `logBase` multiplies the query at position p by max(1, ln(p + 1) / ln(logBase)).
  public static func selfExtend(_ parameters: SelfExtend, logBase: Int? = nil) -> Method {
    var values = ["G": "\(parameters.groupSize)", "W": "\(parameters.neighborWindow)"]
    values["offset"] = parameters.offset.rawValue
    values["logn"] = logBase.map { "\($0)" }
    return Method(SelfExtendMethod.self, MethodValues(values))
  }

  /// Group size and neighbor window, where the method is Self-Extend.
  public var selfExtend: SelfExtend? { (definition as? SelfExtendMethod)?.parameters }

  /// The names of all methods, in the order of the documentation.
  public static var names: [String] { registry.map { $0.name } }

  /// What a method does, in one line; nil for an unknown name.
  public static func summary(of name: String) -> String? { registry.first { $0.name == name }?.summary }

  /// The parameters of a method, in canonical order; empty for an unknown name.
  public static func parameters(of name: String) -> [MethodParameter] {
    registry.first { $0.name == name }?.parameters ?? []
  }

  /// The short names of a method's parameters, in canonical order.
  public static func parameterNames(of name: String) -> [String] { parameters(of: name).map(\.name) }

  /// The formula of a method's maximum length, as a person reads it; nil for an unknown name.
  public static func limit(of name: String) -> String? { registry.first { $0.name == name }?.limit }
}
