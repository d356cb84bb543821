import Foundation

/// How long another program's lock is waited for, and how.
final class LockPatience: Sendable {
  private let seconds: Double
  private let sleepFor: @Sendable (Double) -> Void
  /// At first short pauses, for locks of a moment.
  private static let pauses = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05]

  /// Real time.
  static let sleep: @Sendable (Double) -> Void = { Thread.sleep(forTimeInterval: $0) }

  init(seconds: Double, sleep: @escaping @Sendable (Double) -> Void) {
    self.seconds = seconds
    sleepFor = sleep
  }

  /// Waits a little; false where the patience is used up.
  ///
  /// - Parameter attempt: how often the same lock was asked for already.
  /// - Returns: whether to ask for it again.
  func waits(attempt: Int32) -> Bool {
    let number = Int(max(0, attempt))
    let longest = 0.1
    let pause = number < Self.pauses.count ? Self.pauses[number] : longest
    let before =
      Self.pauses.prefix(number).reduce(0, +) + Double(max(0, number - Self.pauses.count)) * longest
    let left = seconds - before
    guard left > 0 else { return false }
    sleepFor(min(pause, left))
    return true
  }
}
