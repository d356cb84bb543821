public import JSON

/// One value of a sample's facts, a cell's coordinates or a task's settings: what YAML, JSON and a table cell can hold.
public enum Value: Hashable, Sendable, Codable {
  case integer(Int)
  case number(Double)
  case text(String)
  case flag(Bool)
  case list([Value])
}

extension Value {
  /// The value as a number, where it is one.
  public var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text, .flag, .list: nil
    }
  }

  /// The value as a whole number, where it is one.
  public var asInteger: Int? {
    if case .integer(let value) = self { return value }
    return nil
  }

  /// The value as a table shows it: texts bare, numbers without a needless fraction.
  public var spelling: String {
    if case .text(let text) = self { return text }
    return JSONValue(self).spelling
  }
}

extension JSONValue {
  /// The JSON of a value.
  public init(_ value: Value) {
    switch value {
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .text(let value): self = .string(value)
    case .flag(let value): self = .bool(value)
    case .list(let values): self = .array(values.map { JSONValue($0) })
    }
  }
}
