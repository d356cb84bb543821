import Foundation

extension ResultStore {
  /// Puts a copy of the store as it is now at another place, in one step: who reads there sees the old copy or the new one.
  ///
  /// - Parameter target: the copy; one that is there is replaced.
  /// - Throws: `StoreError` when the store cannot be read or the copy cannot be written.
  public func copy(to target: String) throws(StoreError) {
    let part = "\(target).part"
    try? FileManager.default.removeItem(atPath: part)
    let quoted = part.replacing("'", with: "''")
    do throws(StoreError) {
      try locked { (connection) throws(StoreError) in try connection.execute("VACUUM INTO '\(quoted)'") }
      // A log beside the old copy would be taken for one of the new copy.
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: target + suffix) }
      try FileReplacement.replace(target, with: part)
    } catch {
      try? FileManager.default.removeItem(atPath: part)
      throw error.ofCopy(to: target)
    }
  }
}

extension StoreError {
  /// The same as an error of a copy: SQLite names the database that it reads, and it is the other one that has no room.
  fileprivate func ofCopy(to target: String) -> StoreError {
    switch self {
    case .diskFull(_, let failure): .diskFull(path: target, failure)
    case .readOnly(_, let failure): .readOnly(path: target, failure)
    case .cannotOpen(_, let failure): .cannotOpen(path: target, failure)
    case .inputOutput(_, let failure): .inputOutput(path: target, failure)
    case .failed(_, let failure): .failed(path: target, failure)
    default: self
    }
  }
}
