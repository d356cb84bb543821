import Glibc

/// A file mapped into memory, read-only, for as long as the object lives.
///
/// The only file of this layer with unsafe code. The mapping is private and never written; a file that another process
/// shortens while it is mapped stops the program with SIGBUS, so checkpoints must not be edited during a run.
///
/// `@unchecked Sendable` holds because every stored property is set once, and the memory is only ever read.
@safe
public final class MappedFile: @unchecked Sendable {
  /// The path the file was opened by.
  public let path: String
  /// The size of the file in bytes, when it was opened.
  public let byteCount: Int
  /// The time of the last modification in nanoseconds since 1970, when the file was opened.
  public let modificationTimeNanoseconds: Int64

  private let base: UnsafeRawPointer?

  /// Maps a file.
  ///
  /// An empty file has no mapping and zero bytes. A file that cannot be opened, or is not a regular file, throws
  /// `CheckpointError.cannotRead`.
  public init(path: String) throws(CheckpointError) {
    // O_NONBLOCK: opening a named pipe must fail below instead of waiting for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError.cannotRead(file: path, reason: "it is not a regular file")
    }
    self.path = path
    byteCount = Int(status.st_size)
    modificationTimeNanoseconds = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    guard status.st_size > 0 else {
      unsafe base = nil
      return
    }
    let mapping = unsafe mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { throw Self.failure(path) }
    unsafe base = UnsafeRawPointer(mapping)
  }

  deinit {
    if let base = unsafe base { unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }
  }

  /// Lends the bytes of a range of the file.
  ///
  /// The start of a range has whatever alignment the file gives it: readers of wider elements use unaligned loads.
  ///
  /// - Parameters:
  ///   - range: bytes from the start of the file, inside `0..<byteCount`; callers have checked it.
  ///   - body: is given the bytes; the span does not outlive the call.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  public func withBytes<R, E: Error>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else {
      fatalError("MappedFile.withBytes: range \(range) of \(path), which has \(byteCount) bytes")
    }
    guard let base = unsafe base else {
      let nothing: [UInt8] = []
      return try body(nothing.span)
    }
    let start = unsafe (base + range.lowerBound).assumingMemoryBound(to: UInt8.self)
    let buffer = unsafe UnsafeBufferPointer(start: start, count: range.count)
    let bytes = unsafe Span(_unsafeElements: buffer)
    return try body(bytes)
  }

  /// The file's last error of the C library as an error of this layer.
  private static func failure(_ path: String) -> CheckpointError {
    let code = errno
    if code == ENOENT || code == ENOTDIR { return .notFound(path: path, lookedFor: [path], present: []) }
    let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return .cannotRead(file: path, reason: reason)
  }
}
