import Glibc

/// An advisory lock on a file beside the database, held while the database is being opened, and removed afterwards.
///
/// Two processes that make the same database at once would both find it empty; SQLite's own locks do not help before
/// the journal mode is settled. The holder removes the file before it lets go, so one who waited holds the lock of a file
/// that is gone: whoever gets the lock looks whether the name still means the file that it locked, and begins again
/// where it does not. The database file itself is not locked this way, because closing a second descriptor of it would
/// drop SQLite's own locks.
struct FileLock: ~Copyable {
  private let descriptor: Int32
  private let name: String
  private let isHeld: Bool

  /// Waits until no other process is opening the database.
  init(beside path: String) throws(StoreError) {
    // Not ".lock": SQLite's own dot-file locking takes that name.
    name = path + ".opening"
    while true {
      let opened = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard opened >= 0 else { throw Self.error(name) }
      switch Self.lock(opened) {
      case 0:
        if Self.isStill(name, opened) {
          (descriptor, isHeld) = (opened, true)
          return
        }
        close(opened)
      // A file system without flock still has SQLite's locks; only the very first opening is then unguarded.
      case ENOLCK, ENOTSUP, ENOSYS:
        (descriptor, isHeld) = (opened, false)
        return
      case let code:
        close(opened)
        errno = code
        throw Self.error(name)
      }
    }
  }

  deinit {
    // Without the lock another process may be about to rely on the file.
    if isHeld { unsafe unlink(name) }
    close(descriptor)
  }

  /// 0, or the errno of a lock that cannot be had.
  private static func lock(_ descriptor: Int32) -> Int32 {
    while flock(descriptor, LOCK_EX) != 0 {
      if errno != EINTR { return errno }
    }
    return 0
  }

  /// Whether a name means the file that is open.
  private static func isStill(_ name: String, _ descriptor: Int32) -> Bool {
    var opened = stat()
    var named = stat()
    guard unsafe fstat(descriptor, &opened) == 0, unsafe stat(name, &named) == 0 else { return false }
    return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
  }

  private static func error(_ name: String) -> StoreError {
    let code = errno
    return .lockFile(path: name, code: code, message: unsafe String(cString: strerror(code)))
  }
}
