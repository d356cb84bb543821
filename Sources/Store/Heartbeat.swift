/// One part of a sweep that is split over machines: part `index` of `count`.
public struct ShardRecord: Hashable, Sendable, Codable {
  /// From 1 to `count`.
  public var index: Int
  /// How many parts there are.
  public var count: Int

  /// A shard from its parts.
  public init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }
}

/// How far a run is, written while it works so that others can see it.
public struct Heartbeat: Hashable, Sendable {
  /// The machine.
  public var host: String
  /// The process.
  public var processID: Int
  /// Cells with all of their samples.
  public var doneCellCount: Int
  /// Cells that the run planned.
  public var cellCount: Int
  /// Samples whose result is in the store.
  public var doneSampleCount: Int
  /// Samples that the run planned.
  public var sampleCount: Int
  /// Samples that could not be evaluated.
  public var failedSampleCount: Int
  /// The cell at work, in words; nil between cells.
  public var currentCell: String?
  /// The share of the work that is done, 0...1.
  public var fraction: Double
  /// Seconds that are left; nil before anything was measured.
  public var secondsLeft: Double?
  /// The job of a batch system that the run is, for example `1234_5` of Slurm.
  public var job: String?

  /// A heartbeat from its parts.
  public init(
    host: String, processID: Int, doneCellCount: Int, cellCount: Int, doneSampleCount: Int, sampleCount: Int,
    failedSampleCount: Int, currentCell: String?, fraction: Double = 0, secondsLeft: Double? = nil, job: String? = nil
  ) {
    self.host = host
    self.processID = processID
    self.doneCellCount = doneCellCount
    self.cellCount = cellCount
    self.doneSampleCount = doneSampleCount
    self.sampleCount = sampleCount
    self.failedSampleCount = failedSampleCount
    self.currentCell = currentCell
    self.fraction = fraction
    self.secondsLeft = secondsLeft
    self.job = job
  }
}

/// A heartbeat as it is stored: the last one of a run.
public struct StoredHeartbeat: Hashable, Sendable {
  /// The run.
  public let run: RunID
  /// How far it was.
  public let heartbeat: Heartbeat
  /// Seconds since 1970.
  public let updatedAt: Double
}

extension ResultStore {
  /// Records how far a run is, in place of what was recorded of it before.
  ///
  /// - Throws: `StoreError` when the store cannot be written.
  public func beat(_ heartbeat: Heartbeat, run: RunID) throws(StoreError) {
    let time = Encoding.now()
    try locked { (connection) throws(StoreError) in try Self.insert(heartbeat, run, at: time, connection) }
  }

  /// The last heartbeat of each run that gave one, in the order of the runs.
  ///
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func heartbeats() throws(StoreError) -> [StoredHeartbeat] {
    try locked { (connection) throws(StoreError) in try readHeartbeats(connection) }
  }

  func readHeartbeats(_ connection: Connection) throws(StoreError) -> [StoredHeartbeat] {
    var heartbeats: [StoredHeartbeat] = []
    try connection.forEachRow("\(Self.selectHeartbeats) ORDER BY run") { (row) throws(StoreError) in
      heartbeats.append(try heartbeat(row))
    }
    return heartbeats
  }

  /// What `heartbeat(_:)` reads.
  static let selectHeartbeats = """
    SELECT run, host, pid, cells_done, cells, samples_done, samples, failed, current_cell, updated_at,
      fraction, seconds_left, job
    FROM heartbeats
    """

  /// The heartbeat in a row.
  func heartbeat(_ row: Statement) throws(StoreError) -> StoredHeartbeat {
    let (table, id) = ("heartbeats", row.integer(0))
    func count(_ column: Int32) throws(StoreError) -> Int { try self.count(row, column, table, id) }
    let heartbeat = Heartbeat(
      host: try text(row, 1, table, id), processID: try count(2), doneCellCount: try count(3), cellCount: try count(4),
      doneSampleCount: try count(5), sampleCount: try count(6), failedSampleCount: try count(7),
      currentCell: try row.isNull(8) ? nil : text(row, 8, table, id), fraction: try share(row, 10, table, id),
      secondsLeft: try row.isNull(11) ? nil : seconds(row, 11, table, id),
      job: try row.isNull(12) ? nil : text(row, 12, table, id))
    return StoredHeartbeat(run: RunID(id), heartbeat: heartbeat, updatedAt: try seconds(row, 9, table, id))
  }

  static func insert(
    _ heartbeat: Heartbeat, _ run: RunID, at time: Double, _ connection: Connection
  ) throws(StoreError) {
    try connection.run(
      """
      INSERT OR REPLACE INTO heartbeats (run, host, pid, cells_done, cells, samples_done, samples, failed, current_cell,
        updated_at, fraction, seconds_left, job)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(run.rawValue), .text(heartbeat.host), .count(heartbeat.processID), .count(heartbeat.doneCellCount),
        .count(heartbeat.cellCount), .count(heartbeat.doneSampleCount), .count(heartbeat.sampleCount),
        .count(heartbeat.failedSampleCount), .optional(heartbeat.currentCell), .real(time),
        .real(heartbeat.fraction.isFinite ? min(max(heartbeat.fraction, 0), 1) : 0),
        .optional(heartbeat.secondsLeft.flatMap { $0 >= 0 && $0 <= largestSeconds ? $0 : nil }),
        .optional(heartbeat.job),
      ])
  }
}
