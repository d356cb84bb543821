import CKernels

/// The arithmetic of dense products.
public enum Compute: String, Sendable, CaseIterable {
  /// Float32 sums in the engine's fixed order: equal bits for any chunking, threads and instruction set.
  case float32
  /// 8-bit activations against quantised weights; not exact.
  case int8
  /// OpenBLAS on one thread per worker; its bits depend on its core and on the number of rows.
  case openblas
}

/// The engine's threads and the kernels they run.
///
/// Every operation returns when it is done. Buffers are bounds-checked once per call; a broken contract between the
/// engine's own parts stops the program with the sizes.
@safe public final class Workers: @unchecked Sendable {  // the table is constant, the pool locks itself, scratch is per thread
  /// The number of threads, the caller included.
  public let threads: Int
  /// The kernels in use.
  public let instructionSet: InstructionSet
  let table: UnsafePointer<ckernels_table>
  let pool: ThreadPool
  /// Reused between calls; guarded by the pool's one-caller rule.
  let scratch: Scratch

  /// A pool of threads.
  ///
  /// - Parameters:
  ///   - threads: at least 1.
  ///   - instructionSet: the kernels; nil takes the best of this machine.
  public init(threads: Int, instructionSet: InstructionSet? = nil) {
    let wanted = instructionSet ?? .best
    guard let table = unsafe ckernels_table_for(wanted.rawValue) else {
      fatalError("Workers: this machine has no \(wanted)")
    }
    unsafe self.table = table
    self.instructionSet = wanted
    self.threads = max(1, threads)
    pool = ThreadPool(threads: threads)
    scratch = Scratch(threads: max(1, threads))
  }

  deinit { pool.stop() }

  /// Splits rows into runs of at least `grain` and hands each run to a thread.
  func forRows(_ rows: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let runs = max(1, min(rows / max(1, grain), threads * 4))
    pool.run(runs) { item, _ in body(rows * item / runs..<rows * (item + 1) / runs) }
  }
}

/// Buffers that a call needs and the next one can use again; they only grow.
final class Scratch: @unchecked Sendable {  // used under the one-caller rule of `Workers`
  private var shared: FloatBuffer = FloatBuffer(count: 0)
  private var perThread: [FloatBuffer]

  init(threads: Int) { perThread = (0..<threads).map { _ in FloatBuffer(count: 0) } }

  func shared(_ count: Int) -> FloatBuffer {
    if shared.count < count { shared = FloatBuffer(count: count) }
    return shared
  }

  func perThread(_ count: Int) -> [FloatBuffer] {
    for index in perThread.indices where perThread[index].count < count { perThread[index] = FloatBuffer(count: count) }
    return perThread
  }
}
