extension JSONValue {
  /// A value of a type that describes itself.
  ///
  /// Whole numbers are exact: one that the type does not hold is an error. The texts `inf`, `-inf` and `nan` are numbers
  /// where a number is wanted, as `text(of:_:)` writes them.
  ///
  /// - Parameter type: the type.
  /// - Returns: the value.
  /// - Throws: `DecodingError` with the place, and what the type's own `init(from:)` throws.
  public func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try ValueDecoder(value: self, codingPath: []).decode(type)
  }
}

extension JSONValue: Decodable {
  /// A value out of another one; any other decoder cannot say what it holds.
  public init(from decoder: any Decoder) throws {
    guard let decoder = decoder as? ValueDecoder else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a JSONValue is decoded from a JSONValue alone"))
    }
    self = decoder.value
  }
}

private struct ValueDecoder: Decoder {
  let value: JSONValue
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let members = value.members else { throw mismatch("an object") }
    return KeyedDecodingContainer(Keyed(decoder: self, members: members))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let elements = value.elements else { throw mismatch("a list") }
    return Unkeyed(decoder: self, elements: elements)
  }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

  func at(_ value: JSONValue, _ key: any CodingKey) -> ValueDecoder {
    ValueDecoder(value: value, codingPath: codingPath + [key])
  }

  /// What JSON has itself, or the type's own decoding.
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    switch type {
    case is String.Type: try checked(value.text, "a text")
    case is Bool.Type: try checked(value.flag, "true or false")
    case is Double.Type: try checked(number, "a number")
    case is Float.Type: try checked(number.map { Float($0) }, "a number")
    case let type as any BinaryInteger.Type: try checked(integer(type), "a whole number that fits")
    default: try Value(from: self)
    }
  }

  private func checked<Value>(_ found: Any?, _ expected: String) throws -> Value {
    guard let value = found as? Value else { throw mismatch(expected) }
    return value
  }

  private var number: Double? {
    switch value {
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    case .string("nan"): .nan
    default: value.number
    }
  }

  private func integer<Number: BinaryInteger>(_ type: Number.Type) -> Number? {
    switch value {
    case .integer(let integer): Number(exactly: integer)
    case .number(let number): Number(exactly: number)
    default: nil
    }
  }

  private func mismatch(_ expected: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: "expected \(expected)"))
  }
}

private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: ValueDecoder
  let members: [String: JSONValue]
  var codingPath: [any CodingKey] { decoder.codingPath }
  var allKeys: [Key] { members.keys.sorted().compactMap { Key(stringValue: $0) } }

  private func member(_ key: any CodingKey) throws -> ValueDecoder {
    guard let value = members[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: codingPath, debugDescription: "'\(key.stringValue)' is missing"))
    }
    return decoder.at(value, key)
  }
  func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try member(key).value == .null }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try member(key).decode(type) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try member(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { try member(Index(stringValue: "super")) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

private struct Unkeyed: UnkeyedDecodingContainer {
  let decoder: ValueDecoder
  let elements: [JSONValue]
  private(set) var currentIndex = 0
  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  init(decoder: ValueDecoder, elements: [JSONValue]) {
    self.decoder = decoder
    self.elements = elements
  }

  private func element() throws -> ValueDecoder {
    guard !isAtEnd else {
      throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "the list is too short"))
    }
    return decoder.at(elements[currentIndex], Index(stringValue: "\(currentIndex)"))
  }
  private mutating func take<Result>(_ read: (ValueDecoder) throws -> Result) throws -> Result {
    let result = try read(element())
    currentIndex += 1
    return result
  }
  mutating func decodeNil() throws -> Bool {
    guard try element().value == .null else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take { try $0.decode(type) } }
  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
    try take { try $0.container(keyedBy: type) }
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try take { try $0.unkeyedContainer() }
  }
  mutating func superDecoder() throws -> any Decoder { try take { $0 } }
}

private struct Single: SingleValueDecodingContainer {
  let decoder: ValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.value == .null }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }
}

private struct Index: CodingKey {
  let stringValue: String
  var intValue: Int? { Int(stringValue) }
  init(stringValue: String) { self.stringValue = stringValue }
  init(intValue: Int) { stringValue = "\(intValue)" }
}
