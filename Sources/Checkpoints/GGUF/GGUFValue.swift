/// A metadata value of a GGUF file; integers and reals are widened, which loses nothing.
public enum GGUFValue: Sendable, Equatable {
  /// uint8, uint16, uint32 or uint64.
  case unsigned(UInt64)
  /// int8, int16, int32 or int64.
  case signed(Int64)
  /// float32 or float64.
  case real(Double)
  /// bool.
  case bool(Bool)
  /// A string: bytes, by promise UTF-8.
  case string([UInt8])
  /// An array of unsigned integers.
  case unsignedArray([UInt64])
  /// An array of signed integers.
  case signedArray([Int64])
  /// An array of float32 or float64.
  case realArray([Double])
  /// An array of bool.
  case boolArray([Bool])
  /// An array of strings.
  case strings(GGUFStrings)
  /// An array of arrays.
  case arrays([GGUFValue])

  /// What the value is, for error messages.
  var kind: String {
    switch self {
    case .unsigned: "an unsigned integer"
    case .signed: "a signed integer"
    case .real: "a real number"
    case .bool: "a boolean"
    case .string: "a string"
    case .unsignedArray, .signedArray: "an array of integers"
    case .realArray: "an array of real numbers"
    case .boolArray: "an array of booleans"
    case .strings: "an array of strings"
    case .arrays: "an array of arrays"
    }
  }
}

extension GGUFValue {
  /// A number, flag or string as text, anything else by its kind.
  var text: String {
    switch self {
    case .unsigned(let number): "\(number)"
    case .signed(let number): "\(number)"
    case .real(let number): "\(number)"
    case .bool(let flag): "\(flag)"
    case .string(let bytes): String(decoding: bytes.prefix(80), as: UTF8.self)
    default: kind
    }
  }
}

/// The twelve value types of GGUF, by their number in the file.
enum GGUFValueType: UInt32 {
  case uint8 = 0
  case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// The fewest bytes that a value takes.
  var minimumByteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }
}
