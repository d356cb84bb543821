import Checkpoints
public import Kernels

/// The processor: buffers are float32 in memory, weights stay where the checkpoint's files are mapped.
///
/// Every result has equal bits for any number of threads and any instruction set.
public final class CPUDevice: Device {
  /// The threads and kernels that compute.
  public let workers: Workers

  /// A device that computes on these threads; all CPU devices can use each other's objects.
  public init(_ workers: Workers) { self.workers = workers }

  /// "cpu".
  public var kind: String { "cpu" }

  /// Threads and instruction set.
  public var summary: String { "\(workers.threads) threads, \(workers.instructionSet)" }

  /// All but `float16`.
  public func canCompute(in compute: Compute) -> Bool { compute != .float16 }

  /// Multiply-adds and reads of all threads.
  public func measurePeak() -> DevicePeak? {
    let peak = workers.measurePeak()
    return DevicePeak(
      gigaflopsPerSecond: peak.gigaflopsPerSecond.allThreads,
      gigabytesPerSecond: peak.memoryGigabytesPerSecond.allThreads)
  }

  /// Numerics version of the engine and kind of arithmetic; what else moves bits only where the arithmetic is inexact.
  public func numericsIdentity(_ compute: Compute) -> String {
    let version = "\(NumericsVersion.current)/\(compute.rawValue)"
    return switch compute {
    case .float32, .float16: version
    case .int8, .int16: "\(version).\(NumericsVersion.integers)/\(workers.instructionSet)"
    case .openBLAS: "\(version)/\(workers.instructionSet)/\(workers.threads)"
    }
  }

  // MARK: Memory

  /// What the machine can give, and what caches of this process gave up.
  public var availableByteCount: Int {
    let available = AvailableMemory.byteCount
    return available > 0 ? available + KeyValueCache.idleByteCount : 0
  }

  /// `count` zeros.
  public func makeBuffer(count: Int) -> any DeviceBuffer { FloatBuffer(count: count) }

  /// A buffer that holds `values`.
  public func makeBuffer(_ values: [Float]) -> any DeviceBuffer { FloatBuffer(values) }

  /// The matrix in place; nothing is copied.
  public func makeMatrix(
    bytes: Span<UInt8>, owner: any AnyObject & Sendable, type: WeightType, rows: Int, columns: Int
  ) -> any DeviceMatrix {
    StoredMatrix(WeightMatrix(bytes: bytes, owner: owner, type: type, rows: rows, columns: columns))
  }

  /// One copy in float32, one for each rotation in float16.
  ///
  /// A tile of float32 keys is rotated once for hundreds of queries, or on the way into the scores of a few. What float16
  /// keeps is the rounded rotated key; a rounded key, rotated, would be another.
  public func keyCopyCount(variants: Int, type: KeyValueType) -> Int { type == .float32 ? 1 : variants }

  /// A rotation of keys.
  public func makeKeyRotation(rotaryDimension: Int, pairing: Pairing) -> any DeviceKeyRotation {
    KeyRotation(rotaryDimension: rotaryDimension, pairing: pairing)
  }

  /// An empty cache.
  public func makeCache(
    keyValueHeads: Int, headDimension: Int, keyVariants: Int, type: KeyValueType
  ) -> any DeviceCache {
    KeyValueCache(
      keyValueHeads: keyValueHeads, headDimension: headDimension, keyVariants: keyVariants, type: type)
  }

  /// The ranges as they are.
  public func makeRanges(_ ranges: AttentionRanges) -> any DeviceRanges { HostRanges(ranges) }

  /// A copy of the elements of `range`.
  public func read(_ buffer: any DeviceBuffer, _ range: Range<Int>) -> [Float] { floats(buffer).array(range) }

  /// Copies elements between two buffers.
  public func copy(_ source: any DeviceBuffer, _ range: Range<Int>, to target: any DeviceBuffer, at: Int) {
    floats(target).store(from: floats(source), range, at: at)
  }

  /// Nothing is ever left to wait for.
  public func finish() {}

  /// Gives the memory of caches that no sequence uses back to the system.
  public func releaseIdleMemory() { KeyValueCache.releaseIdleMemory() }
}

extension FloatBuffer: DeviceBuffer {}
extension KeyValueCache: DeviceCache {}
extension KeyRotation: DeviceKeyRotation {}

/// A weight matrix as the kernels take it.
final class StoredMatrix: DeviceMatrix {
  let matrix: WeightMatrix
  var rows: Int { matrix.rows }
  var columns: Int { matrix.columns }

  init(_ matrix: WeightMatrix) { self.matrix = matrix }
}

/// Ranges as the kernels take them.
final class HostRanges: DeviceRanges {
  let ranges: AttentionRanges

  init(_ ranges: AttentionRanges) { self.ranges = ranges }
}

/// A device's object as its own type; another device's stops the program.
func own<Object: AnyObject>(_ object: AnyObject, _ type: Object.Type) -> Object {
  guard let object = object as? Object else { fatalError("CPUDevice: \(object) belongs to another device") }
  return object
}
func floats(_ buffer: any DeviceBuffer) -> FloatBuffer { own(buffer, FloatBuffer.self) }
