public import JSON

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

/// A JSON object of a tokenizer's files.
typealias JSONObject = JSON.JSONObject<TokenizerError>

extension TokenizerError: JSONObjectError {
  /// A field that cannot be right.
  public static func mismatch(file: String, field: String, expected: String, found: String) -> TokenizerError {
    .invalid(file: file, field: field, expected: expected, found: found)
  }
}
