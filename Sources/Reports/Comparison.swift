public import Evaluation
import JSON
import Metrics
public import Store
import Text

/// Two methods of one store, or of two stores, on the samples that both have.
public struct Comparison: Hashable, Sendable, Encodable {
  /// The difference in one table column.
  public struct Row: Hashable, Sendable, Encodable {
    /// The model.
    public let model: String
    /// The task, numbered where a configuration has it twice.
    public let task: String
    /// The column and other coordinates, depths together: `length=4096`.
    public let place: String
    /// The metric.
    public let metric: String
    /// True where its numbers are shares from 0 to 1, which a person is shown in per cent.
    public let isShare: Bool
    /// The first side's number over the pairs.
    public let a: Double?
    /// The second side's number over the pairs.
    public let b: Double?
    /// `a - b`.
    public let difference: Double?
    /// 95 % interval of the difference, lower bound.
    public let low: Double?
    /// 95 % interval of the difference, upper bound.
    public let high: Double?
    /// McNemar's exact test for accuracy, the paired t over units for anything else; nil for fewer than two units.
    public let p: Double?
    /// `p` corrected for the number of rows by Holm's method.
    public internal(set) var adjustedP: Double?
    /// Samples that both have.
    public let pairs: Int
    /// Samples on which `a` is better.
    public let better: Int
    /// Samples on which `a` is worse.
    public let worse: Int
  }

  /// A sample on which the sides differ.
  public struct Flip: Hashable, Sendable, Encodable {
    /// The model.
    public let model: String
    /// The task.
    public let task: String
    /// The cell's coordinates.
    public let place: String
    /// The sample's name.
    public let sampleID: String
    /// The first side's score; for perplexity the mean NLL.
    public let a: Double
    /// The second side's score.
    public let b: Double
    /// The first side's output.
    public let outputA: String?
    /// The second side's output.
    public let outputB: String?
    /// What the scores are of.
    let metric: MetricDescription

    private enum CodingKeys: String, CodingKey { case model, task, place, sampleID, a, b, outputA, outputB }

    /// A score as a report says it: an answer is right or wrong, a perplexity is one.
    func text(_ value: Double) -> String {
      metric.isPercentage ? (value == 1 ? "right" : "wrong") : NumberText.precise(metric.number(ofMean: value))
    }
  }

  /// The first side's name.
  public let a: String
  /// The second side's name.
  public let b: String
  /// Differences by model, task and column.
  public let rows: [Row]
  /// Samples that differ, the largest differences first within a row.
  public let flips: [Flip]

  /// Compares a method of one store with a method of the same or another store.
  ///
  /// - Parameters:
  ///   - store: The first side's store.
  ///   - a: The first side's method, canonical spelling.
  ///   - other: The second side's store; nil for the same.
  ///   - b: The second side's method.
  ///   - tasks: What the tasks declare.
  /// - Throws: `ReportError`: a store cannot be read or holds nothing, or a method is not in it.
  public init(
    _ store: ResultStore, _ a: String, with other: ResultStore? = nil, _ b: String, tasks: TaskReports = .none
  ) throws(ReportError) {
    let left: [Section]
    let right: [Section]
    if let other {
      (left, right) = (try Self.sections(store, [a], tasks), try Self.sections(other, [b], tasks))
    } else {
      left = try Self.sections(store, [a, b], tasks)
      right = left
    }
    self.a = other == nil ? a : "\(a) in \(store.path)"
    self.b = other.map { "\(b) in \($0.path)" } ?? b
    var rows: [Row] = []
    var flips: [Flip] = []
    for section in left {
      let twin = right.first {
        $0.model == section.model && $0.task == section.task && $0.settings == section.settings
      }
      guard let twin else { continue }
      for grid in section.grids {
        guard let twinGrid = twin.grids.first(where: { $0.variant == grid.variant }) else { continue }
        for column in grid.columns {
          let pairs = Pairing.pairs(grid.cells(a, column), twinGrid.cells(b, column), column.metric)
          guard !pairs.isEmpty else { continue }
          rows.append(Row(section, grid, column, pairs))
          flips += Flip.flips(section, pairs, column.metric)
        }
      }
    }
    self.rows = Self.corrected(rows)
    self.flips = flips
  }

  /// Many rows are many tests: the p-values corrected for their number.
  private static func corrected(_ rows: [Row]) -> [Row] {
    let tested = rows.indices.filter { rows[$0].p != nil }
    var corrected = rows
    for (index, value) in zip(tested, HolmCorrection.adjusted(tested.compactMap { rows[$0].p })) {
      corrected[index].adjustedP = value
    }
    return corrected
  }

