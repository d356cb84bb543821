import Digest
import Foundation
import Store

/// A store that is written on a local disk, and copied to its place in one step, every minute and at the end.
final class ScratchStore {
  /// Where the results are to be in the end.
  let place: String
  /// Where they are written.
  let path: String
  private var lastCopy = ContinuousClock.now
  private static let interval = Duration.seconds(60)

  /// A store whose place is another; what is at the place, or was left on the disk, is taken along.
  init(_ place: String, in folder: String) throws {
    self.place = place
    let absolute = URL(fileURLWithPath: place).standardizedFileURL.path
    path = "\(folder)/se-eval-\(SHA256.hexadecimal(of: absolute).prefix(16)).sqlite"
    try SweepCommand.makeFolder(of: path, option: "--scratch")
    try SweepCommand.makeFolder(of: place)
    guard FileManager.default.fileExists(atPath: place) else { return }
    if FileManager.default.fileExists(atPath: path) {
      try ResultStore.merge([place], into: path, options: Registry.storeOptions)
    } else {
      try ResultStore.open(place, mode: .existing).copy(to: path)
    }
  }

  /// Copies the store to its place when it is time.
  ///
  /// A copy that fails now may succeed later; the last one, at the end, says what is wrong.
  func copyInTime(_ store: ResultStore) {
    guard ContinuousClock.now - lastCopy >= Self.interval else { return }
    try? store.copy(to: place)
    lastCopy = .now
  }

  /// Copies the store to its place, and leaves nothing behind.
  func finish(_ store: ResultStore) throws {
    try store.copy(to: place)
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }
}
