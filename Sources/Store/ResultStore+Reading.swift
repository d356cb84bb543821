import Evaluation

extension ResultStore {
  /// The current results of a cell, by sample name.
  ///
  /// - Parameters:
  ///   - cell: The cell.
  ///   - withPrompts: False leaves `prompt` empty and saves decompressing it.
  ///   - withLogProbabilities: False leaves `logProbabilities` nil.
  /// - Returns: The results, in the order of their sample names.
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func results(
    in cell: CellID, withPrompts: Bool, withLogProbabilities: Bool
  ) throws(StoreError) -> [SampleResult] {
    try samples(in: cell, withPrompts: withPrompts, withLogProbabilities: withLogProbabilities).map(\.result)
  }

  /// The current results of many cells in one reading: about a second for 100,000 samples without prompts and
  /// log-probabilities.
  ///
  /// - Parameters:
  ///   - cells: The cells; one without results is missing in what is returned.
  ///   - withPrompts: False leaves `prompt` empty and saves decompressing it.
  ///   - withLogProbabilities: False leaves `logProbabilities` nil.
  /// - Returns: The results of each cell, in the order of their sample names.
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func results(
    inAll cells: [CellID], withPrompts: Bool, withLogProbabilities: Bool
  ) throws(StoreError) -> [CellID: [SampleResult]] {
    let columns = SampleColumns(prompts: withPrompts, logProbabilities: withLogProbabilities)
    return try byCell(cells, columns.select) { (row, scores, metrics) throws(StoreError) in
      try self.result(row, scores: scores[row.integer(SampleColumns.scoring)] ?? [], metrics)
    }
  }

  /// The current results of many cells as a report wants them: without prompts, and log-probabilities are looked at, so
  /// that damage is found, but not kept.
  ///
  /// - Parameter cells: The cells; one without results is missing in what is returned.
  /// - Returns: The results of each cell, in the order of their sample names.
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func checkedResults(inAll cells: [CellID]) throws(StoreError) -> [CellID: [SampleResult]] {
    let columns = SampleColumns(prompts: false, logProbabilities: true)
    return try byCell(cells, columns.select) { (row, scores, metrics) throws(StoreError) in
      var result = try self.result(row, scores: scores[row.integer(SampleColumns.scoring)] ?? [], metrics)
      result.logProbabilities = nil
      return result
    }
  }

  /// The scores of the current results of many cells in one reading; what the models answered is not looked at.
  ///
  /// - Parameter cells: The cells; one without results is missing in what is returned.
  /// - Returns: The scores of each cell, in the order of the sample names.
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func scoredSamples(inAll cells: [CellID]) throws(StoreError) -> [CellID: [ScoredSample]] {
    let select = "SELECT r.cell, r.sample_id, r.scoring, s.facts FROM results r JOIN scorings s ON s.id = r.scoring"
    return try byCell(cells, select) { (row, scores, metrics) throws(StoreError) in
      let scoring = row.integer(2)
      let own = scores[scoring] ?? []
      try self.check(own, scoring, of: row, metrics)
      return ScoredSample(sampleID: row.text(1), facts: row.text(3), scores: own)
    }
  }

  /// What a closure makes of the rows of current results whose first columns are cell and sample, by cell.
  private func byCell<Item: Sendable>(
    _ cells: [CellID], _ select: String,
    _ make: (Statement, [Int64: [Score]], [Int64: [MetricDescription]]) throws(StoreError) -> Item
  ) throws(StoreError) -> [CellID: [Item]] {
    let wanted = Set(cells)
    return try snapshot { (connection) throws(StoreError) in
      let scores = try self.scores(connection, "\(Self.selectScores) ORDER BY scoring, ordinal", [])
      let metrics = try self.metrics(connection, of: wanted)
      var items: [CellID: [Item]] = [:]
      var current: (cell: Int64, isWanted: Bool, items: [Item]) = (-1, false, [])
      try connection.forEachRow("\(select) WHERE r.current = 1 ORDER BY r.cell, r.sample_id") {
        (row) throws(StoreError) in
        let cell = row.integer(0)
        if cell != current.cell {
          if !current.items.isEmpty { items[CellID(current.cell)] = current.items }
          current = (cell, wanted.contains(CellID(cell)), [])
        }
        if current.isWanted { current.items.append(try make(row, scores, metrics)) }
      }
      if !current.items.isEmpty { items[CellID(current.cell)] = current.items }
      return items
    }
  }

