import Glibc

/// Puts a finished file in another one's place, in one step.
enum FileReplacement {
  /// Gives a file the name of another, which is gone then; both lie in one folder.
  ///
  /// - Throws: `StoreError.lockFile`; then both are as they were.
  static func replace(_ target: String, with new: String) throws(StoreError) {
    guard unsafe rename(new, target) != 0 else { return }
    let code = errno
    throw .lockFile(path: target, code: code, message: unsafe String(cString: strerror(code)))
  }
}
