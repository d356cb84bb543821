/// How far the work in a store is: what `status` and `merge` say, read without a single result.
public struct StoreProgress: Sendable {
  /// One cell with what it has.
  public struct CellCount: Sendable {
    /// The cell.
    public let cell: StoredCell
    /// Samples with a result.
    public let doneCount: Int
    /// Samples that could not be evaluated.
    public let failedCount: Int

    /// Samples that are neither done nor failed.
    public var missingCount: Int { max(0, cell.record.sampleCount - doneCount - failedCount) }
    /// True where every sample has a result.
    public var isDone: Bool { doneCount >= cell.record.sampleCount }
  }

  /// The configuration's name; nil where nothing ran.
  public let name: String?
  /// The cells of the configuration that ran last.
  public let cells: [CellCount]
  /// The newest run of each shard, by its number, or the newest run where nothing is sharded.
  public let parts: [PartProgress]

  /// Cells whose samples all have a result.
  public var doneCellCount: Int { cells.count { $0.isDone } }
  /// Samples that the cells must have.
  public var sampleCount: Int { cells.reduce(0) { $0 + $1.cell.record.sampleCount } }
  /// Samples with a result.
  public var doneCount: Int { cells.reduce(0) { $0 + $1.doneCount } }
  /// Samples that could not be evaluated.
  public var failedCount: Int { cells.reduce(0) { $0 + $1.failedCount } }
  /// Samples that are neither done nor failed.
  public var missingCount: Int { cells.reduce(0) { $0 + $1.missingCount } }

  /// Shards of which no run is there, where the sweep is sharded.
  public var absentShards: [Int] {
    guard let count = parts.compactMap(\.run.record.shard?.count).max() else { return [] }
    let known = Set(parts.compactMap(\.run.record.shard?.index))
    return (1...max(1, count)).filter { !known.contains($0) }
  }
}

/// The newest run of a sweep, or of one of its shards.
public struct PartProgress: Sendable {
  /// What a run is at.
  public enum State: Hashable, Sendable {
    /// It works: it gave a sign within the last minutes.
    case running
    /// It has not ended and gives no sign: killed, or its machine is lost.
    case silent
    /// It ended, with this exit status.
    case ended(Int32)
  }

  /// The run.
  public let run: StoredRun
  /// How far it was at its last sign of life.
  public let heartbeat: StoredHeartbeat?
  /// Results that it brought in.
  public let resultCount: Int

  /// A run that is silent for longer is taken for dead: a sign is given every five seconds, but not in the middle of a
  /// chunk of a large model, or while weights are hashed.
  public static let patience = 120.0

  /// What the run is at, at a time in seconds since 1970.
  public func state(at now: Double) -> State {
    if run.endedAt != nil, let status = run.status { return .ended(status) }
    // A sign from far in the future is no sign: a clock was set back since.
    return abs(now - lastSign) <= Self.patience ? .running : .silent
  }

  /// When it gave the last sign of life, in seconds since 1970: a heartbeat came after the start, whatever a clock that
  /// was set back between them says.
  public var lastSign: Double { heartbeat?.updatedAt ?? run.startedAt }

  /// Results for each second of the run; nil before there are any, and in the first second, of which nothing can be said.
  public var samplesPerSecond: Double? {
    let seconds = (run.endedAt ?? lastSign) - run.startedAt
    return resultCount > 0 && seconds >= 1 ? Double(resultCount) / seconds : nil
  }
}

extension ResultStore {
  /// How far the work is; counts only, from indexes.
  ///
  /// - Throws: `StoreError` when the store cannot be read or is damaged.
  public func progress() throws(StoreError) -> StoreProgress {
    let current = try currentCells()
    return try locked { (connection) throws(StoreError) in
      try connection.snapshot { () throws(StoreError) in
        let done = try Self.counts(
          connection, "SELECT cell, count(*) FROM results WHERE current = 1 GROUP BY cell")
        let failed = try Self.counts(connection, "SELECT cell, count(*) FROM failures GROUP BY cell")
        let runs = try readRuns(connection)
        let latest = runs.last { configurationHash == nil || $0.record.configurationHash == configurationHash }
        let own = runs.filter { $0.record.configurationHash == latest?.record.configurationHash }
        return StoreProgress(
          name: latest?.record.name,
          cells: current.map {
            StoreProgress.CellCount(
              cell: $0, doneCount: done[$0.id.rawValue] ?? 0, failedCount: failed[$0.id.rawValue] ?? 0)
          },
          parts: try parts(of: own, connection))
      }
    }
  }

  /// The newest run of each shard of the newest division, or the newest run.
  private func parts(of runs: [StoredRun], _ connection: Connection) throws(StoreError) -> [PartProgress] {
    // By rows, not by times: a clock may have been set back between two runs, and merging keeps each store's order.
    let runs = runs.sorted { $0.id.rawValue < $1.id.rawValue }
    guard let last = runs.last else { return [] }
    var newest: [Int: StoredRun] = [:]
    for run in runs where run.record.shard?.count == last.record.shard?.count {
      newest[run.record.shard?.index ?? 0] = run
    }
    let heartbeats = Dictionary(try readHeartbeats(connection).map { ($0.run, $0) }) { $1 }
    let results = try Self.counts(connection, "SELECT run, count(*) FROM results WHERE current = 1 GROUP BY run")
    return newest.sorted { $0.key < $1.key }.map { _, run in
      PartProgress(run: run, heartbeat: heartbeats[run.id], resultCount: results[run.id.rawValue] ?? 0)
    }
  }

  private static func counts(_ connection: Connection, _ sql: String) throws(StoreError) -> [Int64: Int] {
    var counts: [Int64: Int] = [:]
    try connection.forEachRow(sql) { row in counts[row.integer(0)] = row.count(1) }
    return counts
  }
}
