import Foundation
import Text

/// What a merge did.
public struct MergeSummary: Sendable {
  /// What each store brought in, in order.
  public var counts: [(path: String, count: MergeCount)]
  /// Files of a folder that are no store yet: shards that have only just begun.
  public var skipped: [String]
  /// Stores that were left out, because their last run was of another configuration than the one asked for.
  public var others: [ConfigurationDifference]
  /// The joined store.
  public var store: ResultStore
}

extension ResultStore {
  /// Joins stores into one: everything is checked before anything is written, and it is all or nothing.
  ///
  /// A target that was not there before is removed again when the merge fails.
  ///
  /// - Parameters:
  ///   - paths: The stores to read, of any schema, or folders of stores (`*.sqlite`).
  ///   - target: The store that receives their results; made where it is missing.
  ///   - options: Patience and limits.
  ///   - force: Joins stores whose configurations differ.
  ///   - configuration: Joins only stores whose last run was of this one; the target, which is derived from them, may be
  ///     of any. Nil for stores of any one configuration.
  /// - Returns: What each brought in.
  /// - Throws: `StoreError`: what `open` and `merge` throw; `otherConfigurations` where the stores are of different
  ///   configurations and `force` is false.
  @discardableResult
  public static func merge(
    _ paths: [String], into target: String, options: Options = Options(), force: Bool = false,
    configuration: RunConfiguration? = nil
  ) throws(StoreError) -> MergeSummary {
    var sources: [ResultStore] = []
    var skipped: [String] = []
    for path in paths {
      let names = try storeFiles(path, except: target)
      let isFolder = names != [path]
      for name in names {
        guard !isSameFile(name, target) else { throw .mergeWithItself(path: name) }
        do throws(StoreError) {
          sources.append(try open(name, mode: .readOnly, options: options))
        } catch {
          // A shard that was started a moment ago has an empty file.
          guard isFolder, case .empty = error else { throw error }
          skipped.append(name)
        }
      }
    }
    let isNew = !FileManager.default.fileExists(atPath: target)
    var others: [ConfigurationDifference] = []
    if let configuration {
      var own: [ResultStore] = []
      for source in sources {
        if let difference = try source.difference(from: configuration) {
          others.append(difference)
        } else {
          own.append(source)
        }
      }
      sources = own
    } else if !force {
      try refuseOtherConfigurations(sources, isNew ? nil : target, options)
    }
    do throws(StoreError) {
      let store = try open(target, mode: .create, options: options)
      let counts = try store.merge(sources)
      return MergeSummary(
        counts: zip(sources, counts).map { ($0.path, $1) }, skipped: skipped, others: others, store: store)
    } catch {
      if isNew {
        for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: target + suffix) }
      }
      throw error
    }
  }

  /// The stores that a path names: itself, or those in the folder, without the target of a merge.
  ///
  /// - Parameters:
  ///   - path: A store or a folder.
  ///   - target: A store that is not meant.
  /// - Returns: Paths, in natural order.
  /// - Throws: `StoreError.missing` for a folder without stores.
  public static func storeFiles(_ path: String, except target: String? = nil) throws(StoreError) -> [String] {
    let kind =
      try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: path).resolvingSymlinksInPath().path)[.type] as? FileAttributeType
    guard kind == .typeDirectory else { return [path] }
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasSuffix(".sqlite") && !$0.hasPrefix(".") }.sorted(by: NaturalOrder.isBefore).map {
        "\(folder)/\($0)"
      }
      .filter { name in target.map { !isSameFile(name, $0) } ?? true }
    guard !names.isEmpty else { throw .missing(path: folder + "/*.sqlite") }
    return names
  }

  /// Stores of other configurations or seeds are not parts of one sweep.
  private static func refuseOtherConfigurations(
    _ sources: [ResultStore], _ target: String?, _ options: Options
  ) throws(StoreError) {
    var stores = sources
    if let target {
      do throws(StoreError) {
        stores.insert(try open(target, mode: .readOnly, options: options), at: 0)
      } catch {
        // What a merge that was killed at its first step leaves; another program's file is refused where it is opened.
        guard case .empty = error else { throw error }
      }
    }
    var first: (path: String, run: RunRecord)?
    for store in stores {
      guard let run = try store.latestRun()?.record else { continue }
      if let first, first.run.configurationHash != run.configurationHash {
        throw .otherConfigurations(
          ConfigurationDifference(first.path, first.run.configuration, store.path, run.configuration))
      }
      first = first ?? (store.path, run)
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
        var origins = MergeOrigins()
        for other in others {
          try origins.begin(other.path, connection)
          let known = origins
          let count = try other.locked { (source) throws(StoreError) in
            try source.snapshot { () throws(StoreError) in
              var merge = Merge(target: self, connection: connection, other: other, source: source, origins: known)
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
