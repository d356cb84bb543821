import CZlib

/// Compresses what an HTML report carries, in the form that a browser's `DecompressionStream("deflate")` reads.
///
/// The only file of this target with pointers.
enum Deflate {
  /// The bytes in zlib's format (RFC 1950); nil where zlib has no memory.
  static func bytes(_ input: [UInt8]) -> [UInt8]? {
    var status = Z_OK
    let room = Int(compressBound(uLong(input.count)))
    let output = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, count in
      var length = uLongf(room)
      unsafe input.withUnsafeBufferPointer { source in
        status = unsafe compress2(target.baseAddress, &length, source.baseAddress, uLong(source.count), 6)
      }
      count = status == Z_OK ? Int(length) : 0
    }
    return status == Z_OK ? output : nil
  }
}
