import Evaluation

/// A merge of one store into another under way; the caller holds both connections and the target's transaction.
struct Merge {
  let target: ResultStore
  let connection: Connection
  let other: ResultStore
  let source: Connection
  /// Where rows came from that this merge has brought in already.
  let origins: MergeOrigins
  private(set) var count = MergeCount()
  /// What the scores of the other store's cells are of.
  private var metrics: [Int64: [MetricDescription]] = [:]
  /// The copy of each run of the other store.
  private var runs: [RunID: RunID] = [:]
  /// The copy of each evaluation of the other store that was met; cells share evaluations.
  private var evaluations: [EvaluationID: EvaluationID] = [:]

  init(
    target: ResultStore, connection: Connection, other: ResultStore, source: Connection, origins: MergeOrigins
  ) {
    self.target = target
    self.origins = origins
    self.connection = connection
    self.other = other
    self.source = source
  }

  /// Copies everything.
  mutating func run() throws(StoreError) {
    for run in try other.readRuns(source) { try take(run) }
    for heartbeat in try other.readHeartbeats(source) { try take(heartbeat) }
    let planned = try plannedRuns()
    let cells = try other.storedCells(source)
    for cell in cells { metrics[cell.id.rawValue] = cell.record.metrics }
    let failures = Dictionary(grouping: try other.readFailures(source), by: \.cell)
    for cell in cells {
      let (id, isNew) = try ResultStore.findOrInsert(cell.record, connection)
      if isNew { count.cells += 1 }
      for run in planned[cell.id] ?? [] {
        if let run = runs[run] { try ResultStore.link(run, id, connection) }
      }
      try takeResults(of: cell, into: id)
      for failure in failures[cell.id] ?? [] { try take(failure, into: id) }
    }
    for call in try other.readCalls(source) where try known(call.evaluation.record) == nil {
      _ = try ResultStore.insert(
        call.evaluation.record, prompt: try copy(prompt: call.prompt), recordedAt: call.evaluation.recordedAt,
        connection)
    }
  }

  private mutating func take(_ run: StoredRun) throws(StoreError) {
    let known = try connection.first("SELECT id FROM runs WHERE uid = ?", [.text(run.uid)]) { RunID($0.integer(0)) }
    if let known {
      runs[run.id] = known
      guard let end = run.endedAt else { return }
      try connection.run(
        "UPDATE runs SET ended_at = ?, status = ? WHERE id = ? AND ended_at IS NULL",
        [.real(end), run.status.map { .integer(Int64($0)) } ?? .null, .integer(known.rawValue)])
      return
    }
    let copy = StoredRun(
      id: run.id, record: run.record, startedAt: run.startedAt, endedAt: run.endedAt, status: run.status, uid: run.uid,
      isMerged: true)
    runs[run.id] = try ResultStore.insert(copy, connection)
    count.runs += 1
  }

  private func take(_ stored: StoredHeartbeat) throws(StoreError) {
    guard let run = runs[stored.run] else { return }
    let known = try connection.first(
      "SELECT updated_at, samples_done FROM heartbeats WHERE run = ?", [.integer(run.rawValue)]
    ) { (updatedAt: $0.real(0), done: $0.count(1)) }
    // A clock that was set back does not make an older sign of one behind which more is done.
    if let known, known.updatedAt >= stored.updatedAt, known.done >= stored.heartbeat.doneSampleCount { return }
    try ResultStore.insert(stored.heartbeat, run, at: stored.updatedAt, connection)
  }

  private func plannedRuns() throws(StoreError) -> [CellID: [RunID]] {
    var runs: [CellID: [RunID]] = [:]
    try source.forEachRow("SELECT cell, run FROM run_cells ORDER BY cell, run") { row in
      runs[CellID(row.integer(0)), default: []].append(RunID(row.integer(1)))
    }
    return runs
  }

  /// Copies the results of a cell that the target does not have.
  ///
  /// Identities, times and a digest of the numbers are compared first, so that only what is new, or was changed since, is
  /// taken apart.
  private mutating func takeResults(of cell: StoredCell, into id: CellID) throws(StoreError) {
    let known = try Self.outlines(of: id, connection)
    let all = try Self.outlines(of: cell.id, source)
    let wanted = all.filter { known[$0.key]?.isCopy(of: $0.value) != true }
    count.same += all.count - wanted.count
    let columns = SampleColumns(prompts: false, logProbabilities: true)
    for (_, outline) in wanted.sorted(by: { $0.key < $1.key }) {
      let scores = try other.scores(
        source, "\(ResultStore.selectScores) WHERE scoring = ? ORDER BY scoring, ordinal", [.integer(outline.scoring)])
      let found = try source.first("\(columns.select) WHERE r.id = ?", [.integer(outline.row)]) {
        (row) throws(StoreError) in
        (
          sample: try other.sample(row, scores: scores[outline.scoring] ?? [], metrics),
          prompt: row.integer(SampleColumns.prompt)
        )
      }
      if let found { try take(found.sample, prompt: found.prompt, of: cell.record, into: id) }
    }
  }

