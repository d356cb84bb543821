import Foundation
import Synchronization

/// Work on many things that do not depend on each other, on as many threads as the process may use.
public enum Concurrently {
  private static let limit = Atomic<Int>(ProcessInfo.processInfo.activeProcessorCount)

  /// The most threads at a time; the command line's `--threads`, or what a batch system gave the process.
  public static var threadLimit: Int {
    get { limit.load(ordering: .relaxed) }
    set { limit.store(max(1, newValue), ordering: .relaxed) }
  }

  /// The results for 0, 1, 2 and so on, in that order.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - body: makes one; called on any thread.
  /// - Returns: one for each.
  public static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    let workers = min(count, threadLimit)
    if workers < 2 { return (0..<count).map(body) }
    let made = Mutex<[Result?]>(Array(repeating: nil, count: count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let result = body(index)
        made.withLock { $0[index] = result }
      }
    }
    return made.withLock { $0 }.compactMap { $0 }
  }
}