  /// The sections of the cells of some methods; the others are not read.
  private static func sections(
    _ store: ResultStore, _ wanted: [String], _ tasks: TaskReports
  ) throws(ReportError) -> [Section] {
    let cells = try fromStore { () throws(StoreError) in try store.currentCells() }
    let methods = Set(cells.map(\.record.method)).sorted(by: StoredMethod.isBefore)
    for method in wanted where !methods.contains(method) && !cells.isEmpty {
      throw .unknownMethod(method: method, known: methods)
    }
    let evaluations = try Evaluations(store, methods: Set(wanted))
    return Section.sections(of: evaluations, tasks)
  }

  /// The comparison as aligned text.
  ///
  /// - Parameter flipLimit: At most this many differing samples are listed.
  /// - Returns: A table of differences, then samples.
  public func text(flipLimit: Int = 20) -> String {
    var table = Table(
      id: "", title: "\(a) minus \(b), paired by sample", corner: "model, task, place",
      columns: ["metric", a, b, "difference", "95 % interval", "p", "p (Holm)", "n", "better", "worse"],
      isMeasured: false)
    table.rows = rows.map { row in
      // As the report has it: shares in per cent, their differences in points.
      func number(_ value: Double) -> String {
        row.isShare ? NumberText.fixed(100 * value, 1) : NumberText.precise(value)
      }
      let interval = row.low.flatMap { low in row.high.map { "[\(number(low)), \(number($0))]" } }
      return .init(
        label: "\(row.model) \(row.task)\(row.place.isEmpty ? "" : " \(row.place)")",
        cells: [
          .init(row.metric + (row.isShare ? " (%)" : "")), .init(row.a.map(number) ?? ""),
          .init(row.b.map(number) ?? ""), .init(row.difference.map { NumberText.signed(number($0)) } ?? ""),
          .init(interval ?? ""),
          .init(row.p.map(PValueText.bare) ?? ""),
          .init(row.adjustedP.map(PValueText.bare) ?? ""),
          .init(row.pairs), .init(row.better), .init(row.worse),
        ])
    }
    guard !rows.isEmpty else { return "\(a) and \(b) have no sample in common.\n" }
    var parts = [PlainText.render(table)]
    if !flips.isEmpty {
      let shown = flips.prefix(flipLimit).map { flip in
        "- \(flip.model) \(flip.task) \(flip.place) \(flip.sampleID): \(flip.text(flip.a)) against \(flip.text(flip.b))"
      }
      let rest = flips.count - shown.count
      parts.append(
        "Samples that differ (\(flips.count)):\n" + shown.joined(separator: "\n")
          + (rest > 0 ? "\n  and \(rest) more" : ""))
    }
    return VisibleText.escaped(parts.joined(separator: "\n\n") + "\n")
  }

  /// The comparison as JSON with sorted keys.
  public var json: String { JSONValue.text(of: self, .pretty) + "\n" }
}

extension Comparison.Row {
  init(_ section: Section, _ grid: Grid, _ column: Grid.Column, _ pairs: [PairedSample]) {
    let difference = Pairing.difference(pairs, column.metric)
    let place = grid.axis.isEmpty ? "" : "\(grid.axis)=\(column.value)"
    model = section.model
    task = section.title
    self.place = [place, grid.variant].filter { !$0.isEmpty }.joined(separator: ",")
    metric = column.metric.name
    isShare = column.metric.isPercentage
    a = column.metric.combined(pairs.map(\.contributionA))
    b = column.metric.combined(pairs.map(\.contributionB))
    self.difference = difference.difference
    (low, high) = (difference.interval?.low, difference.interval?.high)
    p = difference.pValue
    self.pairs = pairs.count
    (better, worse) = (difference.better, difference.worse)
  }
}

extension Comparison.Flip {
  static func flips(
    _ section: Section, _ pairs: [PairedSample], _ metric: MetricDescription
  ) -> [Comparison.Flip] {
    let flips = pairs.compactMap { pair -> Comparison.Flip? in
      let x = pair.contributionA.mean
      let y = pair.contributionB.mean
      guard x != y else { return nil }
      return Comparison.Flip(
        model: section.model, task: section.title, place: pair.place, sampleID: pair.a.result.sampleID, a: x, b: y,
        outputA: pair.a.result.output, outputB: pair.b.result.output, metric: metric)
    }
    // Ties keep the order of the samples: equal differences must not depend on the sort's inner ways.
    return flips.enumerated()
      .sorted { (abs($0.element.a - $0.element.b), -$0.offset) > (abs($1.element.a - $1.element.b), -$1.offset) }
      .map(\.element)
  }
}
