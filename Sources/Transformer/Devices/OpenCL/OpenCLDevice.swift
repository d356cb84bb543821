import Checkpoints
public import Kernels
import OpenCL
import Synchronization
import Text

/// A graphics card, or anything else that an OpenCL driver offers: weights are copied to its memory in their stored
/// types and unpacked inside the kernels, which lie beside this file.
///
/// On one device with one driver a result has equal bits for any chunking, reuse of prefixes and run; between devices,
/// and to the processor, it differs in the last bits. What fails is kept until `takeFailure` is asked.
public final class OpenCLDevice: Device {
  let queue: OpenCLQueue
  let programs: OpenCLPrograms
  let shapes: ProductShapes
  /// Memory that one operation after another uses.
  let scratch = Mutex(OpenCLScratch())
  private let failure = Mutex<OpenCLError?>(nil)
  /// What a work group needs of the memory that it shares.
  private static let localByteCount = 36 << 10

  /// Begins work on a device.
  ///
  /// - Parameters:
  ///   - index: its number in `available()`.
  ///   - byteLimit: the most bytes of its memory to take; nil for all.
  ///   - tuning: how the shapes of products are chosen.
  /// - Throws: `DeviceFailure` where there is no OpenCL or no such device, or where it cannot be used.
  public convenience init(
    index: Int = 0, byteLimit: Int? = nil, tuning: ProductTuning = .standard
  ) throws(DeviceFailure) {
    try self.init(index: index, byteLimit: byteLimit, tuning: tuning, matrixForm: nil)
  }

  /// `matrixForm` nil: what the device has.
  init(
    index: Int = 0, byteLimit: Int? = nil, tuning: ProductTuning = .standard, matrixForm: OpenCLPrograms.MatrixForm?
  ) throws(DeviceFailure) {
    do throws(OpenCLError) {
      let devices = try OpenCLDeviceInfo.all()
      guard devices.indices.contains(index) else { throw .noSuchDevice(index: index, count: devices.count) }
      queue = try OpenCLQueue(devices[index], byteLimit: byteLimit)
    } catch {
      throw DeviceFailure(error)
    }
    programs = OpenCLPrograms(queue, form: matrixForm)
    shapes = ProductShapes(programs, tuning)
    let group = OpenCLPrograms.AttentionBlock.many.items
    guard queue.device.largestGroup >= 2 * group, queue.device.localByteCount >= Self.localByteCount else {
      throw DeviceFailure(
        "\(queue.device.name) has work groups of \(queue.device.largestGroup) items with "
          + "\(NumberText.bytes(queue.device.localByteCount)); \(2 * group) and "
          + "\(NumberText.bytes(Self.localByteCount)) are needed: take another device, or --device cpu")
    }
  }

  /// "opencl".
  public var kind: String { "opencl" }

  /// The device's and the driver's names.
  public var summary: String { "opencl:\(queue.device.index) \(queue.device.name), driver \(queue.device.driver)" }

  /// Kind, version of these kernels, arithmetic, device and driver: each of them may move bits.
  public func numericsIdentity(_ compute: Compute) -> String {
    let form = compute == .float16 && programs.matrixForm != .none ? "-matrix" : ""
    return "opencl/\(NumericsVersion.openCL)/\(compute.rawValue)\(form)/\(queue.device.name)/\(queue.device.driver)"
  }

  /// `float32` and `float16`.
  public func canCompute(in compute: Compute) -> Bool { compute == .float32 || compute == .float16 }

  /// What is left of the device's memory, or of the limit; where it is the processor's, of the machine's.
  public var availableByteCount: Int {
    let left = max(0, queue.byteLimit - queue.heldByteCount)
    let machine = queue.device.kind == .cpu ? AvailableMemory.byteCount : 0
    return machine > 0 ? min(left, machine) : left
  }

  /// A card wants more rows at once than a processor, and has memory for the buffers of so many.
  public var chunkSize: Int { queue.device.kind == .cpu ? 512 : Self.cardChunkSize }
  static let cardChunkSize = 2048

  /// Weights are copied.
  public var copiesWeights: Bool { true }

  /// What the driver allows.
  public var largestBufferByteCount: Int { queue.device.largestBufferByteCount }

  // MARK: Failure

  /// The first failure since the last call.
  public func takeFailure() -> DeviceFailure? {
    failure.withLock { failure in
      defer { failure = nil }
      return failure.map(DeviceFailure.init)
    }
  }

