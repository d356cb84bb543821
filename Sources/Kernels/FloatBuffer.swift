import Glibc

/// Float32 memory that the kernels read and write: fixed size, zero at first, 64-byte aligned.
///
/// A class, so that several weights, layers and calls can name the same memory without copies. It is `Sendable` without
/// a lock: the forward pass that owns a buffer is a plain synchronous function, and inside an operation the threads
/// write disjoint elements. Two operations on one buffer at the same time are a mistake of the caller.
@safe public final class FloatBuffer: @unchecked Sendable {
  /// Number of elements.
  public let count: Int
  let base: UnsafeMutablePointer<Float>

  /// Makes a buffer of `count` zeros.
  public init(count: Int) {
    guard count >= 0 else { fatalError("FloatBuffer: count \(count), expected 0 or more") }
    self.count = count
    let byteCount = max(64, (count * 4 + 63) / 64 * 64)
    guard let memory = unsafe aligned_alloc(64, byteCount) else {
      fatalError("FloatBuffer: no memory for \(byteCount) bytes")
    }
    unsafe memset(memory, 0, byteCount)
    unsafe base = memory.bindMemory(to: Float.self, capacity: byteCount / 4)
  }

  /// Makes a buffer that holds `values`.
  public convenience init(_ values: [Float]) {
    self.init(count: values.count)
    store(values, at: 0)
  }

  deinit { unsafe free(base) }

  /// One element; the index is checked.
  public subscript(_ i: Int) -> Float {
    get {
      check(i..<i + 1)
      return unsafe base[i]
    }
    set {
      check(i..<i + 1)
      unsafe base[i] = newValue
    }
  }

  /// A copy of the elements of `range`.
  public func array(_ range: Range<Int>) -> [Float] {
    check(range)
    return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// A copy of all elements.
  public var array: [Float] { array(0..<count) }

  /// Overwrites the elements from `at` on with `values`.
  public func store(_ values: [Float], at: Int) {
    check(at..<at + values.count)
    unsafe values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { unsafe (base + at).update(from: start, count: values.count) }
    }
  }

  /// Copies `count` elements from another buffer, which may be this one.
  public func store(from source: FloatBuffer, _ range: Range<Int>, at: Int) {
    source.check(range)
    check(at..<at + range.count)
    unsafe memmove(base + at, source.base + range.lowerBound, range.count * 4)
  }

  /// Sets the elements of `range` to `v`.
  public func fill(_ v: Float, _ range: Range<Int>) {
    check(range)
    unsafe (base + range.lowerBound).update(repeating: v, count: range.count)
  }

  func check(_ range: Range<Int>) {
    guard range.lowerBound >= 0 && range.upperBound <= count else {
      fatalError("FloatBuffer: elements \(range), expected within 0..<\(count)")
    }
  }

  /// Address of element `offset`, after checking that `rows` rows of `columns` at stride `stride` lie in the buffer.
  func rows(_ rows: Int, columns: Int, stride: Int, offset: Int = 0, _ what: StaticString) -> UnsafeMutablePointer<
    Float
  > {
    let end = rows == 0 ? offset : offset + (rows - 1) * stride + columns
    guard rows >= 0 && columns >= 0 && offset >= 0 && end <= count && (rows < 2 || stride >= 0) else {
      fatalError("\(what): \(rows) x \(columns), stride \(stride), offset \(offset) in a buffer of \(count)")
    }
    return unsafe base + offset
  }
}