  /// What tells one current result from another without reading it.
  private struct Outline {
    let row: Int64
    let scoring: Int64
    let evaluationIdentity: String?
    let legacyIdentity: String?
    let scoringIdentity: String?
    let evaluatedAt: Double
    let scoredAt: Double
    /// Of outputs, log-probabilities and scores as the store has them; of this process only.
    let digest: Int

    func isCopy(of other: Outline) -> Bool {
      evaluationIdentity == other.evaluationIdentity && scoringIdentity == other.scoringIdentity
        && legacyIdentity == other.legacyIdentity && evaluatedAt == other.evaluatedAt && scoredAt == other.scoredAt
        && digest == other.digest
    }
  }

  private static func outlines(of cell: CellID, _ connection: Connection) throws(StoreError) -> [String: Outline] {
    var outlines: [String: Outline] = [:]
    var scores: [Int64: Hasher] = [:]
    try connection.forEachRow(
      """
      \(ResultStore.selectScores) WHERE scoring IN (SELECT scoring FROM results WHERE cell = ? AND current = 1)
      ORDER BY scoring, ordinal
      """, [.integer(cell.rawValue)]
    ) { row in
      for column: Int32 in 1...4 { row.value(column).hash(into: &scores[row.integer(0), default: Hasher()]) }
    }
    try connection.forEachRow(
      """
      SELECT r.sample_id, r.id, r.scoring, e.identity, e.legacy_identity, s.identity, e.recorded_at, s.recorded_at,
        e.output, e.output_tokens, e.finish_reason, e.choice_counts, e.log_probabilities
      FROM results r JOIN evaluations e ON e.id = r.evaluation JOIN scorings s ON s.id = r.scoring
      WHERE r.cell = ? AND r.current = 1
      """, [.integer(cell.rawValue)]
    ) { row in
      var digest = scores[row.integer(2)] ?? Hasher()
      for column: Int32 in 8...12 { row.value(column).hash(into: &digest) }
      outlines[row.text(0)] = Outline(
        row: row.integer(1), scoring: row.integer(2), evaluationIdentity: row.optionalText(3),
        legacyIdentity: row.optionalText(4), scoringIdentity: row.optionalText(5), evaluatedAt: row.real(6),
        scoredAt: row.real(7), digest: digest.finalize())
    }
    return outlines
  }

  private mutating func take(
    _ sample: StoredSample, prompt: Int64, of record: CellRecord, into cell: CellID
  ) throws(StoreError) {
    guard let run = runs[sample.run] else { return }
    let evaluation = try evaluation(for: sample, prompt: prompt, record)
    let scoring = try scoring(for: sample, of: evaluation, record)
    let place = ResultPlace(cell: cell, sampleID: sample.sampleID)
    guard let known = try known(at: place) else {
      try ResultStore.makeCurrent(evaluation, scoring, at: place, run: run, connection)
      count.results += 1
      return
    }
    if known.evaluation == evaluation, known.scoring == scoring {
      count.same += 1
      return
    }
    count.superseded += 1
    let isNewer =
      known.evaluation == evaluation
      ? sample.scoredAt >= known.scoredAt : sample.evaluation.recordedAt >= known.evaluatedAt
    if isNewer {
      try ResultStore.makeCurrent(evaluation, scoring, at: place, run: run, connection)
    } else {
      try connection.run(
        "INSERT OR IGNORE INTO results (cell, sample_id, evaluation, scoring, run, current) VALUES (?, ?, ?, ?, ?, 0)",
        [
          .integer(cell.rawValue), .text(sample.sampleID), .integer(evaluation.rawValue), .integer(scoring.rawValue),
          .integer(run.rawValue),
        ])
    }
  }

  private mutating func take(_ failure: StoredFailure, into cell: CellID) throws(StoreError) {
    guard let run = runs[failure.run] else { return }
    guard try known(at: ResultPlace(cell: cell, sampleID: failure.sampleID)) == nil else { return }
    try ResultStore.insertFailure(failure.sampleID, cell, run, failure.message, Encoding.now(), connection)
    count.failures += 1
  }

  private struct Known {
    let evaluation: EvaluationID
    let scoring: ScoringID
    let evaluatedAt: Double
    let scoredAt: Double
  }

