/// What becomes of a number that JSON does not have.
public enum NonFiniteNumbers: Hashable, Sendable {
  /// It is an error.
  case refused
  /// It is one of the texts `inf`, `-inf` and `nan`.
  case spelled
}

extension JSONValue {
  /// The JSON of an encodable value, for `written`.
  ///
  /// A Float becomes the number of its own shortest digits.
  ///
  /// - Parameters:
  ///   - value: any value.
  ///   - nonFinite: what becomes of infinities and NaN.
  /// - Throws: `EncodingError` for a number that is refused, and what the value's own `encode(to:)` throws.
  public init(encoding value: some Encodable, nonFinite: NonFiniteNumbers = .refused) throws {
    let slot = Slot()
    try value.encode(to: ValueEncoder(slot: slot, codingPath: [], nonFinite: nonFinite))
    self = slot.value
  }
}

extension JSONValue {
  /// The JSON text of a value that no encoding refuses; infinities and NaN are texts, `null` stands for a refusal.
  public static func text(of value: some Encodable, _ style: JSONStyle) -> String {
    (try? JSONValue(encoding: value, nonFinite: .spelled))?.written(style) ?? "null"
  }
}

extension JSONValue: Encodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Encodes the value as what it is.
  public func encode(to encoder: any Encoder) throws {
    if case .object(let members) = self {
      var container = encoder.container(keyedBy: Key.self)
      for member in members { try container.encode(member.value, forKey: Key(stringValue: member.key)) }
      return
    }
    var container = encoder.singleValueContainer()
    switch self {
    case .null, .object: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    }
  }
}

/// A place for a value that is still being written; containers fill theirs until the end.
private final class Slot {
  enum Content {
    case value(JSONValue)
    case array([Slot])
    case object([(key: String, slot: Slot)])
  }
  var content: Content?

  var value: JSONValue {
    switch content {
    case .value(let value)?: value
    case .array(let slots)?: .array(slots.map(\.value))
    case .object(let members)?: .object(members.map { JSONValue.Member(key: $0.key, value: $0.slot.value) })
    // What encodes nothing at all is an empty object, as with Foundation.
    case nil: .object([JSONValue.Member]())
    }
  }

  func makeArray() { if content == nil { content = .array([]) } }
  func makeObject() { if content == nil { content = .object([]) } }

  func append() -> Slot {
    let slot = Slot()
    if case .array(var slots)? = content {
      // Let go of the old list before it grows, or each element copies it.
      content = nil
      slots.append(slot)
      content = .array(slots)
    }
    return slot
  }

  func member(_ key: String) -> Slot {
    let slot = Slot()
    if case .object(var members)? = content {
      content = nil
      members.append((key, slot))
      content = .object(members)
    }
    return slot
  }

  var count: Int {
    if case .array(let slots)? = content { return slots.count }
    return 0
  }
}

private struct ValueEncoder: Encoder {
  let slot: Slot
  let codingPath: [any CodingKey]
  let nonFinite: NonFiniteNumbers
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    slot.makeObject()
    return KeyedEncodingContainer(Keyed(encoder: self))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.makeArray()
    return Unkeyed(encoder: self)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

  func at(_ slot: Slot, _ key: (any CodingKey)? = nil) -> ValueEncoder {
    ValueEncoder(slot: slot, codingPath: codingPath + (key.map { [$0] } ?? []), nonFinite: nonFinite)
  }

  /// Fills the slot: with what JSON has itself, or by the value's own encoding.
  func encode(_ value: some Encodable) throws {
    switch value {
    case let value as String: slot.content = .value(.string(value))
    case let value as Bool: slot.content = .value(.bool(value))
    case let value as Double: slot.content = .value(try number(value))
    case let value as Float: slot.content = .value(try number(shortest(value)))
    case let value as any BinaryInteger & Encodable:
      guard let integer = Int(exactly: value) else { throw refused(value, "an integer beyond 64 bits with sign") }
      slot.content = .value(.integer(integer))
    default: try value.encode(to: self)
    }
  }

  private func shortest(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

  private func number(_ value: Double) throws -> JSONValue {
    if value.isFinite { return .number(value) }
    guard nonFinite == .spelled else { throw refused(value, "a number that is not finite") }
    return .string(value.isNaN ? "nan" : value > 0 ? "inf" : "-inf")
  }

  private func refused(_ value: Any, _ what: String) -> EncodingError {
    .invalidValue(value, .init(codingPath: codingPath, debugDescription: "\(what) cannot stand in JSON"))
  }
}

private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ValueEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  private func member(_ key: any CodingKey) -> ValueEncoder {
    encoder.at(encoder.slot.member(key.stringValue), key)
  }
  func encodeNil(forKey key: Key) { member(key).slot.content = .value(.null) }
  func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).encode(value) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { member(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { member(key).unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder.at(encoder.slot.member("super")) }
  func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

private struct Unkeyed: UnkeyedEncodingContainer {
  let encoder: ValueEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }
  var count: Int { encoder.slot.count }

  private func element() -> ValueEncoder { encoder.at(encoder.slot.append()) }
  func encodeNil() { element().slot.content = .value(.null) }
  func encode(_ value: some Encodable) throws { try element().encode(value) }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    element().container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }
  func superEncoder() -> any Encoder { element() }
}

private struct Single: SingleValueEncodingContainer {
  let encoder: ValueEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  func encodeNil() { encoder.slot.content = .value(.null) }
  func encode(_ value: some Encodable) throws { try encoder.encode(value) }
}
