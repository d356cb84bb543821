public import Foundation

/// Writes float32 tensors in the safetensors format, for results such as logits.
public enum SafetensorsWriter {
  /// The bytes of a file that holds one float32 tensor.
  ///
  /// - Parameters:
  ///   - name: the tensor's name, in plain ASCII without quotes.
  ///   - shape: sizes, outermost first; their product is `values.count`.
  ///   - values: row-major elements.
  /// - Returns: header length, JSON header padded to 8 bytes, little-endian data.
  public static func file(name: String, shape: [Int], values: [Float]) -> Data {
    let sizes = shape.map(String.init).joined(separator: ",")
    var header = "{\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(sizes)],\"data_offsets\":[0,\(values.count * 4)]}}"
    while header.utf8.count % 8 != 0 { header += " " }
    var data = Data(capacity: 8 + header.utf8.count + values.count * 4)
    let length = UInt64(header.utf8.count)
    for shift in stride(from: UInt64(0), to: 64, by: 8) { data.append(UInt8(truncatingIfNeeded: length >> shift)) }
    data.append(contentsOf: header.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 4)
    for value in values {
      let bits = value.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
    }
    data.append(contentsOf: bytes)
    return data
  }
}
