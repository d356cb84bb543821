extension GGUFHeader {
  /// The string under a key as text, with bytes that are not UTF-8 as U+FFFD; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the text.
  /// - Throws: `CheckpointError.invalid` when the value is no string.
  public func string(_ key: String) throws(CheckpointError) -> String? {
    try bytes(key).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The string under a key as it is in the file; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the bytes.
  /// - Throws: `CheckpointError.invalid` when the value is no string.
  public func bytes(_ key: String) throws(CheckpointError) -> [UInt8]? {
    guard let value = metadata[key] else { return nil }
    guard case .string(let bytes) = value else { throw mismatch(key, "a string", value.kind) }
    return bytes
  }

  /// The integer under a key, of any width and sign; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the number.
  /// - Throws: `CheckpointError.invalid` when the value is no integer or does not fit 63 bits.
  public func integer(_ key: String) throws(CheckpointError) -> Int? {
    guard let value = metadata[key] else { return nil }
    switch value {
    case .signed(let number): return Int(number)
    case .unsigned(let number):
      guard let narrow = Int(exactly: number) else { throw mismatch(key, "at most \(Int.max)", "\(number)") }
      return narrow
    default: throw mismatch(key, "an integer", value.kind)
    }
  }

  /// The number under a key, real or integer; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the number.
  /// - Throws: `CheckpointError.invalid` when the value is no number.
  public func number(_ key: String) throws(CheckpointError) -> Double? {
    guard let value = metadata[key] else { return nil }
    switch value {
    case .real(let number): return number
    case .signed(let number): return Double(number)
    case .unsigned(let number): return Double(number)
    default: throw mismatch(key, "a number", value.kind)
    }
  }

  /// The boolean under a key; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the boolean.
  /// - Throws: `CheckpointError.invalid` when the value is no boolean.
  public func bool(_ key: String) throws(CheckpointError) -> Bool? {
    guard let value = metadata[key] else { return nil }
    guard case .bool(let flag) = value else { throw mismatch(key, "a boolean", value.kind) }
    return flag
  }

  /// The array of strings under a key; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the strings, read in place.
  /// - Throws: `CheckpointError.invalid` when the value is no array of strings.
  public func strings(_ key: String) throws(CheckpointError) -> GGUFStrings? {
    guard let value = metadata[key] else { return nil }
    guard case .strings(let strings) = value else { throw mismatch(key, "an array of strings", value.kind) }
    return strings
  }

  /// The array of integers under a key, of any width and sign; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the numbers.
  /// - Throws: `CheckpointError.invalid` when the value is no array of integers or one does not fit 63 bits.
  public func integers(_ key: String) throws(CheckpointError) -> [Int]? {
    guard let value = metadata[key] else { return nil }
    switch value {
    case .signedArray(let numbers): return numbers.map { Int($0) }
    case .unsignedArray(let numbers):
      let narrow = numbers.compactMap { Int(exactly: $0) }
      guard narrow.count == numbers.count else { throw mismatch(key, "at most \(Int.max)", "a greater element") }
      return narrow
    default: throw mismatch(key, "an array of integers", value.kind)
    }
  }

  /// The array of real numbers under a key; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the numbers.
  /// - Throws: `CheckpointError.invalid` when the value is no array of real numbers.
  public func floats(_ key: String) throws(CheckpointError) -> [Float]? {
    guard let value = metadata[key] else { return nil }
    guard case .realArray(let numbers) = value else { throw mismatch(key, "an array of real numbers", value.kind) }
    return numbers.map { Float($0) }
  }

  /// The array of booleans under a key; nil when the key is absent.
  ///
  /// - Parameter key: the metadata key.
  /// - Returns: the booleans.
  /// - Throws: `CheckpointError.invalid` when the value is no array of booleans.
  public func bools(_ key: String) throws(CheckpointError) -> [Bool]? {
    guard let value = metadata[key] else { return nil }
    guard case .boolArray(let flags) = value else { throw mismatch(key, "an array of booleans", value.kind) }
    return flags
  }

  private func mismatch(_ key: String, _ expected: String, _ found: String) -> CheckpointError {
    .invalid(file: path, field: "metadata '\(key)'", expected: expected, found: found)
  }
}
