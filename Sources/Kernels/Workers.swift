import CKernels
import Glibc

/// The vector instructions that the kernels use; all give equal bits.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// Plain C: SSE2 and library calls on x86, NEON on ARM. The definition of every kernel; slow on x86.
  case portable
  /// 256-bit vectors with fused multiply-add and half-precision conversion.
  case avx2
  /// 512-bit vectors (F, BW, DQ, VL, CD).
  case avx512

  var code: Int32 {
    switch self {
    case .portable: Int32(ckernels_portable)
    case .avx2: Int32(ckernels_avx2)
    case .avx512: Int32(ckernels_avx512)
    }
  }

  /// Those that this processor has, ascending.
  public static var available: [InstructionSet] { allCases.filter { $0.code <= ckernels_best_isa() } }

  /// What is wrong with the value of `SE_EVAL_ISA`; nil where it is absent, or names a set that this processor has.
  public static var problem: String? {
    guard let wanted = unsafe getenv("SE_EVAL_ISA") else { return nil }
    let name = unsafe String(cString: wanted)
    guard !available.contains(where: { $0.rawValue == name }) else { return nil }
    return "SE_EVAL_ISA is '\(name)', expected one of those that this processor has: "
      + available.map(\.rawValue).joined(separator: ", ")
  }

  /// What `SE_EVAL_ISA` asks for if this processor has it, else the best one.
  public static var preferred: InstructionSet {
    let best = available.last ?? .portable
    guard let wanted = unsafe getenv("SE_EVAL_ISA") else { return best }
    let name = unsafe String(cString: wanted)
    return available.first { $0.rawValue == name } ?? best
  }
}

/// How a product is computed.
public enum Compute: String, Sendable, CaseIterable {
  /// Float32 in the fixed order of summation: equal bits for any chunking, threads and instruction set.
  case float32
  /// Activations rounded to 8 bits per block of 32, integer dot products, where the weights are quantised in 2 to 8 bits;
  /// other types as `float32`. Fastest, about 0.5 % root mean square error per product. Equal bits everywhere, too.
  case int8
  /// The same with 16 bits: 257 times finer, about 0.002 %.
  case int16
  /// Both factors rounded to half precision, float32 sums: on devices other than the processor, by matrix instructions where
  /// they have them.
  case float16
  /// Weights unpacked to float32, then OpenBLAS with one thread. Its bits depend on row count and core.
  case openBLAS = "openblas"
}

/// A pool of threads with an instruction set: every operation of the engine runs on one.
///
/// Operations on the same object exclude each other. They are synchronous; the calling thread takes part, so one thread
/// means no other thread at all. Sizes are checked once per call; a broken contract stops the program with the sizes.
/// Results smaller than the smallest normal float are flushed to zero.
@safe public final class Workers: Sendable {
  /// Threads, the caller included.
  public let threads: Int
  /// The instruction set in use.
  public let instructionSet: InstructionSet
  // Set once; the C object has its own lock.
  nonisolated(unsafe) let handle: OpaquePointer

  /// Starts `threads` - 1 threads; they sleep between operations.
  public init(threads: Int, instructionSet: InstructionSet? = nil) {
    let set = instructionSet ?? .preferred
    guard set.code <= ckernels_best_isa() else { fatalError("Workers: this processor has no \(set.rawValue)") }
    guard threads >= 1, let handle = unsafe ckernels_workers_create(Int32(clamping: threads), set.code) else {
      fatalError("Workers: \(threads) threads, expected 1 or more")
    }
    self.threads = threads
    self.instructionSet = set
    unsafe self.handle = handle
  }

  deinit { unsafe ckernels_workers_destroy(handle) }

  /// Speeds of this machine at this moment.
  public struct PeakRates: Sendable {
    /// Fused multiply-adds fed from the first cache, GFLOP/s: one thread, all threads.
    public let gigaflopsPerSecond: (oneThread: Double, allThreads: Double)
    /// Reads of memory beyond every cache, GB/s: one thread, all threads.
    public let memoryGigabytesPerSecond: (oneThread: Double, allThreads: Double)
  }

  /// Measures for about `seconds` what the machine gives; needs 256 MiB of memory while it runs.
  public func measurePeak(seconds: Double = 1) -> PeakRates {
    let peak = unsafe ckernels_measure_peak(handle, seconds)
    return PeakRates(
      gigaflopsPerSecond: (peak.flops_single * 1e-9, peak.flops_all * 1e-9),
      memoryGigabytesPerSecond: (peak.bytes_single * 1e-9, peak.bytes_all * 1e-9))
  }

  /// Multiply-adds of all threads at this moment, in GFLOP/s: a calibration to print beside a speed.
  ///
  /// Takes 50 ms.
  public func calibrationRate() -> Double { unsafe ckernels_measure_flops(handle, 0.05) * 1e-9 }
}
