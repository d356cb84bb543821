import JSON

extension JSONValue {
  /// What the value is, for error messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): "the text '\(text.prefix(40))'"
    case .array(let elements): "an array of \(elements.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }
}

extension JSONValue {
  /// Whether the value says nothing: null, or no element or member.
  var isEmpty: Bool {
    switch self {
    case .null: true
    case .array(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }

  /// The value as text, members in the order of the file: equal values have equal texts.
  var canonicalText: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): "\(text.utf8.count):\(text)"
    case .array(let elements): "[\(elements.map(\.canonicalText).joined(separator: ","))]"
    case .object(let members):
      "{\(members.map { "\($0.key.utf8.count):\($0.key)=\($0.value.canonicalText)" }.joined())}"
    }
  }
}

extension JSONValue {
  /// Reads one JSON text strictly: lone surrogates and anything after the value are errors.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - file: for error messages.
  /// - Returns: the value.
  /// - Throws: `TokenizerError.malformed`.
  static func parse(_ bytes: Span<UInt8>, file: String) throws(TokenizerError) -> JSONValue {
    do throws(JSONProblem) {
      return try JSONReader.value(of: bytes)
    } catch {
      throw .malformed(file: file, offset: error.offset, expected: error.expected)
    }
  }
}

/// A JSON object with checked access; errors name the file and the full path of the member.
struct JSONObject: Sendable {
  let file: String
  /// Names of the enclosing objects, for error messages.
  let path: String
  let members: [JSONValue.Member]

  init(file: String, path: String, _ value: JSONValue) throws(TokenizerError) {
    guard case .object(let members) = value else {
      throw .invalid(file: file, field: path.isEmpty ? "JSON text" : path, expected: "an object", found: value.kind)
    }
    self.file = file
    self.path = path
    self.members = members
  }

  /// The full name of a member.
  func field(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// The last member of a name; nil when it is absent or null.
  subscript(name: String) -> JSONValue? {
    guard let member = members.last(where: { $0.key == name }) else { return nil }
    if case .null = member.value { return nil }
    return member.value
  }

  /// Whether the member is there, null included.
  func has(_ name: String) -> Bool { members.contains { $0.key == name } }

  func string(_ name: String) throws(TokenizerError) -> String? {
    guard let value = self[name] else { return nil }
    guard case .string(let text) = value else { throw mismatch(name, "a text", value) }
    return text
  }

  func bool(_ name: String) throws(TokenizerError) -> Bool? {
    guard let value = self[name] else { return nil }
    guard case .bool(let flag) = value else { throw mismatch(name, "true or false", value) }
    return flag
  }

  func integer(_ name: String) throws(TokenizerError) -> Int? {
    guard let value = self[name] else { return nil }
    guard case .integer(let number) = value else { throw mismatch(name, "an integer", value) }
    return number
  }

  func array(_ name: String) throws(TokenizerError) -> [JSONValue]? {
    guard let value = self[name] else { return nil }
    guard case .array(let elements) = value else { throw mismatch(name, "an array", value) }
    return elements
  }

  func object(_ name: String) throws(TokenizerError) -> JSONObject? {
    guard let value = self[name] else { return nil }
    return try JSONObject(file: file, path: field(name), value)
  }

  /// The objects of an array; empty when it is absent.
  func objects(_ name: String) throws(TokenizerError) -> [JSONObject] {
    var objects: [JSONObject] = []
    for (index, value) in (try array(name) ?? []).enumerated() {
      objects.append(try JSONObject(file: file, path: "\(field(name))[\(index)]", value))
    }
    return objects
  }

  func mismatch(_ name: String, _ expected: String, _ found: JSONValue) -> TokenizerError {
    .invalid(file: file, field: field(name), expected: expected, found: found.kind)
  }

  func missing(_ name: String, _ expected: String) -> TokenizerError {
    .missing(file: file, field: field(name), expected: expected)
  }
}
