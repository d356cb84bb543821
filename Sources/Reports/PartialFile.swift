import Foundation
import Glibc

/// The hidden file beside a target that takes its new content until one step puts it in the target's place.
///
/// Its name follows from the target's, so what a killed process left is taken over by the next write of that target. A
/// lock makes writers of one target wait for each other; who waited may hold the lock of a file that has become the
/// target meanwhile, and begins again.
struct PartialFile: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private let target: String

  /// Opens it, empty, for this process alone.
  init(of target: String) throws {
    let url = URL(filePath: target)
    path = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).partial").path
    self.target = target
    descriptor = try Self.opened(path)
  }

  private static func opened(_ path: String) throws -> Int32 {
    while true {
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
      guard descriptor >= 0 else { throw SystemError() }
      // A file system without flock still replaces in one step; only two writers at once may then meet.
      while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
      if isStill(path, descriptor) {
        if ftruncate(descriptor, 0) == 0 { return descriptor }
        let error = SystemError()
        close(descriptor)
        throw error
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }

  /// Writes everything and takes the target's place; the target keeps its permissions.
  consuming func replaceTarget(with data: Data) throws {
    do {
      try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: data)
      var former = stat()
      if unsafe stat(target, &former) == 0 { fchmod(descriptor, former.st_mode & 0o7777) }
      guard unsafe rename(path, target) == 0 else { throw SystemError() }
    } catch {
      unsafe unlink(path)
      throw error
    }
  }

  /// Gives a finished file the name of another one in the same folder, in one step.
  static func replace(_ target: String, with finished: String) throws {
    guard unsafe rename(finished, target) == 0 else { throw SystemError() }
  }

  private static func isStill(_ path: String, _ descriptor: Int32) -> Bool {
    var opened = stat()
    var named = stat()
    guard unsafe fstat(descriptor, &opened) == 0, unsafe stat(path, &named) == 0 else { return false }
    return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
  }

  /// What the system said of the last call.
  struct SystemError: LocalizedError {
    private let code = errno
    var errorDescription: String? { unsafe String(cString: strerror(code)) }
  }
}
