public import JSON

/// A JSON object of a checkpoint.
typealias JSONObject = JSON.JSONObject<CheckpointError>

extension CheckpointError: JSONObjectError {
  /// A field that is needed is absent.
  public static func missing(file: String, field: String, expected: String) -> CheckpointError {
    .missingField(file: file, field: field)
  }

  /// A field that cannot be right.
  public static func mismatch(file: String, field: String, expected: String, found: String) -> CheckpointError {
    .invalid(
      file: file, field: field == "JSON text" ? field : "'\(field)'", expected: expected, found: found)
  }
}

extension JSON.JSONObject<CheckpointError> {
  /// No size or count of a model is greater; products of two stay far from overflow.
  static var greatestCount: Int { 1 << 30 }

  /// The object that a whole file holds.
  static func read(_ path: String, reads: ReadKeys? = nil) throws(CheckpointError) -> JSONObject {
    // No configuration or index is longer.
    let longestFile = 64 << 20
    let mapped = try MappedFile(path: path)
    guard mapped.byteCount <= longestFile else {
      throw .invalid(
        file: path, field: "size of the file", expected: "at most \(longestFile) bytes", found: "\(mapped.byteCount)")
    }
    let value = try mapped.withBytes(0..<mapped.byteCount) { (bytes) throws(CheckpointError) in
      try JSONValue.parse(bytes, file: path)
    }
    guard let reads else { return try JSONObject(file: path, value) }
    return try JSONObject(file: path, value) { reads.note($0) }
  }

  /// A positive count.
  func count(_ key: String) throws(CheckpointError) -> Int {
    guard let count = try optionalCount(key) else { throw missing(key) }
    return count
  }

  /// A positive count; nil when it is absent or null.
  func optionalCount(_ key: String) throws(CheckpointError) -> Int? {
    try value(key, "an integer from 1 to \(Self.greatestCount)") { value in
      guard case .integer(let number) = value, number > 0, number <= Self.greatestCount else { return nil }
      return number
    }
  }

  /// A finite number.
  func number(_ key: String) throws(CheckpointError) -> Double {
    guard let number = try optionalNumber(key) else { throw missing(key) }
    return number
  }

  /// A finite number; nil when it is absent or null.
  func optionalNumber(_ key: String) throws(CheckpointError) -> Double? {
    try value(key, "a finite number", Self.finite)
  }

  /// A finite number above zero; nil when it is absent or null.
  func optionalPositive(_ key: String) throws(CheckpointError) -> Double? {
    guard let number = try optionalNumber(key) else { return nil }
    guard number > 0 else { throw mismatch(key, "a number above 0", .number(number)) }
    return number
  }

  /// A finite number above zero.
  func positive(_ key: String) throws(CheckpointError) -> Double {
    guard let number = try optionalPositive(key) else { throw missing(key) }
    return number
  }

  /// An array of finite numbers; nil when it is absent or null.
  func numbers(_ key: String) throws(CheckpointError) -> [Double]? {
    try elements(key, "an array of finite numbers", Self.finite)
  }

  /// One token id or an array of them; empty when absent or null.
  ///
  /// Some releases write -1 for "none".
  func tokenIDs(_ key: String) throws(CheckpointError) -> [Int] {
    guard let value = self[key] else { return [] }
    var ids: [Int] = []
    for element in value.elements ?? [value] {
      guard case .integer(let id) = element, id <= Self.greatestCount else {
        throw mismatch(key, "a token id or an array of them", element)
      }
      if id >= 0 { ids.append(id) }
    }
    return ids
  }

  private static func finite(_ value: JSONValue) -> Double? {
    value.number.flatMap { $0.isFinite ? $0 : nil }
  }
}
