import Synchronization

/// The memory of encodings that have ended, for those that begin: prompts of a task are made of the same words.
final class ScratchPool: Sendable {
  private let kept = Mutex<[BytePairEncoder.Scratch]>([])
  /// So many threads find a warm one; more begin anew.
  private static let limit = 16

  /// One that nobody else has.
  func take() -> BytePairEncoder.Scratch { kept.withLock { $0.popLast() } ?? BytePairEncoder.Scratch() }

  /// Keeps one for the next text, unless it has become large.
  func putBack(_ scratch: BytePairEncoder.Scratch) {
    if scratch.isLarge { return }
    kept.withLock { kept in
      if kept.count < Self.limit { kept.append(scratch) }
    }
  }
}
