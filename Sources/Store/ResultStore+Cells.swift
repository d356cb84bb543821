import Digest
import Evaluation

extension ResultStore {
  /// The cell with this record: found, or inserted; equal records have the same cell.
  ///
  /// - Parameters:
  ///   - record: What it is a cell of.
  ///   - run: The run that planned it, which is what `currentCells` goes by; nil for the run that started last.
  /// - Returns: The cell's row.
  /// - Throws: `StoreError` when the store cannot be written.
  public func cell(_ record: CellRecord, run: RunID? = nil) throws(StoreError) -> CellID {
    try cells([record], run: run)[0]
  }

  /// The cells with these records, in one transaction and in the same order.
  ///
  /// - Parameters:
  ///   - records: What they are cells of.
  ///   - run: The run that planned them, which is what `currentCells` goes by; nil for the run that started last, which
  ///     may be another process's.
  /// - Returns: The cells' rows.
  /// - Throws: `StoreError` when the store cannot be written.
  public func cells(_ records: [CellRecord], run: RunID? = nil) throws(StoreError) -> [CellID] {
    try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        var planner = run
        if planner == nil {
          planner = try connection.first("SELECT id FROM runs ORDER BY id DESC LIMIT 1") { RunID($0.integer(0)) }
        }
        var ids: [CellID] = []
        for record in records {
          let id = try Self.findOrInsert(record, connection).id
          if let planner { try Self.link(planner, id, connection) }
          ids.append(id)
        }
        return ids
      }
    }
  }

  /// Every cell, in the order in which they were first inserted.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func cells() throws(StoreError) -> [StoredCell] {
    try locked { (connection) throws(StoreError) in try storedCells(connection) }
  }

  /// The cells of the configuration that ran last, or of the one that the store is limited to, in the order in which they were first inserted.
  ///
  /// Those that any run of the same configuration planned (a run may have done only a part), or that no run claims.
  /// Where two differ in nothing but protocol, model, data, notes, metrics or number of samples, the one that was
  /// planned last stands for both.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func currentCells() throws(StoreError) -> [StoredCell] {
    try locked { (connection) throws(StoreError) in
      // The last run of the configuration that planned the cell; NULL where only other configurations did, 0 where no run
      // claims the cell.
      var lastRun: [Int64: Int64] = [:]
      try connection.forEachRow(
        """
        SELECT cells.id,
          CASE WHEN count(run_cells.run) = 0 THEN 0 ELSE max(CASE WHEN runs.configuration_hash =
            coalesce(?, (SELECT configuration_hash FROM runs ORDER BY id DESC LIMIT 1)) THEN runs.id END) END
        FROM cells LEFT JOIN run_cells ON run_cells.cell = cells.id LEFT JOIN runs ON runs.id = run_cells.run
        GROUP BY cells.id
        """, [.optional(configurationHash)]
      ) { row in
        if !row.isNull(1) { lastRun[row.integer(0)] = row.integer(1) }
      }
      let candidates = try storedCells(connection).filter { lastRun[$0.id.rawValue] != nil }
      var newest: [Place: (run: Int64, id: CellID)] = [:]
      for cell in candidates {
        let rank = (run: lastRun[cell.id.rawValue] ?? 0, id: cell.id)
        if let other = newest[Place(cell.record)], (other.run, other.id.rawValue) > (rank.run, rank.id.rawValue) {
          continue
        }
        newest[Place(cell.record)] = rank
      }
      return candidates.filter { newest[Place($0.record)]?.id == $0.id }
    }
  }

  /// The last run that planned each cell; a cell that no run claims is left out.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func lastRuns() throws(StoreError) -> [CellID: RunID] {
    try locked { (connection) throws(StoreError) in
      var last: [CellID: RunID] = [:]
      try connection.forEachRow("SELECT cell, max(run) FROM run_cells GROUP BY cell") { row in
        last[CellID(row.integer(0))] = RunID(row.integer(1))
      }
      return last
    }
  }

  /// Where a cell stands in a table.
  private struct Place: Hashable {
    let model: String
    let method: String
    let task: String
    let settings: String
    let coordinates: Coordinates

    init(_ record: CellRecord) {
      model = record.model
      method = record.method
      task = record.task
      settings = record.settings
      coordinates = record.coordinates
    }
  }

  func storedCells(_ connection: Connection) throws(StoreError) -> [StoredCell] {
    var cells: [StoredCell] = []
    try connection.forEachRow("SELECT id, record FROM cells ORDER BY id") { (row) throws(StoreError) in
      cells.append(try cell(row))
    }
    return cells
  }

  /// The cell in a row of its number and record.
  func cell(_ row: Statement) throws(StoreError) -> StoredCell {
    let id = row.integer(0)
    return StoredCell(id: CellID(id), record: try cellRecord(row.text(1), id))
  }

  /// A cell's record from its JSON.
  func cellRecord(_ json: String, _ id: Int64) throws(StoreError) -> CellRecord {
    guard let record = Encoding.decoded(CellRecord.self, json) else {
      throw damaged("cells", id, "the record is not JSON of a cell")
    }
    guard record.hasPossibleCounts else { throw damaged("cells", id, "the record's numbers are no counts") }
    return bounded(record)
  }

  /// A cell whose metrics know what the tasks say of their scores.
  func bounded(_ record: CellRecord) -> CellRecord {
    guard let ranges = ranges[record.task] else { return record }
    var record = record
    record.metrics = record.metrics.map { $0.bounded(by: ranges[$0.name]) }
    return record
  }

  /// What the scores of cells are of; only their records are read.
  func metrics(_ connection: Connection, of cells: Set<CellID>) throws(StoreError) -> [Int64: [MetricDescription]] {
    var metrics: [Int64: [MetricDescription]] = [:]
    for cell in cells {
      metrics[cell.rawValue] = try connection.first(
        "SELECT id, record FROM cells WHERE id = ?", [.integer(cell.rawValue)]
      ) { (row) throws(StoreError) in try self.cell(row).record.metrics }
    }
    return metrics
  }

  static func findOrInsert(
    _ record: CellRecord, _ connection: Connection
  ) throws(StoreError) -> (id: CellID, isNew: Bool) {
    let json = Encoding.json(record)
    let key = SHA256.hexadecimal(of: json)
    if let id = try connection.first("SELECT id FROM cells WHERE key = ?", [.text(key)], { $0.integer(0) }) {
      return (CellID(id), false)
    }
    let coordinates = record.coordinates.label
    try connection.run(
      "INSERT INTO cells (key, model, method, task, coordinates, record) VALUES (?, ?, ?, ?, ?, ?)",
      [.text(key), .text(record.model), .text(record.method), .text(record.task), .text(coordinates), .text(json)])
    return (CellID(connection.lastInsertedRow), true)
  }

  static func link(_ run: RunID, _ cell: CellID, _ connection: Connection) throws(StoreError) {
    try connection.run(
      "INSERT OR IGNORE INTO run_cells (run, cell) VALUES (?, ?)", [.integer(run.rawValue), .integer(cell.rawValue)])
  }
}
