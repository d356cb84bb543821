public import Evaluation
import JSON
public import Store
import Text

/// Hands the samples of a store to other programs, a page at a time.
public struct Exporter: Sendable {
  let store: ResultStore
  /// Writes prompts, too.
  let withPrompts: Bool
  /// What the tasks say of their layouts.
  let tasks: TaskReports
  /// The classes of a LongBench dataset, which its scorer needs and no store holds.
  let classes: @Sendable (_ dataset: String) -> [String]?

  /// An exporter.
  ///
  /// - Parameters:
  ///   - store: the results.
  ///   - tasks: what the tasks say of their layouts.
  ///   - withPrompts: writes prompts, too.
  ///   - classes: the classes of a LongBench dataset; nil where its file is not there.
  public init(
    _ store: ResultStore, tasks: TaskReports = .none, withPrompts: Bool = false,
    classes: @escaping @Sendable (_ dataset: String) -> [String]? = { _ in nil }
  ) {
    self.store = store
    self.tasks = tasks
    self.withPrompts = withPrompts
    self.classes = classes
  }

  /// Writes the current results of the configuration that ran last.
  ///
  /// - Parameters:
  ///   - format: the layout.
  ///   - path: a file for `jsonl` and `csv`, a folder for the others.
  /// - Returns: what was written.
  /// - Throws: `ReportError`.
  public func write(_ format: ExportFormat, to path: String) throws(ReportError) -> ExportSummary {
    let cells = try fromStore { () throws(StoreError) in try store.currentCells() }
    guard !cells.isEmpty else { throw .nothingStored(path: store.path) }
    let sorted = cells.sorted { Evaluations.isBefore($0.record, $1.record) }
    switch format {
    case .jsonl: return try lines(sorted, path)
    case .csv: return try table(sorted, path)
    case .lmEval: return try HarnessExport(self, folder: path).write(sorted)
    case .longBench: return try LongBenchExport(self, folder: path).write(sorted)
    }
  }

  /// Calls a closure with each result of a cell, by the samples' names.
  func forEach(
    of cell: StoredCell, prompts: Bool, _ body: (SampleResult) throws(ReportError) -> Void
  ) throws(ReportError) {
    var walk = store.walk(over: [cell.id], withPrompts: prompts, withLogProbabilities: false)
    while let sample = try fromStore({ () throws(StoreError) in try walk.next() }) { try body(sample.result) }
  }

  private func lines(_ cells: [StoredCell], _ path: String) throws(ReportError) -> ExportSummary {
    let file = try LineFile(path)
    for cell in cells {
      try forEach(of: cell, prompts: withPrompts) { (sample) throws(ReportError) in
        try file.add(object(cell.record, sample).written(.compact))
      }
    }
    try file.finish()
    return ExportSummary(files: [path], sampleCount: file.lineCount, notes: [])
  }

  private func object(_ cell: CellRecord, _ sample: SampleResult) -> JSONValue {
    var members: [String: JSONValue] = [
      "model": .string(cell.model), "method": .string(cell.method), "task": .string(cell.task),
      "protocol": .string(cell.protocolName), "sample_id": .string(sample.sampleID),
      "coordinates": .object(Dictionary(cell.coordinates.map { ($0.name, JSONValue($0.value)) }) { $1 }),
      "prompt_tokens": .integer(sample.promptTokenCount), "truncated_tokens": .integer(sample.truncatedTokenCount),
      "output": JSONValue(sample.output), "expected": .array(sample.expected.map { .string($0) }),
      "facts": JSONValue(json: sample.facts) ?? .null, "finish_reason": JSONValue(sample.finishReason?.rawValue),
      "scores": .object(Dictionary(sample.scores.map { ($0.metric, $0.value.map { .number($0) } ?? .null) }) { $1 }),
      "unscored": .object(
        Dictionary(sample.scores.compactMap { score in score.unscored.map { (score.metric, .string($0)) } }) { $1 }),
      "seconds": .number(sample.durationSeconds), "computed_tokens": .integer(sample.computedTokenCount),
      "identity": .string(sample.identity),
    ]
    if withPrompts { members["prompt"] = .string(sample.prompt) }
    return .object(members)
  }

  private func table(_ cells: [StoredCell], _ path: String) throws(ReportError) -> ExportSummary {
    var axes: [String] = []
    for cell in cells {
      for coordinate in cell.record.coordinates where !axes.contains(coordinate.name) { axes.append(coordinate.name) }
    }
    let metrics = try fromStore { () throws(StoreError) in try store.metricNames() }
    let file = try LineFile(path)
    var header = CSV(
      ["model", "method", "task"] + axes + [
        "sample_id", "protocol", "prompt_tokens", "truncated_tokens", "output", "expected", "facts", "finish_reason",
        "seconds", "computed_tokens", "identity",
      ] + metrics.map { "score_\($0)" } + (withPrompts ? ["prompt"] : []))
    try file.add(header.takeLine())
    for cell in cells {
      let record = cell.record
      let place = axes.map { axis in record.coordinates.first { $0.name == axis }?.text ?? "" }
      try forEach(of: cell, prompts: withPrompts) { (sample) throws(ReportError) in
        let expected = JSONValue.array(sample.expected.map { .string($0) }).written(.compact)
        let scores = metrics.map { metric in CSV.number(sample.scores.first { $0.metric == metric }?.value) }
        header.add(
          [record.model, record.method, record.task] + place + [
            sample.sampleID, record.protocolName, "\(sample.promptTokenCount)", "\(sample.truncatedTokenCount)",
            sample.output ?? "", expected, sample.facts, sample.finishReason?.rawValue ?? "",
            "\(sample.durationSeconds)", "\(sample.computedTokenCount)", sample.identity,
          ] + scores + (withPrompts ? [sample.prompt] : []))
        try file.add(header.takeLine())
      }
    }
    try file.finish()
    return ExportSummary(files: [path], sampleCount: file.lineCount - 1, notes: [])
  }
}