  /// The prompts of a cell's current results, by sample.
  ///
  /// - Throws: `StoreError` when the store cannot be read or a prompt is damaged.
  public func prompts(in cell: CellID) throws(StoreError) -> [String: String] {
    try locked { (connection) throws(StoreError) in
      var prompts: [String: String] = [:]
      try connection.forEachRow(
        """
        SELECT r.sample_id, e.id, p.id, p.codec, p.byte_count, p.content
        FROM results r JOIN evaluations e ON e.id = r.evaluation JOIN prompts p ON p.id = e.prompt
        WHERE r.cell = ? AND r.current = 1 ORDER BY r.sample_id
        """, [.integer(cell.rawValue)]
      ) { (row) throws(StoreError) in
        prompts[row.text(0)] = try self.prompt(row, 3, of: row.integer(1), row: row.integer(2))
      }
      return prompts
    }
  }

  /// The log-probabilities of a cell's current results, by sample; those without any are left out.
  ///
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func logProbabilities(in cell: CellID) throws(StoreError) -> [String: [Float]] {
    try locked { (connection) throws(StoreError) in
      var values: [String: [Float]] = [:]
      try connection.forEachRow(
        """
        SELECT r.sample_id, e.id, e.log_probabilities FROM results r JOIN evaluations e ON e.id = r.evaluation
        WHERE r.cell = ? AND r.current = 1 AND e.log_probabilities IS NOT NULL ORDER BY r.sample_id
        """, [.integer(cell.rawValue)]
      ) { (row) throws(StoreError) in
        values[row.text(0)] = try self.logProbabilities(
          row, 2, row.integer(1), of: " of the sample \(row.text(0))")
      }
      return values
    }
  }

  /// The current results of a cell with evaluation and scoring apart, by sample name.
  ///
  /// - Parameters:
  ///   - cell: The cell.
  ///   - withPrompts: False leaves `prompt` empty and saves decompressing it.
  ///   - withLogProbabilities: False leaves `logProbabilities` nil.
  /// - Returns: The results, in the order of their sample names.
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func samples(
    in cell: CellID, withPrompts: Bool, withLogProbabilities: Bool
  ) throws(StoreError) -> [StoredSample] {
    let columns = SampleColumns(prompts: withPrompts, logProbabilities: withLogProbabilities)
    return try snapshot { (connection) throws(StoreError) in
      let scores = try self.scores(
        connection,
        """
        \(Self.selectScores) WHERE scoring IN (SELECT scoring FROM results WHERE cell = ? AND current = 1)
        ORDER BY scoring, ordinal
        """, [.integer(cell.rawValue)])
      return try read(
        connection, of: cell, "\(columns.select) WHERE r.cell = ? AND r.current = 1 ORDER BY r.sample_id",
        [.integer(cell.rawValue)], scores)
    }
  }

