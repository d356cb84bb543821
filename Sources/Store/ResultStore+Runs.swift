import Foundation

extension ResultStore {
  /// Records that a run has started.
  ///
  /// - Throws: `StoreError` when the store cannot be written; `otherShards` when it was made as another part of the same sweep.
  public func beginRun(_ run: RunRecord) throws(StoreError) -> RunID {
    let start = Encoding.now()
    return try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        try refuseOtherDivision(than: run.shard, of: run.name, connection)
        let made = StoredRun(
          id: RunID(0), record: run, startedAt: start, endedAt: nil, status: nil, uid: UUID().uuidString,
          isMerged: false)
        return try Self.insert(made, connection)
      }
    }
  }

  /// The store of a part must not go on as another part, or as the whole; its newest run says what it is.
  ///
  /// Who counts parts by their stores would miss samples, or find them twice. What a merge brought in is of no part.
  private func refuseOtherDivision(
    than shard: ShardRecord?, of name: String, _ connection: Connection
  ) throws(StoreError) {
    let find = """
      SELECT shard_index, shard_count FROM runs
      WHERE id = (SELECT max(id) FROM runs WHERE merged = 0 AND name = ?) AND shard_count IS NOT NULL
      """
    let newest = try connection.first(find, [.text(name)]) {
      ShardRecord(index: Int($0.integer(0)), count: Int($0.integer(1)))
    }
    if let newest, newest != shard { throw .otherShards(path: path, stored: newest, asked: shard) }
  }

  /// Records that a run has ended, with its exit status.
  ///
  /// - Throws: `StoreError` when the store cannot be written.
  public func finishRun(_ id: RunID, status: Int32) throws(StoreError) {
    let end = Encoding.now()
    try locked { (connection) throws(StoreError) in
      try connection.run(
        "UPDATE runs SET ended_at = ?, status = ? WHERE id = ?",
        [.real(end), .integer(Int64(status)), .integer(id.rawValue)])
    }
  }

  /// The run that started last, or the last one of the configuration that the store is limited to; nil where there is
  /// none.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func latestRun() throws(StoreError) -> StoredRun? {
    try runs().last { configurationHash == nil || $0.record.configurationHash == configurationHash }
  }

  /// Every run, in the order in which they were recorded.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func runs() throws(StoreError) -> [StoredRun] {
    try locked { (connection) throws(StoreError) in try readRuns(connection) }
  }

  /// Above what any sweep is divided into.
  private static let largestShardCount = 1 << 20

  func readRuns(_ connection: Connection) throws(StoreError) -> [StoredRun] {
    var runs: [StoredRun] = []
    try connection.forEachRow("\(Self.selectRuns) ORDER BY id") { (row) throws(StoreError) in
      runs.append(try run(row))
    }
    return runs
  }

  /// What `run(_:)` reads.
  static let selectRuns = """
    SELECT id, name, configuration, configuration_hash, environment, warnings, started_at, ended_at, status, uid,
      shard_index, shard_count, merged
    FROM runs
    """

  /// The run in a row.
  func run(_ row: Statement) throws(StoreError) -> StoredRun {
    let (table, id) = ("runs", row.integer(0))
    guard let environment = Encoding.decoded([String: String].self, row.text(4)),
      let warnings = Encoding.decoded([String].self, row.text(5))
    else { throw damaged(table, id, "environment or warnings are not JSON") }
    let record = RunRecord(
      name: try text(row, 1, table, id), configuration: try text(row, 2, table, id),
      configurationHash: try text(row, 3, table, id), environment: environment, warnings: warnings,
      shard: try shard(row, id))
    var status: Int32?
    if !row.isNull(8) {
      guard row.isInteger(8), let value = Int32(exactly: row.integer(8)) else {
        throw damaged(table, id, "status is no exit status")
      }
      status = value
    }
    return StoredRun(
      id: RunID(id), record: record, startedAt: try seconds(row, 6, table, id),
      endedAt: row.isNull(7) ? nil : try seconds(row, 7, table, id), status: status,
      uid: try text(row, 9, table, id), isMerged: try flag(row, 12, table, id))
  }

  private func shard(_ row: Statement, _ id: Int64) throws(StoreError) -> ShardRecord? {
    if row.isNull(10), row.isNull(11) { return nil }
    let (index, count) = (try count(row, 10, "runs", id), try count(row, 11, "runs", id))
    guard count <= Self.largestShardCount, index >= 1, index <= count else {
      throw damaged("runs", id, "shard \(index) of \(count) cannot be")
    }
    return ShardRecord(index: index, count: count)
  }

  /// Inserts a run under a new row; the caller holds the transaction.
  static func insert(_ run: StoredRun, _ connection: Connection) throws(StoreError) -> RunID {
    let record = run.record
    try connection.run(
      """
      INSERT INTO runs (name, configuration, configuration_hash, environment, warnings, started_at, ended_at, status,
        uid, shard_index, shard_count, merged)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(record.name), .text(record.configuration), .text(record.configurationHash),
        .text(Encoding.json(record.environment)), .text(Encoding.json(record.warnings)), .real(run.startedAt),
        .optional(run.endedAt), run.status.map { .integer(Int64($0)) } ?? .null, .text(run.uid),
        record.shard.map { .count($0.index) } ?? .null, record.shard.map { .count($0.count) } ?? .null,
        .integer(run.isMerged ? 1 : 0),
      ])
    return RunID(connection.lastInsertedRow)
  }

  func damaged(_ table: String, _ row: Int64, _ problem: String) -> StoreError {
    .damagedRow(path: path, table: table, row: row, problem: problem)
  }
}