  /// The target's current result for a sample.
  private func known(at place: ResultPlace) throws(StoreError) -> Known? {
    try connection.first(
      """
      SELECT r.evaluation, r.scoring, e.recorded_at, s.recorded_at
      FROM results r JOIN evaluations e ON e.id = r.evaluation JOIN scorings s ON s.id = r.scoring
      WHERE r.cell = ? AND r.sample_id = ? AND r.current = 1
      """, [.integer(place.cell.rawValue), .text(place.sampleID)]
    ) {
      Known(
        evaluation: EvaluationID($0.integer(0)), scoring: ScoringID($0.integer(1)), evaluatedAt: $0.real(2),
        scoredAt: $0.real(3))
    }
  }
}

extension Merge {
  /// The target's row of an evaluation: known and equal, or copied.
  private mutating func evaluation(
    for sample: StoredSample, prompt: Int64, _ cell: CellRecord
  ) throws(StoreError) -> EvaluationID {
    if let copy = evaluations[sample.evaluation.id] { return copy }
    let record = sample.evaluation.record
    let id: EvaluationID
    if let known = try known(record) {
      if let difference = EvaluationDifference(known.record, record) {
        throw conflict(
          sample, cell, record.identity ?? record.legacyIdentity ?? "", difference,
          with: origins.origin(of: known.id))
      }
      id = known.id
      try connection.run(
        """
        UPDATE evaluations SET identity = coalesce(identity, ?), legacy_identity = coalesce(legacy_identity, ?),
          choice_counts = coalesce(choice_counts, ?)
        WHERE id = ? AND (identity IS NULL OR (legacy_identity IS NULL AND ? IS NOT NULL))
        """,
        [
          .optional(record.identity), .optional(record.legacyIdentity),
          .optional(record.choiceCounts.map { Encoding.json($0) }), .integer(id.rawValue),
          .optional(record.legacyIdentity),
        ])
    } else {
      id = try ResultStore.insert(
        record, prompt: try copy(prompt: prompt), recordedAt: sample.evaluation.recordedAt, connection)
    }
    evaluations[sample.evaluation.id] = id
    return id
  }

  /// The target's evaluation with the same identity, of either kind.
  private func known(_ record: EvaluationRecord) throws(StoreError) -> StoredEvaluation? {
    let columns = SampleColumns(prompts: false, logProbabilities: true)
    for (column, identity) in [("identity", record.identity), ("legacy_identity", record.legacyIdentity)] {
      guard let identity else { continue }
      let found = try connection.first(
        "\(columns.selectEvaluation) WHERE e.\(column) = ? ORDER BY e.id DESC LIMIT 1", [.text(identity)]
      ) { (row) throws(StoreError) in try target.evaluation(row) }
      if let found { return found }
    }
    return nil
  }

  /// Copies a prompt as it is, compressed.
  private func copy(prompt: Int64) throws(StoreError) -> Int64 {
    let found = try source.first(
      "SELECT sha256, byte_count, codec, content FROM prompts WHERE id = ?", [.integer(prompt)]
    ) { (row) throws(StoreError) in
      StoredPrompt(
        sha256: row.text(0), byteCount: try other.count(row, 1, "prompts", prompt), codec: row.integer(2),
        content: row.blob(3))
    }
    guard let found,
      StoredPrompt.text(codec: found.codec, byteCount: found.byteCount, content: found.content) != nil
    else { throw other.damaged("prompts", prompt, "it is missing or cannot be decompressed") }
    return try ResultStore.insert(found, connection)
  }

  /// The target's row of a scoring: known and equal, or copied.
  private func scoring(
    for sample: StoredSample, of evaluation: EvaluationID, _ cell: CellRecord
  ) throws(StoreError) -> ScoringID {
    var record = sample.scoring
    // A store of schema 1 that is only read does not say it in each row.
    if record.protocolName.isEmpty { record.protocolName = cell.protocolName }
    if let known = try target.scoring(of: evaluation, identity: record.identity, connection) {
      let scores = try target.scores(
        connection, "\(ResultStore.selectScores) WHERE scoring = ? ORDER BY scoring, ordinal",
        [.integer(known.rawValue)])
      if let difference = EvaluationDifference(scores[known.rawValue] ?? [], record.scores) {
        throw conflict(sample, cell, record.identity ?? "", difference, with: origins.origin(of: known))
      }
      return known
    }
    return try target.findOrInsert(record, of: evaluation, recordedAt: sample.scoredAt, connection)
  }

  private func conflict(
    _ sample: StoredSample, _ cell: CellRecord, _ identity: String, _ difference: EvaluationDifference,
    with origin: String?
  ) -> StoreError {
    .conflict(
      MergeConflict(
        target: origin ?? target.path, source: other.path,
        cell: "\(cell.model) \(cell.method) \(cell.task) \(cell.coordinates.label)",
        sampleID: sample.sampleID, identity: identity, what: difference.what, inTarget: difference.first,
        inSource: difference.second))
  }
}
