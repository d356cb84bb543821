import Foundation
import Synchronization

/// Work on many things that do not depend on each other, on all threads.
public enum Concurrently {
  /// The results for 0, 1, 2 and so on, in that order.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - body: makes one; called on any thread.
  /// - Returns: one for each.
  public static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    if count < 2 { return (0..<count).map(body) }
    let made = Mutex<[Result?]>(Array(repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let result = body(index)
      made.withLock { $0[index] = result }
    }
    return made.withLock { $0 }.compactMap { $0 }
  }
}
