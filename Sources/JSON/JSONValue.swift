/// A JSON value whose objects keep the order of their keys.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits 64 bits.
  case integer(Int)
  /// Any other number, and Python's `NaN`, `Infinity` and `-Infinity` where they are allowed.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A key with its value.
  public struct Member: Hashable, Sendable {
    /// The key.
    public let key: String
    /// The value.
    public let value: JSONValue

    /// A member from its parts.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// An object from its members, in no order: for `written`, which sorts them.
  public static func object(_ members: [String: JSONValue]) -> JSONValue {
    .object(members.map { Member(key: $0.key, value: $0.value) })
  }

  /// An optional text; null when there is none.
  public init(_ text: String?) { self = text.map { .string($0) } ?? .null }

  /// The value of a text; nil for what is no JSON.
  ///
  /// - Parameter json: one JSON text, read by RFC 8259.
  public init?(json: String) { self.init(bytes: Array(json.utf8)) }

  /// The value of a text's bytes; nil for what is no JSON.
  ///
  /// - Parameter bytes: one JSON text in UTF-8, read by RFC 8259.
  public init?(bytes: [UInt8]) {
    guard let value = try? JSONReader.value(of: bytes) else { return nil }
    self = value
  }

  /// The value of a key; the last one where a key is repeated, as in Python.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  /// The text of a text.
  public var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// The truth value of one.
  public var flag: Bool? {
    if case .bool(let flag) = self { return flag }
    return nil
  }

  /// The number of a number.
  public var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// The elements of a list.
  public var elements: [JSONValue]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// The texts of a list of texts.
  public var texts: [String]? {
    guard let elements else { return nil }
    let texts = elements.compactMap(\.text)
    return texts.count == elements.count ? texts : nil
  }

  /// The integers of a list of integers.
  public var integers: [Int]? {
    guard let elements else { return nil }
    let integers = elements.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
    return integers.count == elements.count ? integers : nil
  }

  /// The members of an object; of a repeated key the last value counts.
  public var members: [String: JSONValue]? {
    guard case .object(let members) = self else { return nil }
    return Dictionary(members.map { ($0.key, $0.value) }) { $1 }
  }

  /// One line for a table: texts without quotes, nothing for null, the rest as JSON.
  public var plain: String {
    switch self {
    case .string(let text): text
    case .null: ""
    case .bool, .integer, .number, .array, .object: written(.compact)
    }
  }

  /// The keys of an object, in their order.
  public var keys: [String] {
    if case .object(let members) = self { return members.map(\.key) }
    return []
  }
}

/// What is wrong with a JSON text.
public struct JSONProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The byte at which it was noticed, from 0.
  public let offset: Int
  /// What was expected.
  public let expected: String
  /// The byte that was found; nil at the end of the text.
  public let found: UInt8?
  /// The key that stands twice in one object, where that is what is wrong.
  public let repeatedKey: String?

  init(offset: Int, expected: String, found: UInt8?, repeatedKey: String? = nil) {
    self.offset = offset
    self.expected = expected
    self.found = found
    self.repeatedKey = repeatedKey
  }

  /// The place and what was expected there.
  public var description: String { "not JSON at byte \(offset): expected \(expected)" }
}

/// How a text may depart from RFC 8259.
public struct JSONRules: Hashable, Sendable {
  /// A key that stands twice in one object is an error; otherwise both are kept.
  public var refusesRepeatedKeys: Bool
  /// Python's `NaN` and `Infinity` are numbers.
  public var allowsNonFinite: Bool
  /// Half of a surrogate pair is U+FFFD; otherwise an error.
  public var replacesLoneSurrogates: Bool

  /// Rules; by default the strict ones.
  public init(
    refusesRepeatedKeys: Bool = false, allowsNonFinite: Bool = false, replacesLoneSurrogates: Bool = false
  ) {
    self.refusesRepeatedKeys = refusesRepeatedKeys
    self.allowsNonFinite = allowsNonFinite
    self.replacesLoneSurrogates = replacesLoneSurrogates
  }

  /// As Python's json module reads.
  public static let python = JSONRules(allowsNonFinite: true, replacesLoneSurrogates: true)
}
