import Glibc

/// An advisory lock on a file beside the database, held while the database is being opened.
///
/// Two processes that make the same database at once would both find it empty; SQLite's own locks do not help before
/// the journal mode is settled. The lock file is never removed: removing it would let a third process lock another file
/// of the same name. The database file itself is not locked this way, because closing a second descriptor of it would
/// drop SQLite's own locks.
struct FileLock: ~Copyable {
  private let descriptor: Int32

  /// Waits until no other process is opening the database.
  init(beside path: String) throws(StoreError) {
    // Not ".lock": SQLite's own dot-file locking takes that name.
    let name = path + ".opening"
    descriptor = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.error(name) }
    while flock(descriptor, LOCK_EX) != 0 {
      // A file system without flock still has SQLite's locks; only the very first opening is then unguarded.
      if errno == ENOLCK || errno == ENOTSUP || errno == ENOSYS { return }
      if errno != EINTR {
        let problem = Self.error(name)
        close(descriptor)
        throw problem
      }
    }
  }

  deinit { close(descriptor) }

  private static func error(_ name: String) -> StoreError {
    let code = errno
    return .lockFile(path: name, code: code, message: unsafe String(cString: strerror(code)))
  }
}
