import JSON

extension JSONValue {
  /// Reads one JSON text strictly: a header with two tensors of one name must be refused.
  ///
  /// Python's `NaN` and `Infinity` are accepted, because configurations are written by Python.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - file: for error messages.
  ///   - base: where the text begins in the file.
  /// - Returns: the value.
  /// - Throws: `CheckpointError`.
  static func parse(_ bytes: Span<UInt8>, file: String, base: Int = 0) throws(CheckpointError) -> JSONValue {
    do throws(JSONProblem) {
      return try JSONReader.value(of: bytes, rules: JSONRules(refusesRepeatedKeys: true, allowsNonFinite: true))
    } catch {
      if let key = error.repeatedKey { throw .duplicate(file: file, name: key) }
      guard let byte = error.found else {
        throw .truncated(file: file, field: "JSON text", offset: base + error.offset, needed: 1, available: 0)
      }
      throw .invalid(
        file: file, field: "JSON at byte \(base + error.offset)", expected: error.expected,
        found: byte >= 0x20 && byte < 0x7f ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)")
    }
  }
}
