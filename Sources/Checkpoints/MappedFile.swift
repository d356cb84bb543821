import Glibc
import Text

/// A file in memory, read-only, for as long as the object lives: mapped, or copied onto large pages.
///
/// The only file of this layer with unsafe code. A mapping is private and never written. Reading a mapping of a file that
/// another process has shortened would stop the program with SIGBUS: files up to `greatestCopy` are therefore copied,
/// larger ones on wish (`Pages.large`), and whoever works with a mapping asks `isWhole` now and then.
///
/// `@unchecked Sendable` holds because every stored property is set once, and the memory is only ever read.
@safe
public final class MappedFile: @unchecked Sendable {
  /// Where the bytes lie.
  public enum Pages: Sendable {
    /// In the system's cache of the file: opened at once, shared with other processes, on small pages. Small files are
    /// copied.
    case mapped
    /// In memory of this process on large pages; mapped where that cannot be had.
    ///
    /// Decoding reads all weights for each token. With pages of 4 KB the processor spends up to half of that time in
    /// page tables, in a virtual machine most of all.
    case large
  }

  /// The path the file was opened by.
  public let path: String
  /// The size of the file in bytes, when it was opened.
  public let byteCount: Int
  /// The time of the last modification in nanoseconds since 1970, when the file was opened.
  public let modificationTimeNanoseconds: Int64

  private let base: UnsafeRawPointer?
  /// What is given back in the end: the mapping that holds `base`.
  private let mapping: UnsafeMutableRawBufferPointer
  /// The open file behind a mapping; -1 for a copy.
  private let descriptor: Int32

  /// Files up to this size are always copied.
  static let greatestCopy = 2 << 20

  /// Maps or reads a file.
  ///
  /// An empty file has no mapping and zero bytes. A file that cannot be opened, or is not a regular file, throws
  /// `CheckpointError.cannotRead`; one that is shortened while it is read throws `truncated`.
  public init(path: String, pages: Pages = .mapped) throws(CheckpointError) {
    // O_NONBLOCK: opening a named pipe must fail below instead of waiting for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(path) }
    var isKept = false
    defer { if !isKept { close(descriptor) } }
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
      unsafe mapping = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      self.descriptor = -1
      return
    }
    if pages == .large || byteCount <= Self.greatestCopy, let copy = unsafe try Self.copy(descriptor, byteCount, path) {
      unsafe (base, mapping) = unsafe copy
      self.descriptor = -1
      return
    }
    let mapped = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { throw Self.failure(path) }
    unsafe base = UnsafeRawPointer(mapped)
    unsafe mapping = UnsafeMutableRawBufferPointer(start: mapped, count: byteCount)
    self.descriptor = descriptor
    isKept = true
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if let start = unsafe mapping.baseAddress { unsafe munmap(start, mapping.count) }
  }

  /// Reads a file into memory, onto large pages where it fills any; nil where memory is short, so that it is mapped.
  private static func copy(
    _ descriptor: Int32, _ byteCount: Int, _ path: String
  ) throws(CheckpointError) -> (base: UnsafeRawPointer?, mapping: UnsafeMutableRawBufferPointer)? {
    let page = byteCount < 2 << 20 ? 4096 : 2 << 20
    let length = byteCount + page
    let start = unsafe mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let start = unsafe start, unsafe start != MAP_FAILED else { return nil }
    let aligned = unsafe UnsafeMutableRawPointer(
      bitPattern: (UInt(bitPattern: start) + UInt(page) - 1) & ~UInt(page - 1))
    guard let aligned = unsafe aligned else { return nil }
    if page > 4096 { unsafe madvise(aligned, byteCount, 14) }  // MADV_HUGEPAGE, a macro that Swift does not see
    // The system clears and fills new pages while it reads: on all threads, for one takes seconds for a few gigabytes.
    let whole = unsafe UnsafeMutableRawBufferPointer(start: aligned, count: byteCount)
    let destination = unsafe Destination(bytes: whole)
    let failures = Concurrently.map((byteCount + part - 1) / part) { index in
      let first = index * part
      return destination.fill(first..<min(first + part, byteCount), from: descriptor)
    }
    if let failed = failures.lazy.compactMap({ $0 }).first {
      unsafe munmap(start, length)
      guard let code = failed.code else { throw cut(path, at: failed.place, of: byteCount) }
      errno = code
      throw failure(path)
    }
    unsafe mprotect(aligned, byteCount, PROT_READ)
    return unsafe (UnsafeRawPointer(aligned), UnsafeMutableRawBufferPointer(start: start, count: length))
  }

  /// What one thread reads at a time.
  private static let part = 32 << 20

  /// Memory that threads fill, each in places of its own.
  @safe
  private struct Destination: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    /// Reads a range of a file to the same range of the memory.
    ///
    /// - Parameters:
    ///   - range: bytes from the start of both.
    ///   - descriptor: the open file.
    /// - Returns: nil if all was read, else where it ended, with the system's `errno`, or without it at the file's end.
    func fill(_ range: Range<Int>, from descriptor: Int32) -> (place: Int, code: Int32?)? {
      var place = range.lowerBound
      while place < range.upperBound {
        let count = unsafe pread(
          descriptor, bytes.baseAddress.map { unsafe $0 + place }, range.upperBound - place, off_t(place))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return (place, count < 0 ? errno : nil) }
        place += count
      }
      return nil
    }
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

  /// True where the bytes lie in the system's cache of the file, for all processes; false for a copy of this one's own.
  public var isMapped: Bool { descriptor >= 0 }

  /// Whether all bytes can still be read: false once a file behind a mapping was shortened.
  public var isWhole: Bool {
    guard descriptor >= 0 else { return true }
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && Int(status.st_size) >= byteCount
  }

  /// Visits the bytes from the first to the last, those of a mapped file by reading, which cannot stop the program.
  ///
  /// - Parameter body: is given some bytes; the span does not outlive the call.
  /// - Throws: `CheckpointError.truncated` when the file was shortened, `cannotRead` when reading fails.
  public func forEachChunk(_ body: (Span<UInt8>) -> Void) throws(CheckpointError) {
    guard descriptor >= 0 else { return withBytes(0..<byteCount, body) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var done = 0
    while done < byteCount {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, min($0.count, byteCount - done), off_t(done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw count < 0 ? Self.failure(path) : Self.cut(path, at: done, of: byteCount) }
      body(buffer.span.extracting(0..<count))
      done += count
    }
  }

  private static func cut(_ path: String, at offset: Int, of byteCount: Int) -> CheckpointError {
    .truncated(
      file: path, field: "the file, which was shortened while it was read,", offset: offset,
      needed: UInt64(byteCount - offset), available: 0)
  }

  /// The file's last error of the C library as an error of this layer.
  private static func failure(_ path: String) -> CheckpointError {
    let code = errno
    if code == ENOENT || code == ENOTDIR { return .notFound(path: path, lookedFor: [path], present: []) }
    let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return .cannotRead(file: path, reason: reason)
  }
}
