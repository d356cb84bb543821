/// Float32 storage, aligned to 64 bytes, of a fixed count.
///
/// A class, so that a layer can write into what its caller owns. Not locked: one writer at a time, which the engine's
/// structure ensures (a session belongs to one caller; workers write disjoint rows).
@safe public final class FloatBuffer: @unchecked Sendable {
  /// The number of floats.
  public let count: Int
  let base: UnsafeMutablePointer<Float>

  /// A buffer of zeros.
  public init(count: Int) {
    self.count = count
    // Slack for kernels that read or write whole vectors at the end of the last row.
    let bytes = (max(count, 1) + 64) * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe base = raw.bindMemory(to: Float.self, capacity: count + 64)
  }

  /// A buffer with the given values.
  public convenience init(_ values: [Float]) {
    self.init(count: values.count)
    store(values, at: 0)
  }

  deinit { unsafe base.deallocate() }

  /// One float; the index is checked.
  public subscript(_ index: Int) -> Float {
    get {
      check(index..<index + 1)
      return unsafe base[index]
    }
    set {
      check(index..<index + 1)
      unsafe base[index] = newValue
    }
  }

  /// A copy of some floats.
  public func array(_ range: Range<Int>) -> [Float] {
    check(range)
    return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Writes values from an index on.
  public func store(_ values: [Float], at index: Int) {
    check(index..<index + values.count)
    unsafe values.withUnsafeBufferPointer { source in
      if let address = source.baseAddress { unsafe (base + index).update(from: address, count: source.count) }
    }
  }

  /// Sets some floats to one value.
  public func fill(_ value: Float, _ range: Range<Int>) {
    check(range)
    unsafe (base + range.lowerBound).update(repeating: value, count: range.count)
  }

  func check(_ range: Range<Int>, _ function: StaticString = #function) {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      fatalError("\(function): floats \(range) of a buffer of \(count)")
    }
  }
}