  /// Does a piece of work unless something failed before; notes what fails.
  func attempt<Value>(_ otherwise: Value, _ work: () throws(OpenCLError) -> Value) -> Value {
    guard failure.withLock({ $0 == nil }) else { return otherwise }
    do {
      return try work()
    } catch {
      failure.withLock { $0 = $0 ?? error }
      return otherwise
    }
  }

  // MARK: Memory

  /// `count` zeros.
  public func makeBuffer(count: Int) -> any DeviceBuffer {
    OpenCLBuffer(
      count: count,
      memory: attempt(nil) { () throws(OpenCLError) in
        let memory = try queue.makeMemory(byteCount: 4 * count)
        try queue.clear(memory)
        return memory
      })
  }

  /// A buffer that holds `values`.
  public func makeBuffer(_ values: [Float]) -> any DeviceBuffer {
    OpenCLBuffer(
      count: values.count,
      memory: attempt(nil) { () throws(OpenCLError) in
        return try queue.makeMemory(copying: values)
      })
  }

  /// Numbers for a kernel.
  func numbers(_ values: [Int32]) -> OpenCLMemory? {
    attempt(nil) { () throws(OpenCLError) in try queue.makeMemory(copying: values) }
  }

  /// A copy of the matrix as it is stored.
  public func makeMatrix(
    bytes: Span<UInt8>, owner: any AnyObject & Sendable, type: WeightType, rows: Int, columns: Int
  ) -> any DeviceMatrix {
    guard rows > 0, columns > 0, columns % type.blockElementCount == 0,
      bytes.count == rows * (columns / type.blockElementCount * type.blockByteCount)
    else { fatalError("OpenCLDevice: \(bytes.count) bytes for \(rows) x \(columns) of \(type)") }
    var memory: OpenCLMemory?
    if failure.withLock({ $0 == nil }) {
      do throws(OpenCLError) {
        memory = try queue.makeMemory(copying: bytes)
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    return OpenCLMatrix(rows: rows, columns: columns, type: type, memory: memory)
  }

  /// An empty cache.
  public func makeCache(
    keyValueHeads: Int, headDimension: Int, keyVariants: Int, type: KeyValueType
  ) -> any DeviceCache {
    OpenCLCache(
      queue, keyValueHeads: keyValueHeads, headDimension: headDimension, keyVariants: keyVariants, type: type)
  }

  /// The ranges in the device's memory.
  public func makeRanges(_ ranges: AttentionRanges) -> any DeviceRanges { OpenCLRanges(ranges, self) }

  /// A copy of the elements of `range`.
  public func read(_ buffer: any DeviceBuffer, _ range: Range<Int>) -> [Float] {
    attempt([Float](repeating: 0, count: range.count)) { () throws(OpenCLError) in
      try queue.read(memory(buffer), byteOffset: 4 * range.lowerBound, count: range.count)
    }
  }

  /// Copies elements between two buffers.
  public func copy(_ source: any DeviceBuffer, _ range: Range<Int>, to target: any DeviceBuffer, at: Int) {
    attempt(()) { () throws(OpenCLError) in
      try queue.copy(
        memory(source), at: 4 * range.lowerBound, to: memory(target), at: 4 * at, byteCount: 4 * range.count)
    }
  }

  /// Waits.
  public func finish() { attempt(()) { () throws(OpenCLError) in try queue.finish() } }

  /// What one operation after another uses is made again.
  public func releaseIdleMemory() { scratch.withLock { $0 = OpenCLScratch() } }

  /// The memory of a buffer.
  func memory(_ buffer: any DeviceBuffer) throws(OpenCLError) -> OpenCLMemory {
    let buffer = owned(buffer, OpenCLBuffer.self)
    return try present(buffer.memory, byteCount: 4 * buffer.count)
  }

  /// Memory that is there: an object that was made after a failure has none.
  func present(_ memory: OpenCLMemory?, byteCount: Int) throws(OpenCLError) -> OpenCLMemory {
    guard let memory else {
      throw .noMemory(byteCount: byteCount, device: summary, largest: queue.device.largestBufferByteCount)
    }
    return memory
  }

  /// The device's own object; another device's stops the program.
  func owned<Object: AnyObject>(_ object: AnyObject, _ type: Object.Type) -> Object {
    guard let object = object as? Object else { fatalError("OpenCLDevice: \(object) belongs to another device") }
    return object
  }
}

extension DeviceFailure {
  init(_ error: OpenCLError) {
    let isUsage: Bool
    if case .noSuchDevice = error { isUsage = true } else { isUsage = false }
    self.init("\(error)", fault: isUsage ? .usage : .runtime)
  }
}
