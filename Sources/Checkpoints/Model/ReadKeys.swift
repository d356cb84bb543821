import Synchronization

/// The keys of a configuration that a reader has asked for.
///
/// What is never asked for has no effect; a key in a file that has none must be known to be harmless, or the file is
/// refused.
final class ReadKeys: Sendable {
  private let keys = Mutex<Set<String>>([])

  /// Notes that a key's value is used.
  func note(_ key: String) { keys.withLock { _ = $0.insert(key) } }

  /// Whether a key was asked for.
  func contains(_ key: String) -> Bool { keys.withLock { $0.contains(key) } }
}
