import Digest
import Foundation
import Store
import Text

/// A store that is written on a local disk, and copied to its place in one step, every minute and at the end.
final class ScratchStore {
  /// Where the results are to be in the end.
  let place: String
  /// Where they are written.
  let path: String
  private let interval: Duration
  private let warn: (String) -> Void
  private var lastCopy = ContinuousClock.now
  private var hasWarned = false

  /// A store whose place is another; what is at the place, or was left on the disk, is taken along.
  ///
  /// Both folders are tried here: hours later it would be too late to name others.
  ///
  /// - Parameters:
  ///   - place: where the results are to be.
  ///   - folder: the folder on the local disk.
  ///   - interval: the time between two copies.
  ///   - warn: told once that a copy could not be written.
  /// - Throws: `FileError` where one of them cannot be written; `StoreError`.
  init(
    _ place: String, in folder: String, every interval: Duration = .seconds(60),
    warn: @escaping (String) -> Void = { Terminal.message($0, event: "warning") }
  ) throws {
    self.place = place
    self.interval = interval
    self.warn = warn
    let absolute = URL(fileURLWithPath: place).standardizedFileURL.path
    path = "\(folder)/se-eval-\(SHA256.hexadecimal(of: absolute).prefix(16)).sqlite"
    try Self.refuseWhatCannotBeWritten(path, named: "--scratch")
    try Self.refuseWhatCannotBeWritten(place, named: "--db")
    guard FileManager.default.fileExists(atPath: place) else { return }
    guard FileManager.default.fileExists(atPath: path) else {
      try ResultStore.open(place, mode: .existing).copy(to: path)
      return
    }
    do {
      try ResultStore.merge([place], into: path, options: Registry.storeOptions)
    } catch StoreError.otherConfigurations(let difference) {
      throw FileError(
        path: path,
        problem: "was left by a sweep of another configuration than \(place) has (\(difference.place) is "
          + "\(difference.inFirst) in the one and \(difference.inSecond) in the other). Look at what is in it with "
          + "`se-eval status \(path)`; to keep it, merge it into a store of its own with `se-eval merge \(path) --into "
          + "DB`. Then remove it, and give the same command again",
        isInput: false)
    }
  }

  /// Makes the folder of a store, and a file beside it such as a copy begins with.
  private static func refuseWhatCannotBeWritten(_ path: String, named option: String) throws(FileError) {
    try SweepCommand.makeFolder(of: path, named: option)
    let trial = path + ".trial"
    do {
      try Data().write(to: URL(fileURLWithPath: trial))
      try FileManager.default.removeItem(atPath: trial)
    } catch {
      throw FileError(
        path: path,
        problem: "the store cannot be written there: \(SystemReason.text(error)); name another place with \(option)",
        isInput: false)
    }
  }

  /// Copies the store to its place when it is time.
  ///
  /// A copy that fails now may succeed later; the last one, at the end, is the one that counts.
  func copyInTime(_ store: ResultStore) {
    guard ContinuousClock.now - lastCopy >= interval else { return }
    do {
      try store.copy(to: place)
      hasWarned = false
    } catch {
      if !hasWarned { warn("warning: the store cannot be copied to its place now, and is tried again: \(error)") }
      hasWarned = true
    }
    lastCopy = .now
  }

  /// Copies the store to its place for the last time.
  func copy(_ store: ResultStore) throws {
    do {
      try store.copy(to: place)
    } catch {
      warn("the results are whole in \(path), and the same command copies them to \(place)")
      throw error
    }
  }

  /// Leaves nothing on the disk, once all is at its place.
  func remove() {
    for suffix in ["", "-wal", "-shm", ".opening"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }
}
