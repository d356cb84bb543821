extension ResultStore {
  /// Copies runs, cells, current results and failures of another store into this one, for the shards of a sweep.
  ///
  /// Merging the same store again adds its runs again and no results. Where both stores have a result for a sample under
  /// different identities, the one that was recorded later is current. A failure is copied only where this store has no
  /// result for the sample. Each cell of the other store is one transaction.
  ///
  /// - Throws: `StoreError` when either store cannot be read or this one cannot be written.
  public func merge(_ other: ResultStore) throws(StoreError) -> MergeCount {
    var merge = Merge(failures: try other.failures())
    for run in try other.runs() {
      let copied = try locked { (connection) throws(StoreError) in
        try Self.insert(run.record, startedAt: run.startedAt, endedAt: run.endedAt, status: run.status, connection)
      }
      merge.runs[run.id.rawValue] = copied
      merge.count.runs += 1
    }
    let planned = try other.runsByCell()
    for cell in try other.cells() {
      let incoming = try other.locked { (connection) throws(StoreError) in
        try other.readResults(connection, cell.id, true, true)
      }
      merge = try locked { [merge] (connection) throws(StoreError) in
        var merge = merge
        try connection.transaction { () throws(StoreError) in
          let (id, isNew) = try Self.findOrInsert(cell.record, connection)
          if isNew { merge.count.cells += 1 }
          for run in planned[cell.id.rawValue] ?? [] {
            if let run = merge.runs[run] { try Self.link(run, id, connection) }
          }
          for item in incoming { try merge.take(item, into: id, connection) }
          try merge.takeFailures(of: cell.id, into: id, connection)
        }
        return merge
      }
    }
    return merge.count
  }

  private func runsByCell() throws(StoreError) -> [Int64: [Int64]] {
    try locked { (connection) throws(StoreError) in
      var runs: [Int64: [Int64]] = [:]
      try connection.forEachRow("SELECT cell, run FROM run_cells ORDER BY cell, run") { row in
        runs[row.integer(0), default: []].append(row.integer(1))
      }
      return runs
    }
  }
}

/// A merge under way.
private struct Merge: Sendable {
  let failures: [StoredFailure]
  /// The copy of each run of the other store.
  var runs: [Int64: RunID] = [:]
  var count = MergeCount()

  mutating func take(_ item: StoredResult, into cell: CellID, _ connection: Connection) throws(StoreError) {
    guard let run = runs[item.run] else { return }
    let stored = try known(item.result.sampleID, cell, connection)
    if stored?.identity == item.result.identity {
      count.same += 1
      return
    }
    let evaluation = try ResultStore.insert(
      item.result, StoredPrompt(item.result.prompt), recordedAt: item.recordedAt, connection)
    let place = ResultPlace(cell: cell, sampleID: item.result.sampleID, identity: item.result.identity)
    try ResultStore.makeCurrent(evaluation, at: place, run: run, connection)
    guard let stored else {
      count.results += 1
      return
    }
    count.superseded += 1
    if stored.recordedAt > item.recordedAt {
      let newer = ResultPlace(cell: cell, sampleID: item.result.sampleID, identity: stored.identity)
      try ResultStore.makeCurrent(stored.evaluation, at: newer, run: RunID(stored.run), connection)
    }
  }

  mutating func takeFailures(
    of original: CellID, into cell: CellID, _ connection: Connection
  ) throws(StoreError) {
    for failure in failures where failure.cell == original {
      guard let run = runs[failure.run.rawValue] else { continue }
      let stored = try known(failure.sampleID, cell, connection)
      guard stored == nil else { continue }
      try ResultStore.insertFailure(failure.sampleID, cell, run, failure.message, Encoding.now(), connection)
      count.failures += 1
    }
  }

  private struct Known {
    let identity: String
    let evaluation: Int64
    let recordedAt: Double
    let run: Int64
  }

  private func known(
    _ sampleID: String, _ cell: CellID, _ connection: Connection
  ) throws(StoreError) -> Known? {
    try connection.first(
      """
      SELECT r.identity, r.evaluation, e.recorded_at, r.run
      FROM results r JOIN evaluations e ON e.id = r.evaluation
      WHERE r.cell = ? AND r.sample_id = ? AND r.current = 1
      """, [.integer(cell.rawValue), .text(sampleID)]
    ) { Known(identity: $0.text(0), evaluation: $0.integer(1), recordedAt: $0.real(2), run: $0.integer(3)) }
  }
}
