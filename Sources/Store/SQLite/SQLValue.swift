/// A value bound to a statement's parameter.
enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// A whole number.
  static func count(_ value: Int) -> SQLValue { .integer(Int64(value)) }
  /// A text, or NULL.
  static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
  /// A number, or NULL.
  static func optional(_ value: Double?) -> SQLValue { value.map { .real($0) } ?? .null }
  /// Bytes, or NULL.
  static func optional(_ value: [UInt8]?) -> SQLValue { value.map { .blob($0) } ?? .null }
}
