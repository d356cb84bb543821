extension ResultStore {
  /// Records that a run has started.
  ///
  /// - Throws: `StoreError` when the store cannot be written.
  public func beginRun(_ run: RunRecord) throws(StoreError) -> RunID {
    let start = Encoding.now()
    return try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        try Self.insert(run, startedAt: start, endedAt: nil, status: nil, connection)
      }
    }
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

  /// The run that started last, nil in an empty store.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func latestRun() throws(StoreError) -> StoredRun? { try runs().last }

  /// Every run, in the order in which they were recorded.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func runs() throws(StoreError) -> [StoredRun] {
    try locked { (connection) throws(StoreError) in
      var runs: [StoredRun] = []
      try connection.forEachRow(
        """
        SELECT id, name, configuration, configuration_hash, environment, warnings, started_at, ended_at, status
        FROM runs ORDER BY id
        """
      ) { (row) throws(StoreError) in
        guard let environment = Encoding.decoded([String: String].self, row.text(4)),
          let warnings = Encoding.decoded([String].self, row.text(5))
        else { throw damaged("runs", row.integer(0), "environment or warnings are not JSON") }
        let record = RunRecord(
          name: row.text(1), configuration: row.text(2), configurationHash: row.text(3), environment: environment,
          warnings: warnings)
        runs.append(
          StoredRun(
            id: RunID(row.integer(0)), record: record, startedAt: row.real(6), endedAt: row.optionalReal(7),
            status: row.isNull(8) ? nil : Int32(clamping: row.integer(8))))
      }
      return runs
    }
  }

  static func insert(
    _ run: RunRecord, startedAt: Double, endedAt: Double?, status: Int32?, _ connection: Connection
  ) throws(StoreError) -> RunID {
    try connection.run(
      """
      INSERT INTO runs (name, configuration, configuration_hash, environment, warnings, started_at, ended_at, status)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(run.name), .text(run.configuration), .text(run.configurationHash),
        .text(Encoding.json(run.environment)), .text(Encoding.json(run.warnings)), .real(startedAt),
        .optional(endedAt), status.map { .integer(Int64($0)) } ?? .null,
      ])
    return RunID(connection.lastInsertedRow)
  }

  func damaged(_ table: String, _ row: Int64, _ problem: String) -> StoreError {
    .damagedRow(path: path, table: table, row: row, problem: problem)
  }
}
