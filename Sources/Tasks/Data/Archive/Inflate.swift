import CZlib

/// Decompresses what zip and gzip files hold, with zlib.
///
/// The only file of this target with pointers. The datasets of benchmarks come as `data.zip` and `*.jsonl.gz`.
enum Inflate {
  /// What is wrong with the data.
  enum Problem: Error, Hashable {
    /// It is not in the format, or its checksum does not fit.
    case damaged
    /// It ends too early.
    case truncated
    /// More comes out than the limit.
    case tooLong
  }

  /// What stands around the compressed blocks.
  enum Format: Int32 {
    /// Nothing (RFC 1951), as in a zip archive; there is no checksum.
    case raw = -15
    /// A header and a checksum, which is checked (RFC 1952).
    case gzip = 31
  }

  /// Decompresses the bytes from an offset on; of gzip one member.
  ///
  /// Memory grows with what comes out, never beyond twice the limit.
  ///
  /// - Parameters:
  ///   - input: bytes that hold the data.
  ///   - range: where the data begin, and where they end at the latest.
  ///   - format: what stands around them.
  ///   - limit: the most bytes that may come out.
  /// - Returns: the decompressed bytes, and where the data ended.
  /// - Throws: `Problem`.
  static func bytes(
    of input: [UInt8], _ range: Range<Int>, format: Format, limit: Int
  ) throws(Problem) -> (bytes: [UInt8], end: Int) {
    guard range.lowerBound >= 0, range.upperBound <= input.count else { throw .truncated }
    // On the heap: zlib remembers the address.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    defer { unsafe stream.deallocate() }
    guard unsafe czlib_inflate_begin(stream, format.rawValue) == Z_OK else { throw .damaged }
    defer { unsafe inflateEnd(stream) }
    var output: [UInt8] = []
    var place = range.lowerBound
    while true {
      let step = unsafe step(stream, input, place..<range.upperBound)
      place += step.used
      guard output.count + step.bytes.count <= limit else { throw .tooLong }
      output += step.bytes
      switch step.status {
      case Z_STREAM_END: return (output, place)
      case Z_OK where step.used > 0 || !step.bytes.isEmpty: continue
      case Z_OK, Z_BUF_ERROR: throw .truncated
      default: throw .damaged
      }
    }
  }

  /// At most a mebibyte of output.
  private static func step(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: [UInt8], _ range: Range<Int>
  ) -> (bytes: [UInt8], used: Int, status: Int32) {
    let room = 1 << 20
    let available = min(range.count, 1 << 30)
    var status = Z_OK
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, count in
      unsafe input.withUnsafeBufferPointer { source in
        // zlib does not write to its input; its header only omits to say so.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress.map { unsafe $0 + range.lowerBound })
        unsafe stream.pointee.avail_in = UInt32(available)
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = UInt32(room)
        status = unsafe inflate(stream, Z_NO_FLUSH)
      }
      count = unsafe room - Int(stream.pointee.avail_out)
    }
    return (bytes, unsafe available - Int(stream.pointee.avail_in), status)
  }

  /// The CRC-32 of zip and gzip.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { unsafe UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