  /// The names of all metrics that have a score, in the order of their letters.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func metricNames() throws(StoreError) -> [String] {
    try locked { (connection) throws(StoreError) in
      var names: [String] = []
      try connection.forEachRow("SELECT DISTINCT metric FROM scores ORDER BY metric") { names.append($0.text(0)) }
      return names
    }
  }

  /// Walks over current results, a page at a time: neither the whole store nor a lock is held meanwhile, so that what is
  /// walked over may be changed.
  ///
  /// - Parameters:
  ///   - cells: The cells, in this order.
  ///   - withPrompts: False leaves `prompt` empty and saves decompressing it.
  ///   - withLogProbabilities: False leaves `logProbabilities` nil.
  /// - Returns: A walk that has not begun.
  public func walk(over cells: [CellID], withPrompts: Bool, withLogProbabilities: Bool) -> SampleWalk {
    SampleWalk(
      store: self, cells: cells,
      columns: SampleColumns(prompts: withPrompts, logProbabilities: withLogProbabilities))
  }

  /// A page of a cell's current results, from the first one after a sample's name.
  func page(
    of cell: CellID, after name: String?, count: Int, _ columns: SampleColumns
  ) throws(StoreError) -> [StoredSample] {
    let condition = name == nil ? "" : "AND sample_id > ?"
    let page = "FROM results WHERE cell = ? AND current = 1 \(condition) ORDER BY sample_id LIMIT \(count)"
    let values: [SQLValue] = [.integer(cell.rawValue)] + (name.map { [.text($0)] } ?? [])
    return try snapshot { (connection) throws(StoreError) in
      let scores = try self.scores(
        connection,
        "\(Self.selectScores) WHERE scoring IN (SELECT scoring \(page)) ORDER BY scoring, ordinal", values)
      return try read(
        connection, of: cell, "\(columns.select) WHERE r.id IN (SELECT id \(page)) ORDER BY r.sample_id", values, scores
      )
    }
  }

  private func read(
    _ connection: Connection, of cell: CellID, _ sql: String, _ values: [SQLValue], _ scores: [Int64: [Score]]
  ) throws(StoreError) -> [StoredSample] {
    let metrics = try self.metrics(connection, of: [cell])
    var samples: [StoredSample] = []
    try connection.forEachRow(sql, values) { (row) throws(StoreError) in
      samples.append(try self.sample(row, scores: scores[row.integer(SampleColumns.scoring)] ?? [], metrics))
    }
    return samples
  }

  /// Scores by scoring, from rows of the table `scores` that are sorted by scoring and ordinal.
  func scores(
    _ connection: Connection, _ sql: String, _ values: [SQLValue]
  ) throws(StoreError) -> [Int64: [Score]] {
    var scores: [Int64: [Score]] = [:]
    var current: (scoring: Int64, scores: [Score]) = (-1, [])
    try connection.forEachRow(sql, values) { (row) throws(StoreError) in
      let scoring = row.integer(0)
      if scoring != current.scoring {
        if !current.scores.isEmpty { scores[current.scoring] = current.scores }
        current = (scoring, [])
      }
      current.scores.append(try score(row))
    }
    if !current.scores.isEmpty { scores[current.scoring] = current.scores }
    return scores
  }
}

extension ResultStore {
  /// What `score(_:)` reads.
  static let selectScores = "SELECT scoring, ordinal, metric, value, unscored FROM scores"

  /// The score in a row.
  func score(_ row: Statement) throws(StoreError) -> Score {
    let scoring = row.integer(0)
    let metric = try text(row, 2, "scores", scoring)
    let value = try scoreValue(row, 3, metric, scoring)
    guard (value == nil) != row.isNull(4) else {
      throw damaged("scores", scoring, "\(metric) has a value and a reason for none, or neither")
    }
    return Score(metric: metric, value: value, unscored: row.isNull(4) ? nil : try text(row, 4, "scores", scoring))
  }
}

/// A walk over the current results of cells; one caller at a time.
public struct SampleWalk: Sendable {
  private static let pageSize = 200
  private let store: ResultStore
  private let columns: SampleColumns
  private var cells: ArraySlice<CellID>
  private var page: ArraySlice<StoredSample> = []
  private var lastName: String?

  init(store: ResultStore, cells: [CellID], columns: SampleColumns) {
    self.store = store
    self.columns = columns
    self.cells = cells[...]
  }

  /// The next result, nil after the last one.
  ///
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public mutating func next() throws(StoreError) -> StoredSample? {
    while page.isEmpty {
      guard let cell = cells.first else { return nil }
      let next = try store.page(of: cell, after: lastName, count: Self.pageSize, columns)
      // SQLite puts whatever is no text behind every text: a page that begins there would come again and again.
      if let lastName, let last = next.last?.sampleID, !lastName.utf8.lexicographicallyPrecedes(last.utf8) {
        throw store.damaged("cells", cell.rawValue, "a sample's name in its results does not follow the one before")
      }
      page = next[...]
      lastName = next.last?.sampleID
      if page.isEmpty { cells.removeFirst() }
    }
    return page.removeFirst()
  }
}
