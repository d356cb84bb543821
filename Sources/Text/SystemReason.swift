import Foundation

/// Why the system refused something.
public enum SystemReason {
  /// The system's own words, for example `No space left on device`, where an error of Foundation keeps them.
  ///
  /// Foundation's sentences ("The file doesn’t exist") never reach a person: they are of dialogs, name no cause and say
  /// the same of a folder.
  ///
  /// - Parameter error: what an operation on a file threw.
  /// - Returns: words without a full stop.
  public static func text(_ error: any Error) -> String {
    let outer = error as NSError
    let cause = outer.userInfo[NSUnderlyingErrorKey] as? NSError
    for error in [cause, outer] {
      if let error, error.domain == NSPOSIXErrorDomain, let words = systemWords(error.code) { return words }
    }
    for error in [cause, outer] {
      if let error, error.domain == NSCocoaErrorDomain {
        return codes[error.code].flatMap { systemWords(Int($0)) }
          ?? "the system refused it (\(error.domain) \(error.code))"
      }
    }
    let words = "\(error)"
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }

  /// The words of a number of the system's.
  private static func systemWords(_ code: Int) -> String? {
    NSError(domain: NSPOSIXErrorDomain, code: code).localizedFailureReason
  }

  /// The system's number behind one of Foundation's.
  private static let codes: [Int: Int32] = [
    CocoaError.fileNoSuchFile.rawValue: ENOENT, CocoaError.fileReadNoSuchFile.rawValue: ENOENT,
    CocoaError.fileReadNoPermission.rawValue: EACCES, CocoaError.fileWriteNoPermission.rawValue: EACCES,
    CocoaError.fileWriteFileExists.rawValue: EEXIST, CocoaError.fileWriteOutOfSpace.rawValue: ENOSPC,
    CocoaError.fileWriteVolumeReadOnly.rawValue: EROFS, CocoaError.fileReadInvalidFileName.rawValue: ENAMETOOLONG,
    CocoaError.fileWriteInvalidFileName.rawValue: ENAMETOOLONG,
  ]
}
