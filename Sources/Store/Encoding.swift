import Evaluation
import Foundation
import JSON

/// Values of the records as columns: canonical JSON and little-endian floats.
enum Encoding {
  /// JSON with sorted keys; the same for equal values.
  static func json(_ value: some Encodable) -> String {
    // Texts, integers, flags and lists of them: nothing that an encoding refuses.
    JSONValue.text(of: value, .compact)
  }

  /// The value of a JSON column, nil when it is damaged.
  static func decoded<Value: Decodable>(_ type: Value.Type, _ json: String) -> Value? {
    try? JSONValue(json: json)?.decoded(as: type)
  }

  /// A JSON array of integers, without a detour over Foundation: outputs may be long.
  static func json(_ values: [Int]) -> String { "[" + values.map(String.init).joined(separator: ",") + "]" }

  /// float32, little-endian.
  static func bytes(_ values: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 4)
    for value in values {
      let bits = value.bitPattern
      for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    return bytes
  }

  /// The floats of a column, nil when the bytes are not a multiple of four.
  static func floats(_ bytes: [UInt8]) -> [Float]? {
    guard bytes.count % 4 == 0 else { return nil }
    return stride(from: 0, to: bytes.count, by: 4).map { at in
      Float(
        bitPattern: UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
          | UInt32(bytes[at + 3]) << 24)
    }
  }

  /// Seconds since 1970.
  static func now() -> Double { Date().timeIntervalSince1970 }
}
