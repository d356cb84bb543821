import JSON

/// The members of one JSON object with checked access; errors name the file and the full path of the member.
struct JSONObject: Sendable {
  let file: String
  /// Names of the enclosing objects, each followed by a dot.
  let prefix: String
  var members: [String: JSONValue]
  /// Where it is noted which members were asked for, by their full names; nil where nobody wants to know.
  let reads: ReadKeys?

  /// No size or count of a model is greater; products of two stay far from overflow.
  static let greatestCount = 1 << 30
  /// No configuration or index is longer.
  static let longestFile = 64 << 20

  init(file: String, prefix: String = "", members: [String: JSONValue], reads: ReadKeys? = nil) {
    self.file = file
    self.prefix = prefix
    self.members = members
    self.reads = reads
  }

  /// An object whose keys are known to differ.
  init(file: String, prefix: String = "", _ members: [JSONValue.Member], reads: ReadKeys? = nil) {
    self.init(
      file: file, prefix: prefix, members: Dictionary(members.map { ($0.key, $0.value) }) { $1 }, reads: reads)
  }

  /// The object that a whole file holds.
  static func read(_ path: String, reads: ReadKeys? = nil) throws(CheckpointError) -> JSONObject {
    let mapped = try MappedFile(path: path)
    guard mapped.byteCount <= longestFile else {
      throw .invalid(
        file: path, field: "size of the file", expected: "at most \(longestFile) bytes", found: "\(mapped.byteCount)")
    }
    let value = try mapped.withBytes(0..<mapped.byteCount) { (bytes) throws(CheckpointError) in
      try JSONValue.parse(bytes, file: path)
    }
    guard case .object(let members) = value else {
      throw .invalid(file: path, field: "JSON text", expected: "an object", found: value.kind)
    }
    return JSONObject(file: path, members, reads: reads)
  }

  /// A positive count.
  func count(_ key: String) throws(CheckpointError) -> Int {
    guard let count = try optionalCount(key) else { throw .missingField(file: file, field: prefix + key) }
    return count
  }

  /// A positive count; nil when it is absent or null.
  func optionalCount(_ key: String) throws(CheckpointError) -> Int? {
    guard let value = present(key) else { return nil }
    guard case .integer(let number) = value, number > 0, number <= Self.greatestCount else {
      throw mismatch(key, "an integer from 1 to \(Self.greatestCount)", value)
    }
    return number
  }

  /// A finite number.
  func number(_ key: String) throws(CheckpointError) -> Double {
    guard let number = try optionalNumber(key) else { throw .missingField(file: file, field: prefix + key) }
    return number
  }

  /// A finite number; nil when it is absent or null.
  func optionalNumber(_ key: String) throws(CheckpointError) -> Double? {
    guard let value = present(key) else { return nil }
    guard let number = Self.finite(value) else { throw mismatch(key, "a finite number", value) }
    return number
  }

  /// A finite number above zero; nil when it is absent or null.
  func optionalPositive(_ key: String) throws(CheckpointError) -> Double? {
    guard let number = try optionalNumber(key) else { return nil }
    guard number > 0 else { throw mismatch(key, "a number above 0", .number(number)) }
    return number
  }

  /// A finite number above zero.
  func positive(_ key: String) throws(CheckpointError) -> Double {
    guard let number = try optionalPositive(key) else { throw .missingField(file: file, field: prefix + key) }
    return number
  }

  /// A boolean; false when it is absent or null.
  func flag(_ key: String) throws(CheckpointError) -> Bool {
    guard let value = present(key) else { return false }
    guard case .bool(let flag) = value else { throw mismatch(key, "true or false", value) }
    return flag
  }

  /// A text; nil when it is absent or null.
  func text(_ key: String) throws(CheckpointError) -> String? {
    guard let value = present(key) else { return nil }
    guard case .string(let text) = value else { throw mismatch(key, "a text", value) }
    return text
  }

  /// An array of texts; nil when it is absent or null.
  func texts(_ key: String) throws(CheckpointError) -> [String]? {
    guard let value = present(key) else { return nil }
    guard case .array(let elements) = value else { throw mismatch(key, "an array of texts", value) }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else { throw mismatch(key, "an array of texts", element) }
      texts.append(text)
    }
    return texts
  }

  /// An array of finite numbers; nil when it is absent or null.
  func numbers(_ key: String) throws(CheckpointError) -> [Double]? {
    guard let value = present(key) else { return nil }
    guard case .array(let elements) = value else { throw mismatch(key, "an array of numbers", value) }
    var numbers: [Double] = []
    for element in elements {
      guard let number = Self.finite(element) else { throw mismatch(key, "an array of finite numbers", element) }
      numbers.append(number)
    }
    return numbers
  }

  /// An object inside this one; nil when it is absent or null.
  func object(_ key: String) throws(CheckpointError) -> JSONObject? {
    guard let value = present(key) else { return nil }
    guard case .object(let members) = value else { throw mismatch(key, "an object", value) }
    return JSONObject(file: file, prefix: "\(prefix)\(key).", members, reads: reads)
  }

  /// One token id or an array of them; empty when absent or null.
  ///
  /// Some releases write -1 for "none".
  func tokenIDs(_ key: String) throws(CheckpointError) -> [Int] {
    guard let value = present(key) else { return [] }
    var ids: [Int] = []
    let elements: [JSONValue] = if case .array(let array) = value { array } else { [value] }
    for element in elements {
      guard case .integer(let id) = element, id <= Self.greatestCount else {
        throw mismatch(key, "a token id or an array of them", element)
      }
      if id >= 0 { ids.append(id) }
    }
    return ids
  }

  /// The member under a key, unless it is null.
  func present(_ key: String) -> JSONValue? {
    reads?.note(prefix + key)
    guard let value = members[key], value != .null else { return nil }
    return value
  }

  func mismatch(_ key: String, _ expected: String, _ found: JSONValue) -> CheckpointError {
    .invalid(file: file, field: "'\(prefix)\(key)'", expected: expected, found: found.kind)
  }

  private static func finite(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .number(let number): number.isFinite ? number : nil
    default: nil
    }
  }
}
