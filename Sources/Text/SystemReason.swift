import Foundation

/// Why the system refused something.
public enum SystemReason {
  /// The system's own words, for example `No space left on device`, where an error of Foundation keeps them.
  ///
  /// - Parameter error: what an operation on a file threw.
  /// - Returns: words without a full stop.
  public static func text(_ error: any Error) -> String {
    let error = error as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    let words = cause.localizedFailureReason ?? cause.localizedDescription
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }
}
