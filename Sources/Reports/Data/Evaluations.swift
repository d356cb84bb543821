import Evaluation
import JSON
import Metrics
import Store
import Text

/// A cell with what is stored of it; prompts and log-probabilities stay in the store.
struct LoadedCell: Sendable {
  let id: CellID
  let record: CellRecord
  /// What the task's entry is called.
  let entry: String
  let samples: [LoadedSample]
  let failures: [StoredFailure]
  /// The samples that the last run that planned it wanted: all, or as many as its `--limit`; what a limit left out is not
  /// missing.
  let wantedCount: Int
  private let known = CellFindings()

  init(
    id: CellID, record: CellRecord, entry: String? = nil, samples: [LoadedSample], failures: [StoredFailure],
    limit: Int? = nil
  ) {
    (self.id, self.record, self.samples, self.failures) = (id, record, samples, failures)
    self.entry = entry ?? record.task
    wantedCount = limit.map { min(record.sampleCount, max($0, samples.count + failures.count)) } ?? record.sampleCount
  }

  /// Neither stored nor failed.
  var missingCount: Int { max(0, wantedCount - samples.count - failures.count) }

  /// The coordinates in one text, for example `length=4096,depth=0.5`.
  var place: String { record.coordinates.label }

  func coordinate(_ name: String) -> String? { record.coordinates.first { $0.name == name }?.text }

  /// The cell's own number for one of its metrics.
  func aggregate(_ metric: MetricDescription) -> Aggregate { [self].aggregate(metric) }

  /// What the samples contribute, and how many do not.
  func contributions(_ metric: MetricDescription) -> Contributions {
    known.contributions(metric) {
      var found = Contributions()
      found.scored.reserveCapacity(samples.count)
      for sample in samples {
        if let item = sample.contribution(metric) {
          found.scored.append(item)
        } else {
          found.unscored += 1
        }
      }
      return found
    }
  }

  /// The number of cells of which this is the first.
  fileprivate func aggregate(_ cells: [LoadedCell], _ metric: MetricDescription) -> Aggregate {
    known.aggregate(cells.map(\.id), metric) {
      let found = cells.contributions(metric)
      return Aggregate(
        estimate: metric.estimate(found.scored), unscored: found.unscored,
        failed: cells.reduce(0) { $0 + $1.failures.count }, expected: cells.reduce(0) { $0 + $1.record.sampleCount },
        wanted: cells.reduce(0) { $0 + $1.wantedCount })
    }
  }

  /// For messages.
  var name: String { "\(record.model) \(record.method) \(entry) \(place)" }
}

/// A stored sample with its facts read.
///
/// A class, as tables hand a hundred thousand of them on.
final class LoadedSample: Sendable {
  let result: SampleResult
  let facts: SampleFacts

  init(result: SampleResult, facts: SampleFacts) {
    self.result = result
    self.facts = facts
  }

  var document: String? { facts.document }

  /// What the sample adds to a metric; nil when it has no value for it.
  func contribution(_ metric: MetricDescription) -> Contribution? {
    metric.contribution(of: result.scores, sampleID: result.sampleID, document: document)
  }
}

extension [LoadedCell] {
  /// What the samples of all cells contribute, and how many do not.
  func contributions(_ metric: MetricDescription) -> Contributions {
    if count == 1 { return self[0].contributions(metric) }
    var all = Contributions()
    for cell in self {
      let own = cell.contributions(metric)
      all.scored += own.scored
      all.unscored += own.unscored
    }
    return all
  }

  /// One number over all samples of all cells.
  func aggregate(_ metric: MetricDescription) -> Aggregate {
    first?.aggregate(self, metric) ?? Aggregate()
  }
}

/// Everything that a report is made of, read from the store once.
struct Evaluations: Sendable {
  let path: String
  let run: RunRecord?
  /// What the last run says of its machine; of shards, what the last run of each says, where they differ one after another.
  let environment: [String: String]
  /// Sorted by model, task, settings, method and coordinates: the order of insertion differs between shards.
  let cells: [LoadedCell]

