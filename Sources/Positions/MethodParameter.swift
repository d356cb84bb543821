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

  /// What it means that a parameter is absent.
  enum Presence: Hashable, Sendable {
    /// The method cannot do without it.
    case required
    /// The method decides.
    case optional
    /// It has that value, which the canonical spelling states.
    case stated(String)
    /// It has that value, which the canonical spelling leaves out.
    case implied(String)
  }

  /// The short spelling, for example `G`; used in the canonical text.
  public let name: String
  /// The long spelling, for example `group`.
  public let longName: String
  /// The type and range of the value.
  public let kind: Kind
  /// True where `auto` may stand for a value that is chosen for a target length.
  public let canBeAutomatic: Bool
  let presence: Presence

  /// The value that it has where it is absent; nil where there must be one or the method decides.
  public var standard: String? {
    switch presence {
    case .required, .optional: nil
    case .stated(let value), .implied(let value): value
    }
  }

  /// What a value must be, in words.
  public var range: String { expectation + (canBeAutomatic ? ", or auto" : "") }

  /// True where the method cannot do without it.
  public var isRequired: Bool { presence == .required }

  init(
    _ name: String, _ longName: String, _ kind: Kind, _ presence: Presence = .required, canBeAutomatic: Bool = false
  ) {
    self.name = name
    self.longName = longName
    self.kind = kind
    self.presence = presence
    self.canBeAutomatic = canBeAutomatic
  }

  /// What a value must be, in words.
  var expectation: String {
    switch kind {
    case .integer(let minimum): "a whole number of at least \(minimum)"
    case .number(let minimum): "a number of at least \(MethodValues.canonical(minimum))"
    case .word(let words): words.joined(separator: " or ")
    }
  }

  /// The canonical spelling of a value, nil where it does not fit.
  func canonical(_ value: String) -> String? {
    switch kind {
    case .integer(let minimum):
      guard let number = Int(value), number >= minimum, number <= 1 << 40 else { return nil }
      return "\(number)"
    case .number(let minimum):
      // Lengths are products of these numbers and stay far inside the integers.
      guard let number = Double(value), number >= minimum, number <= 1e9 else { return nil }
      return MethodValues.canonical(number)
    case .word(let words):
      return words.contains(value) ? value : nil
    }
  }
}

/// The values of a method's parameters by short name, each in its canonical spelling.
struct MethodValues: Hashable, Sendable {
  private(set) var texts: [String: String]

  init(_ texts: [String: String]) { self.texts = texts }

  /// A whole number, nil where the parameter is absent.
  func optionalInteger(_ name: String) -> Int? { texts[name].flatMap { Int($0) } }

  /// A whole number that is required or has a default; 1 where it is absent all the same.
  func integer(_ name: String) -> Int { optionalInteger(name) ?? 1 }

  /// A number that is required or has a default; 1 where it is absent all the same.
  func number(_ name: String) -> Double { texts[name].flatMap { Double($0) } ?? 1 }

  /// A word, nil where the parameter is absent.
  func word(_ name: String) -> String? { texts[name] }

  /// The values with one more.
  func setting(_ name: String, to value: Int) -> MethodValues {
    var copy = self
    copy.texts[name] = "\(value)"
    return copy
  }

  /// `name:key=value,...` in the order of the parameters.
  func spelling(_ type: any PositionMethod.Type) -> String {
    let given = type.parameters.compactMap { parameter -> String? in
      guard let value = texts[parameter.name], parameter.presence != .implied(value) else { return nil }
      return "\(parameter.name)=\(value)"
    }
    return given.isEmpty ? type.name : "\(type.name):\(given.joined(separator: ","))"
  }

  /// A number without a fraction where it has none.
  static func canonical(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
  }
}
