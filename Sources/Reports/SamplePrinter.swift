public import Evaluation
import JSON
public import Store
import Text

/// Lists the stored samples of cells: prompt, output, expected answers and scores.
public struct SamplePrinter: Sendable {
  /// What to print of which samples.
  public struct Options: Hashable, Sendable {
    /// Which samples: cells as in every command, and the keys `protocol` and `sample`.
    public var selection: Selection
    /// The whole prompt instead of its beginning and end.
    public var showsFullPrompt: Bool
    /// Only samples that are not right: accuracy below 1, no score, or failed.
    public var showsOnlyWrong: Bool
    /// At most this many samples, nil for all.
    public var limit: Int?

    /// Options, by default every sample with its prompt shortened.
    public init(
      selection: Selection = Selection(), showsFullPrompt: Bool = false, showsOnlyWrong: Bool = false, limit: Int? = nil
    ) {
      self.selection = selection
      self.showsFullPrompt = showsFullPrompt
      self.showsOnlyWrong = showsOnlyWrong
      self.limit = limit
    }
  }

  /// Keys that only this command has.
  private static let ownKeys: Set<String> = ["protocol", "sample"]
  /// Characters that are left of each end of a shortened prompt.
  private static let endLength = 240

  private let store: ResultStore

  /// A printer of a store.
  public init(store: ResultStore) { self.store = store }

  /// The samples as text, cell by cell.
  ///
  /// - Parameter options: Which samples, and how much of them.
  /// - Returns: A block for each sample, and a last line with the count; control characters are shown, not acted on.
  /// - Throws: `ReportError`: the store cannot be read, a filter's key is unknown, or no cell matches.
  public func text(_ options: Options) throws(ReportError) -> String {
    let listed = try listing(options)
    var blocks = listed.samples.map { block($0, full: options.showsFullPrompt) }
    let rest = listed.total - listed.samples.count
    blocks.append("\(listed.samples.count) samples" + (rest > 0 ? ", \(rest) more not shown" : ""))
    return VisibleText.escaped(blocks.joined(separator: "\n\n") + "\n")
  }

  /// The samples as JSON, one object to a line, with the whole prompt.
  ///
  /// - Parameter options: Which samples.
  /// - Returns: Lines of JSON with sorted keys.
  /// - Throws: `ReportError`: the store cannot be read, a filter's key is unknown, or no cell matches.
  public func json(_ options: Options) throws(ReportError) -> String {
    try listing(options).samples.map {
      // Settings are stored as a text; here they stand as what they are. Facts stay a text: scripts read them so.
      JSONValue.text(of: $0, .compact, unfolding: ["settings"]) + "\n"
    }.joined()
  }

  private struct Listed: Encodable {
    let cell: CellRecord
    /// What the task's entry is called.
    let entry: String
    let result: SampleResult?
    let failedSample: String?
    let failure: String?

    private enum Keys: CodingKey { case cell, entry, result, failedSample, failure }
    private struct NoResult: Encodable {
      let sampleID: String
      let scores: [Score] = []
    }

    /// Every line has a `result` with the sample's name and its scores; a failed sample has none of them.
    func encode(to encoder: any Encoder) throws {
      var line = encoder.container(keyedBy: Keys.self)
      try line.encode(cell, forKey: .cell)
      try line.encode(entry, forKey: .entry)
      try line.encodeIfPresent(result, forKey: .result)
      if let failedSample { try line.encode(NoResult(sampleID: failedSample), forKey: .result) }
      try line.encodeIfPresent(failedSample, forKey: .failedSample)
      try line.encodeIfPresent(failure, forKey: .failure)
    }
  }

