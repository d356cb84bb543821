import Foundation

extension ResultStore {
  /// Joins stores into one: everything is checked before anything is written, and it is all or nothing.
  ///
  /// A target that was not there before is removed again when the merge fails.
  ///
  /// - Parameters:
  ///   - paths: The stores to read, of any schema.
  ///   - target: The store that receives their results; made where it is missing.
  ///   - options: Patience and limits.
  /// - Returns: What each brought in, in order.
  /// - Throws: `StoreError`: what `open` and `merge` throw.
  public static func merge(
    _ paths: [String], into target: String, options: Options = Options()
  ) throws(StoreError) -> [MergeCount] {
    var sources: [ResultStore] = []
    for path in paths {
      guard !isSameFile(path, target) else { throw .mergeWithItself(path: path) }
      sources.append(try open(path, mode: .readOnly, options: options))
    }
    let isNew = !FileManager.default.fileExists(atPath: target)
    do throws(StoreError) {
      let store = try open(target, mode: .create, options: options)
      return try store.merge(sources)
    } catch {
      if isNew {
        for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: target + suffix) }
      }
      throw error
    }
  }

  /// Copies runs, cells, current results and failures of another store into this one, for the shards of a sweep.
  ///
  /// - Throws: `StoreError` as `merge([other])` does.
  @discardableResult
  public func merge(_ other: ResultStore) throws(StoreError) -> MergeCount { try merge([other])[0] }

  /// Copies runs, cells, current results and failures of other stores into this one, in one transaction.
  ///
  /// Merging the same store again adds what is new in it. Where both stores have a result for a sample from different
  /// evaluations or scorings, the one that was recorded later is current, and the other stays as an earlier one. A failure
  /// is copied only where this store has no result for the sample. The other stores may be written meanwhile: each is
  /// read as it is when its turn comes.
  ///
  /// - Returns: What each brought in, in order.
  /// - Throws: `StoreError` when a store cannot be read or this one cannot be written; `conflict` where two stores hold
  ///   different numbers under one identity. Then nothing is changed.
  public func merge(_ others: [ResultStore]) throws(StoreError) -> [MergeCount] {
    for other in others where Self.isSameFile(other.path, path) { throw .mergeWithItself(path: other.path) }
    return try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        var counts: [MergeCount] = []
        for other in others {
          let count = try other.locked { (source) throws(StoreError) in
            try source.snapshot { () throws(StoreError) in
              var merge = Merge(target: self, connection: connection, other: other, source: source)
              try merge.run()
              return merge.count
            }
          }
          counts.append(count)
        }
        return counts
      }
    }
  }

  private static func isSameFile(_ a: String, _ b: String) -> Bool {
    func number(_ path: String) -> [Int]? {
      let facts = try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: path).resolvingSymlinksInPath().path)
      guard let device = facts?[.systemNumber] as? NSNumber, let file = facts?[.systemFileNumber] as? NSNumber else {
        return nil
      }
      return [device.intValue, file.intValue]
    }
    guard let first = number(a), let second = number(b) else { return false }
    return first == second
  }
}
