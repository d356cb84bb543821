import CKernels

/// What this machine can do at most, measured.
public struct PeakRates: Sendable {
  /// Multiply-adds with loads from the first-level cache on one thread, counted as two operations, in 10^9 per second.
  public let gigaflopsOneThread: Double
  /// The same on all threads.
  public let gigaflopsAllThreads: Double
  /// Reading memory on all threads, in 10^9 bytes per second.
  public let readGigabytesPerSecond: Double
}

extension Workers {
  /// Rate of a fixed arithmetic kernel on all threads now, in GFLOP/s: a measure of the machine's present state.
  public func calibrationRate() -> Double { rate(threads) }

  /// Measures this machine's peak rates; takes about a second.
  public func measurePeak() -> PeakRates {
    let one = (0..<3).map { _ in rate(1) }.max() ?? 0
    let all = (0..<3).map { _ in rate(threads) }.max() ?? 0
    let words = 1 << 23
    let memory = (0..<threads).map { _ in FloatBuffer(count: 2 * words) }
    var best = 0.0
    for _ in 0..<3 {
      let seconds = measure {
        pool.run(threads) { item, _ in
          unsafe memory[item].base.withMemoryRebound(to: UInt64.self, capacity: words) { address in
            let sum = unsafe ckernels_read(address, words)
            if sum == 1 { unsafe address[0] = 0 }
          }
        }
      }
      best = max(best, Double(threads * words * 8) / seconds / 1e9)
    }
    return PeakRates(gigaflopsOneThread: one, gigaflopsAllThreads: all, readGigabytesPerSecond: best)
  }

  private func rate(_ count: Int) -> Double {
    let repetitions = 400
    let buffers = (0..<count).map { _ in FloatBuffer(count: 6 * 256 + 64 * 256 + 6 * 64) }
    let work = {
      self.pool.run(count) { item, _ in _ = unsafe ckernels_calibrate(self.table, repetitions, buffers[item].base) }
    }
    work()
    let seconds = measure(work)
    return Double(count * repetitions) * 2 * 6 * 64 * 256 / seconds / 1e9
  }

  private func measure(_ work: () -> Void) -> Double {
    let elapsed = ContinuousClock().measure(work).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }
}