  private func listing(_ options: Options) throws(ReportError) -> (samples: [Listed], total: Int) {
    let all = try fromStore { () throws(StoreError) in try store.currentCells() }
    guard !all.isEmpty else { throw .nothingStored(path: store.path) }
    let places = options.selection.without(Self.ownKeys)
    let entries = TaskEntries(all.map { ($0.record.task, $0.record.settings) })
    do { try places.check(against: all.map { Self.label(of: $0.record, entries) }) } catch { throw .selection(error) }
    let cells = all.filter {
      places.accepts(Self.label(of: $0.record, entries))
        && options.selection.accepts($0.record.protocolName, under: "protocol")
    }
    let asked = options.selection.keys.flatMap { key in
      (options.selection.accepted(under: key) ?? []).map { "\(key)=\($0)" }
    }.joined(separator: ",")
    guard !cells.isEmpty else { throw .noSuchCell(filter: asked, path: store.path) }
    let failures = try fromStore { () throws(StoreError) in try store.failures() }
    let wanted = options.selection.accepted(under: "sample")
    var listed: [Listed] = []
    var total = 0
    for cell in cells {
      let isOpen = options.limit.map { listed.count < $0 } ?? true
      let results = try fromStore { () throws(StoreError) in
        try store.results(in: cell.id, withPrompts: isOpen, withLogProbabilities: false)
      }
      let entry = entries.label(cell.record.task, cell.record.settings)
      var found = results.map { Listed(cell: cell.record, entry: entry, result: $0, failedSample: nil, failure: nil) }
      found += failures.filter { $0.cell == cell.id }
        .map { Listed(cell: cell.record, entry: entry, result: nil, failedSample: $0.sampleID, failure: $0.message) }
      if options.showsOnlyWrong { found = found.filter { !isRight($0) } }
      if let wanted { found = found.filter { wanted.contains($0.result?.sampleID ?? $0.failedSample ?? "") } }
      total += found.count
      listed += found.prefix(options.limit.map { max(0, $0 - listed.count) } ?? found.count)
    }
    if total == 0, wanted != nil { throw .noSuchCell(filter: asked, path: store.path) }
    return (listed, total)
  }

  private func isRight(_ listed: Listed) -> Bool {
    guard let result = listed.result, let metric = listed.cell.metrics.first else { return false }
    if metric.isPerplexity { return result.value(of: PerplexityParts.sum) != nil }
    return result.value(of: metric.name) == 1
  }

  /// What a cell is called by.
  private static func label(of record: CellRecord, _ entries: TaskEntries) -> Selection.Label {
    Selection.Label(
      model: record.model, methods: [record.method, StoredMethod(record.method).name], task: record.task,
      entry: entries.label(record.task, record.settings), place: record.coordinates)
  }

  private func block(_ listed: Listed, full: Bool) -> String {
    let cell = listed.cell
    let place = cell.coordinates.map(\.label).joined(separator: " ")
    var lines = ["== \(cell.model) | \(cell.method) | \(listed.entry) \(place) | \(cell.protocolName)"]
    guard let result = listed.result else {
      lines.append("sample:   \(listed.failedSample ?? "")")
      lines.append("failed:   \(listed.failure ?? "")")
      return lines.joined(separator: "\n")
    }
    let cut = result.truncatedTokenCount > 0 ? ", \(result.truncatedTokenCount) cut away" : ""
    let tokens = result.firstTokens.map(String.init).joined(separator: " ")
    lines += [
      "sample:   \(result.sampleID)", "facts:    \(result.facts)",
      "tokens:   \(result.promptTokenCount)\(cut), the first are \(tokens)",
      "prompt:   \(full ? result.prompt : Self.shortened(result.prompt))",
    ]
    if let output = result.output {
      lines.append("output:   \(output) (\(result.finishReason?.rawValue ?? "no finish reason"))")
      lines.append("expected: \(result.expected.joined(separator: " | "))")
    }
    let scores = result.scores.map { score in
      "\(score.metric) \(score.value.map { NumberText.precise($0) } ?? "unscored: \(score.unscored ?? "")")"
    }
    lines.append("scores:   \(scores.joined(separator: ", "))")
    return lines.joined(separator: "\n")
  }

  private static func shortened(_ prompt: String) -> String {
    guard prompt.count > 2 * endLength + 40 else { return prompt }
    let hidden = prompt.count - 2 * endLength
    return "\(prompt.prefix(endLength)) [... \(hidden) characters ...] \(prompt.suffix(endLength))"
  }
}
