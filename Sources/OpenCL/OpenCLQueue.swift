import COpenCL
import Synchronization

/// A device at work: its memory, its programs, and a queue that does one thing after another.
///
/// `Sendable`: OpenCL's objects may be used from any thread but for a kernel's arguments, and setting those and
/// starting the kernel is one step under a lock.
@safe public final class OpenCLQueue: @unchecked Sendable {
  /// The device.
  public let device: OpenCLDeviceInfo
  /// The most bytes of all memory that is made here.
  public let byteLimit: Int
  let context: UnsafeMutableRawPointer
  let queue: UnsafeMutableRawPointer
  private let lock = Mutex<Void>(())
  private let held = Atomic<Int>(0)
  private let mostHeld = Atomic<Int>(0)

  /// Begins work on a device, with at most `byteLimit` bytes of its memory.
  public init(_ device: OpenCLDeviceInfo, byteLimit: Int? = nil) throws(OpenCLError) {
    self.device = device
    self.byteLimit = min(byteLimit ?? .max, device.memoryByteCount)
    var code: Int32 = 0
    guard let context = unsafe copencl_create_context(device.handle.raw, &code) else {
      throw .call("clCreateContext", code: Int(code), device: device.name)
    }
    guard let queue = unsafe copencl_create_queue(context, device.handle.raw, &code) else {
      unsafe copencl_release_context(context)
      throw .call("clCreateCommandQueue", code: Int(code), device: device.name)
    }
    unsafe self.context = context
    unsafe self.queue = queue
  }

  deinit {
    unsafe copencl_release_queue(queue)
    unsafe copencl_release_context(context)
  }

  /// Bytes of the memory that was made here and lives.
  public var heldByteCount: Int { held.load(ordering: .relaxed) }

  /// The most bytes that lived at once.
  public var mostHeldByteCount: Int { mostHeld.load(ordering: .relaxed) }

  /// Counts bytes that are made, or given back.
  func count(_ byteCount: Int) {
    let now = held.add(byteCount, ordering: .relaxed).newValue
    mostHeld.max(now, ordering: .relaxed)
  }

  /// Memory that holds what it holds.
  public func makeMemory(byteCount: Int) throws(OpenCLError) -> OpenCLMemory {
    try unsafe OpenCLMemory(self, byteCount: byteCount, content: nil)
  }

  /// Memory that holds these bytes.
  public func makeMemory(copying bytes: Span<UInt8>) throws(OpenCLError) -> OpenCLMemory {
    let result = unsafe bytes.withUnsafeBytes { bytes in
      Result { () throws(OpenCLError) in
        try unsafe OpenCLMemory(self, byteCount: bytes.count, content: bytes.baseAddress)
      }
    }
    return try result.get()
  }

  /// Memory that holds these numbers.
  public func makeMemory<Number: BitwiseCopyable & SIMDScalar>(
    copying numbers: [Number]
  ) throws(OpenCLError) -> OpenCLMemory {
    let result = unsafe numbers.withUnsafeBytes { bytes in
      Result { () throws(OpenCLError) in
        try unsafe OpenCLMemory(self, byteCount: bytes.count, content: bytes.baseAddress)
      }
    }
    return try result.get()
  }

  /// Waits for everything that was asked for, and gives `count` numbers from a byte of some memory on.
  public func read<Number: BitwiseCopyable & SIMDScalar & ExpressibleByIntegerLiteral>(
    _ memory: OpenCLMemory, byteOffset: Int, count: Int
  ) throws(OpenCLError) -> [Number] {
    memory.check(byteOffset, count * MemoryLayout<Number>.stride)
    guard count > 0 else { return [] }
    var numbers = [Number](repeating: 0, count: count)
    let code = unsafe numbers.withUnsafeMutableBytes {
      unsafe copencl_read(queue, memory.handle, byteOffset, $0.count, $0.baseAddress)
    }
    try check(code, "clEnqueueReadBuffer")
    return numbers
  }

  /// Copies bytes between two different memories.
  public func copy(
    _ source: OpenCLMemory, at sourceOffset: Int, to target: OpenCLMemory, at targetOffset: Int, byteCount: Int
  ) throws(OpenCLError) {
    source.check(sourceOffset, byteCount)
    target.check(targetOffset, byteCount)
    guard byteCount > 0 else { return }
    try check(
      unsafe copencl_copy(queue, source.handle, target.handle, sourceOffset, targetOffset, byteCount),
      "clEnqueueCopyBuffer")
  }

  /// Fills memory with zeros.
  public func clear(_ memory: OpenCLMemory) throws(OpenCLError) {
    try check(unsafe copencl_clear(queue, memory.handle, memory.paddedByteCount), "clEnqueueFillBuffer")
  }

  /// Starts a kernel after all that was asked for before; does not wait.
  ///
  /// - Parameters:
  ///   - kernel: the kernel.
  ///   - arguments: all of them, in order.
  ///   - groups: work groups in up to three directions; nothing is done where one is 0.
  ///   - items: work items of a group, all in the first direction.
  /// - Throws: `OpenCLError.call`.
  public func run(
    _ kernel: OpenCLKernel, _ arguments: [OpenCLArgument], groups: [Int], items: Int
  ) throws(OpenCLError) {
    guard groups.allSatisfy({ $0 > 0 }) else { return }
    let padded = groups + [Int](repeating: 1, count: 3 - groups.count)
    let result = lock.withLock { _ in
      Result { () throws(OpenCLError) in
        for (index, argument) in arguments.enumerated() { try set(argument, UInt32(index), kernel) }
        let global = [padded[0] * items, padded[1], padded[2]]
        try check(unsafe copencl_run(queue, kernel.handle, global, [items, 1, 1]), "clEnqueueNDRangeKernel")
      }
    }
    try result.get()
  }

  private func set(_ argument: OpenCLArgument, _ index: UInt32, _ kernel: OpenCLKernel) throws(OpenCLError) {
    let code: Int32
    switch argument {
    case .memory(let memory): code = unsafe copencl_set_memory(kernel.handle, index, memory.handle)
    case .int(let value):
      guard var number = Int32(exactly: value) else { throw .tooLarge(value: value, device: device.name) }
      code = unsafe copencl_set_argument(kernel.handle, index, 4, &number)
    case .long(let value):
      var number = Int64(value)
      code = unsafe copencl_set_argument(kernel.handle, index, 8, &number)
    case .float(let value):
      var number = value
      code = unsafe copencl_set_argument(kernel.handle, index, 4, &number)
    case .local(let byteCount): code = unsafe copencl_set_argument(kernel.handle, index, byteCount, nil)
    }
    try check(code, "clSetKernelArg")
  }

  /// Hands what was asked for to the device, without waiting.
  public func flush() throws(OpenCLError) { try check(unsafe copencl_flush(queue), "clFlush") }

  /// Waits for all that was asked for.
  public func finish() throws(OpenCLError) { try check(unsafe copencl_finish(queue), "clFinish") }

  func check(_ code: Int32, _ function: String) throws(OpenCLError) {
    guard code != 0 else { return }
    throw .call(function, code: Int(code), device: device.name)
  }
}

/// An argument of a kernel.
public enum OpenCLArgument: Sendable {
  /// A pointer to global memory.
  case memory(OpenCLMemory)
  /// An `int`.
  case int(Int)
  /// A `long`.
  case long(Int)
  /// A `float`.
  case float(Float)
  /// A pointer to so many bytes of local memory.
  case local(byteCount: Int)
}
