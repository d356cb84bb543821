/// An error that says which member of which file is not what its reader expects.
public protocol JSONObjectError: Error {
  /// A member that is needed is absent.
  static func missing(file: String, field: String, expected: String) -> Self
  /// A member, or the whole file, has a value that cannot be right.
  static func mismatch(file: String, field: String, expected: String, found: String) -> Self
}

/// The members of one JSON object with checked access; errors name the file and the full path of the member.
public struct JSONObject<Failure: JSONObjectError>: Sendable {
  /// The file.
  public let file: String
  /// Names of the enclosing objects, each followed by a dot; empty for the file's own object.
  public let prefix: String
  /// The members in the order of the file.
  public private(set) var members: [JSONValue.Member]
  /// The values by key; the last one of a key that stands twice.
  public private(set) var values: [String: JSONValue]
  /// Told the full name of every member that is asked for.
  private let onRead: (@Sendable (String) -> Void)?

  /// An object from its members.
  public init(
    file: String, prefix: String = "", _ members: [JSONValue.Member], onRead: (@Sendable (String) -> Void)? = nil
  ) {
    self.file = file
    self.prefix = prefix
    self.members = members
    self.onRead = onRead
    values = Dictionary(members.map { ($0.key, $0.value) }) { $1 }
  }

  /// An object from a value.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - path: the value's full name; empty for the file's own value.
  ///   - value: the value.
  ///   - onRead: told the full name of every member that is asked for.
  /// - Throws: the reader's error where the value is no object.
  public init(
    file: String, path: String = "", _ value: JSONValue, onRead: (@Sendable (String) -> Void)? = nil
  ) throws(Failure) {
    guard case .object(let members) = value else {
      throw .mismatch(
        file: file, field: path.isEmpty ? "JSON text" : path, expected: "an object", found: value.kind)
    }
    self.init(file: file, prefix: path.isEmpty ? "" : "\(path).", members, onRead: onRead)
  }

  /// The object with values for keys that it does not have.
  public func completed(by defaults: [String: JSONValue]) -> JSONObject {
    var object = self
    for (key, value) in defaults where values[key] == nil {
      object.members.append(.init(key: key, value: value))
      object.values[key] = value
    }
    return object
  }

  /// The full name of a member.
  public func field(_ key: String) -> String { prefix + key }

  /// The member of a key; nil when it is absent or null.
  public subscript(key: String) -> JSONValue? {
    onRead?(field(key))
    guard let value = values[key], value != .null else { return nil }
    return value
  }

  /// Whether the member is there, null included.
  public func has(_ key: String) -> Bool { values[key] != nil }

  /// What a reader makes of a member; nil when it is absent or null.
  ///
  /// - Parameters:
  ///   - key: the member.
  ///   - expected: what it must be, in words.
  ///   - read: nil for a value that is something else.
  /// - Returns: what `read` gives.
  /// - Throws: the reader's error for a value that is something else.
  public func value<Content>(
    _ key: String, _ expected: String, _ read: (JSONValue) -> Content?
  ) throws(Failure) -> Content? {
    guard let value = self[key] else { return nil }
    guard let content = read(value) else { throw mismatch(key, expected, value) }
    return content
  }

  /// A text; nil when it is absent or null.
  public func text(_ key: String) throws(Failure) -> String? { try value(key, "a text", \.text) }

  /// True or false; nil when it is absent or null.
  public func bool(_ key: String) throws(Failure) -> Bool? {
    try value(key, "true or false", \.flag)
  }

  /// True or false; false when it is absent or null.
  public func flag(_ key: String) throws(Failure) -> Bool { try bool(key) ?? false }

  /// A whole number; nil when it is absent or null.
  public func integer(_ key: String) throws(Failure) -> Int? {
    try value(key, "an integer") { if case .integer(let number) = $0 { number } else { nil } }
  }

  /// An array; nil when it is absent or null.
  public func array(_ key: String, of what: String = "an array") throws(Failure) -> [JSONValue]? {
    try value(key, what, \.elements)
  }

  /// An array of texts; nil when it is absent or null.
  public func texts(_ key: String) throws(Failure) -> [String]? {
    try elements(key, "an array of texts", \.text)
  }

  /// What a reader makes of each element of an array; nil when it is absent or null.
  ///
  /// - Parameters:
  ///   - key: the member.
  ///   - expected: what it must be, in words.
  ///   - read: nil for an element that is something else.
  /// - Returns: what `read` gives, in the order of the array.
  /// - Throws: the reader's error for another value or element.
  public func elements<Content>(
    _ key: String, _ expected: String, _ read: (JSONValue) -> Content?
  ) throws(Failure) -> [Content]? {
    guard let elements = try array(key, of: expected) else { return nil }
    var contents: [Content] = []
    for element in elements {
      guard let content = read(element) else { throw mismatch(key, expected, element) }
      contents.append(content)
    }
    return contents
  }

  /// An object inside this one; nil when it is absent or null.
  public func object(_ key: String) throws(Failure) -> JSONObject? {
    guard let value = self[key] else { return nil }
    return try JSONObject(file: file, path: field(key), value, onRead: onRead)
  }

  /// The objects of an array; empty when it is absent or null.
  public func objects(_ key: String) throws(Failure) -> [JSONObject] {
    var objects: [JSONObject] = []
    for (index, value) in (try array(key) ?? []).enumerated() {
      objects.append(try JSONObject(file: file, path: "\(field(key))[\(index)]", value, onRead: onRead))
    }
    return objects
  }

  /// The error for a member of another type or range.
  public func mismatch(_ key: String, _ expected: String, _ found: JSONValue) -> Failure {
    .mismatch(file: file, field: field(key), expected: expected, found: found.kind)
  }

  /// The error for a member that is needed.
  public func missing(_ key: String, _ expected: String = "a value") -> Failure {
    .missing(file: file, field: field(key), expected: expected)
  }
}

extension JSONValue {
  /// What the value is, for error messages.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): "\"\(text.prefix(60))\(text.count > 60 ? "..." : "")\""
    case .array(let elements): "an array of \(elements.count)"
    case .object: "an object"
    }
  }
}