  /// Everything of a store, or of the cells of some methods.
  init(_ store: ResultStore, methods: Set<String>? = nil) throws(ReportError) {
    path = store.path
    let run = try fromStore { () throws(StoreError) in try store.latestRun()?.record }
    self.run = run
    let runs = try fromStore { () throws(StoreError) in try store.runs() }
    environment = Self.environment(run, runs.map(\.record))
    let stored = try fromStore { () throws(StoreError) in try store.currentCells() }
      .filter { methods?.contains($0.record.method) ?? true }
    guard !stored.isEmpty else { throw .nothingStored(path: store.path) }
    let failures = Dictionary(
      grouping: try fromStore { () throws(StoreError) in try store.failures() }, by: \.cell)
    let results = try fromStore { () throws(StoreError) in
      try store.checkedResults(inAll: stored.map(\.id))
    }
    let path = path
    let limits = try Self.limits(runs, store)
    let limit = Self.sampleLimit(of: run)
    let groups = Self.groups(stored)
    let entries = TaskEntries(stored.map { ($0.record.task, $0.record.settings) })
    let orders = NaturalOrders()
    let loaded = Concurrently.map(groups.count) { index -> Result<[LoadedCell], ReportError> in
      var facts = FactsReader(path: path)
      var cells: [LoadedCell] = []
      for cell in groups[index] {
        let own = Result<LoadedCell, ReportError> { () throws(ReportError) in
          let samples = try facts.samples(results[cell.id] ?? [], of: cell)
          return LoadedCell(
            id: cell.id, record: cell.record, entry: entries.label(cell.record.task, cell.record.settings),
            samples: orders.sorted(samples) { $0.result.sampleID },
            failures: NaturalOrder.sorted(failures[cell.id] ?? []) { $0.sampleID }, limit: limits[cell.id] ?? limit)
        }
        switch own {
        case .success(let cell): cells.append(cell)
        case .failure(let error): return .failure(error)
        }
      }
      return .success(cells)
    }
    var cells: [LoadedCell] = []
    for group in loaded { cells += try group.get() }
    self.cells = cells.sorted { Self.isBefore($0.record, $1.record) }
  }

  /// The limit of the last run that planned a cell, or nil where it had none: a later run of other cells says nothing of it.
  private static func limits(_ runs: [StoredRun], _ store: ResultStore) throws(ReportError) -> [CellID: Int?] {
    let limits = Dictionary(runs.map { ($0.id, Self.sampleLimit(of: $0.record)) }) { $1 }
    return try fromStore { () throws(StoreError) in try store.lastRuns() }.mapValues { limits[$0] ?? nil }
  }

  private static func environment(_ latest: RunRecord?, _ runs: [RunRecord]) -> [String: String] {
    guard let latest, let shard = latest.shard else { return latest?.environment ?? [:] }
    var parts: [Int: RunRecord] = [:]
    for run in runs where run.configurationHash == latest.configurationHash && run.shard?.count == shard.count {
      if let index = run.shard?.index { parts[index] = run }
    }
    var values: [String: [String]] = [:]
    for (_, part) in parts.sorted(by: { $0.key < $1.key }) {
      for (name, value) in part.environment where values[name]?.contains(value) != true {
        values[name, default: []].append(value)
      }
    }
    return values.mapValues { $0.joined(separator: "; ") }
  }

  /// The cells of one place after each other: whatever the method, their samples have the same facts.
  private static func groups(_ cells: [StoredCell]) -> [[StoredCell]] {
    var numbers: [[String]: Int] = [:]
    var groups: [[StoredCell]] = []
    for cell in cells {
      let record = cell.record
      let place = [record.model, record.task, record.settings, record.coordinates.label]
      if let number = numbers[place] {
        groups[number].append(cell)
      } else {
        numbers[place] = groups.count
        groups.append([cell])
      }
    }
    return groups
  }

  /// True where every planned sample is stored and has a score for its table's metric, whatever a limit left out.
  var isComplete: Bool {
    cells.allSatisfy { cell in
      cell.record.metrics.first.map { metric in cell.aggregate(metric).count == cell.record.sampleCount } ?? true
    }
  }

  /// The samples of each cell that the last run was limited to (`--limit`); nil for none.
  var sampleLimit: Int? { Self.sampleLimit(of: run) }

  private static func sampleLimit(of run: RunRecord?) -> Int? { run?.environment["limit"].flatMap { Int($0) } }

  /// What the entries of the tasks are called.
  var entries: TaskEntries { TaskEntries(cells.map { ($0.record.task, $0.record.settings) }) }

  /// The entries' names, each once, in the order of the report.
  var entryNames: [String] {
    var seen: Set<String> = []
    return cells.map(\.entry).filter { seen.insert($0).inserted }
  }

  /// What the configuration leaves to be chosen by length; nil where that is nothing, or more than one thing.
  var automatic: AutomaticMethod? {
    let configured = run.flatMap { JSONValue(json: $0.configuration)?["methods"]?.texts } ?? []
    return AutomaticMethod(configured: configured)
  }

  /// The models, tasks and methods, each once, in the order of the report.
  func names(_ key: KeyPath<CellRecord, String>) -> [String] {
    let names = Set(cells.map { $0.record[keyPath: key] })
    return names.sorted(by: key == \.method ? StoredMethod.isBefore : NaturalOrder.isBefore)
  }

  static func isBefore(_ a: CellRecord, _ b: CellRecord) -> Bool {
    if a.model != b.model { return NaturalOrder.isBefore(a.model, b.model) }
    if a.task != b.task { return NaturalOrder.isBefore(a.task, b.task) }
    if a.settings != b.settings { return NaturalOrder.isBefore(a.settings, b.settings) }
    if a.method != b.method { return StoredMethod.isBefore(a.method, b.method) }
    for (x, y) in zip(a.coordinates, b.coordinates) where x != y { return NaturalOrder.isBefore(x.text, y.text) }
    return a.coordinates.count < b.coordinates.count
  }
}
