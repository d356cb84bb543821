import Evaluation
import Foundation
import JSON
public import Metrics
import Text

/// The surface that a search for G and W saw, as Markdown, pictures and JSON.
public struct TuningReport: Sendable, Encodable {
  /// One (G, W).
  public struct Point: Hashable, Sendable, Encodable {
    /// Group size.
    public let group: Int
    /// Neighbor window.
    public let window: Int
    /// (L - W) * G + W.
    public let maximumLength: Int
    /// W + (N - W) / G.
    public let largestRelativePosition: Double
    /// `below L/2`, `below 2L/3` or `not met`.
    public let rule: String
    /// What it showed, rung by rung.
    public let measurements: [TuningMeasurement]

    /// A point.
    public init(
      group: Int, window: Int, maximumLength: Int, largestRelativePosition: Double, rule: String,
      measurements: [TuningMeasurement]
    ) {
      self.group = group
      self.window = window
      self.maximumLength = maximumLength
      self.largestRelativePosition = largestRelativePosition
      self.rule = rule
      self.measurements = measurements
    }

    var last: TuningMeasurement? { measurements.last }
    func measurement(rung: Int) -> TuningMeasurement? { measurements.first { $0.rung == rung } }
  }

  /// The model's path as it was given.
  public let model: String
  /// The pretraining window L.
  public let contextWindow: Int
  /// The target length N.
  public let targetLength: Int
  /// Samples per cell in each rung.
  public let samplesPerCell: [Int]
  /// Every (G, W) that was tried, by G, then W.
  public let points: [Point]
  /// The best.
  public let chosen: Point
  /// What the empirical rule chooses; nil where nothing meets it.
  public let ruleChoice: Point?
  /// The rungs that were planned; more than `samplesPerCell` has where the budget of time was spent.
  public var plannedRungCount = 0
  /// Pairs that were not tried and why, in words.
  public var leftOut: [String] = []
  /// Pairs of the last rung that no test tells from the choice; nil where it was not asked.
  public var alike: [String]?
  /// Pairs that fell earlier though no test tells them from the choice on what both saw.
  public var undecided: [Undecided] = []

  /// Pairs that fell after one rung and are not told from the choice.
  public struct Undecided: Hashable, Sendable, Encodable {
    /// The rung, from 1.
    public let rung: Int
    /// Keys that each of them had seen.
    public let keyCount: Int
    /// Tokens of text that each of them had seen.
    public let tokenCount: Int
    /// The pairs.
    public let pairs: [String]

    /// Pairs that fell.
    public init(rung: Int, keyCount: Int, tokenCount: Int, pairs: [String]) {
      (self.rung, self.keyCount, self.tokenCount, self.pairs) = (rung, keyCount, tokenCount, pairs)
    }

    var sentence: String {
      let keys = keyCount > 0 ? [NumberText.count(keyCount, "key")] : []
      let seen = keys + (tokenCount > 0 ? ["\(tokenCount) tokens of text"] : [])
      return
        "undecided: these fell after rung \(rung) on \(seen.joined(separator: " and ")), and no test tells them from "
        + "it: \(pairs.joined(separator: ", "))"
    }
  }

  /// A report.
  public init(
    model: String, contextWindow: Int, targetLength: Int, samplesPerCell: [Int], points: [Point], chosen: Point,
    ruleChoice: Point?
  ) {
    self.model = model
    self.contextWindow = contextWindow
    self.targetLength = targetLength
    self.samplesPerCell = samplesPerCell
    self.points = points
    self.chosen = chosen
    self.ruleChoice = ruleChoice
  }

  /// The report as JSON with sorted keys.
  public var json: String { JSONValue.text(of: self, .pretty) + "\n" }

  /// What was chosen, and how it compares to the empirical rule, in a few lines.
  ///
  /// - Parameter comparison: the paired difference of the choice and the rule's choice; nil where they are one.
  /// - Returns: the lines.
  public func verdict(comparison: Comparison?) -> [String] {
    var lines = [
      "chosen for \(targetLength) tokens: self-extend:G=\(chosen.group),W=\(chosen.window)\(Self.text(chosen))"
    ]
    if plannedRungCount > samplesPerCell.count {
      lines.append(
        "the budget of time ended the search after rung \(samplesPerCell.count) of \(plannedRungCount): the choice rests on "
          + (samplesPerCell.last == 1 ? "1 sample a cell" : "\(samplesPerCell.last ?? 0) samples a cell"))
    }
    if let alike, !alike.isEmpty {
      lines.append("these cannot be told from it at this n: \(alike.joined(separator: ", "))")
    }
    lines += undecided.map(\.sentence)
    lines += leftOut.map { "left out: \($0)" }
    guard let ruleChoice else {
      return lines + ["the empirical rule chooses nothing: no G and W meet W + (N - W)/G < 2/3 L"]
    }
    guard ruleChoice != chosen else { return lines + ["the empirical rule chooses the same G and W"] }
    lines.append(
      "the empirical rule chooses self-extend:G=\(ruleChoice.group),W=\(ruleChoice.window)\(Self.text(ruleChoice))")
    for row in comparison?.rows ?? [] {
      guard let difference = row.difference else { continue }
      let scale = row.metric == "accuracy" ? 100.0 : 1
      let interval = row.low.flatMap { low in
        row.high.map { " [\(NumberText.fixed(scale * low, 2)), \(NumberText.fixed(scale * $0, 2))]" }
      }
      let unit = row.metric == "accuracy" ? " points" : ""
      lines.append(
        "  \(row.metric): \(difference > 0 ? "+" : "")\(NumberText.fixed(scale * difference, 2))\(unit)"
          + "\(interval ?? ""), chosen minus rule, \(row.pairs) pairs"
          + (Self.excludesZero(row) ? "" : "; no difference can be told from chance"))
    }
    return lines
  }

  private static func excludesZero(_ row: Comparison.Row) -> Bool {
    guard let low = row.low, let high = row.high else { return false }
    return low > 0 || high < 0
  }

  private static func text(_ point: Point) -> String {
    var parts: [String] = []
    if let last = point.last, let accuracy = last.accuracy {
      parts.append("accuracy \(NumberText.fixed(100 * accuracy, 1)) % of \(last.keyCount) keys")
    }
    if let last = point.last, let perplexity = last.perplexity {
      parts.append("perplexity \(NumberText.adaptive(perplexity)) over \(last.tokenCount) tokens")
    }
    return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
  }
}

extension TuningReport {
  /// Writes `report.md`, `surface.svg` and `tuning.json`.
  ///
  /// - Parameters:
  ///   - folder: made where it is missing.
  ///   - comparison: the paired difference of the choice and the rule's choice.
  /// - Throws: `ReportError` when a file cannot be written.
  public func write(to folder: String, comparison: Comparison?) throws(ReportError) {
    try ReportWriter.write(markdown(comparison), to: folder + "/report.md")
    try ReportWriter.write(picture.svg, to: folder + "/surface.svg")
    try ReportWriter.write(json, to: folder + "/tuning.json")
  }

  private func markdown(_ comparison: Comparison?) -> String {
    var document = Document(title: "G and W for \(model) at \(targetLength) tokens")
    document.paragraph(
      "L = \(contextWindow), N = \(targetLength) (\(NumberText.fixed(Double(targetLength) / Double(contextWindow), 1)) "
        + "L). Successive halving over \(points.count) pairs in \(samplesPerCell.count) rungs of "
        + samplesPerCell.map { "\($0)" }.joined(separator: ", ")
        + " samples per cell: after each rung the better half goes on, by the sum of the ranks in passkey accuracy and in "
        + "perplexity. The empirical rule's choice takes part in every rung.")
    document.bullets(verdict(comparison: comparison).map { $0.trimmingCharacters(in: .whitespaces) })
    document.figure(
      Figure(id: "surface", caption: "The surface: passkey accuracy and perplexity by G and W", picture: picture))
    document.table(table)
    return Markdown.render(document, figureFolder: ".")
  }

  /// Every pair on the most samples that it saw; perplexities of different rungs are of different texts, so each stands
  /// beside that of the rule's choice on the same ones.
  private var table: Table {
    var table = Table(
      id: "surface", title: "Every pair on the samples of its last rung", corner: "G, W",
      columns: [
        "last rung", "accuracy (%)", "keys", "perplexity", "rule's choice on the same", "tokens", "W + (N - W)/G",
        "empirical rule", "maximum length",
      ], isMeasured: false)
    for point in points {
      let mark = point == chosen ? " (chosen)" : point == ruleChoice ? " (rule)" : ""
      let last = point.last
      let reference = last.flatMap { ruleChoice?.measurement(rung: $0.rung)?.perplexity }
      func text(_ value: Double?) -> Table.Cell { Table.Cell(value.map { NumberText.adaptive($0) } ?? "") }
      table.rows.append(
        .init(
          label: "G=\(point.group),W=\(point.window)\(mark)",
          cells: [
            .init(last?.rung ?? 0), .init(last?.accuracy.map { NumberText.fixed(100 * $0, 1) } ?? ""),
            .init(last?.keyCount ?? 0), text(last?.perplexity), text(reference), .init(last?.tokenCount ?? 0),
            .init(NumberText.fixed(point.largestRelativePosition, 1)), .init(point.rule), .init(point.maximumLength),
          ]))
    }
    return table
  }

  /// Accuracy and perplexity by G and W, one panel for each rung: within a panel all pairs saw the same samples.
  private var picture: Canvas {
    let groups = Set(points.map(\.group)).sorted()
    let windows = Set(points.map(\.window)).sorted()
    let rungs = Array(1...max(1, samplesPerCell.count))
    func panel(_ title: String, _ rung: Int, _ cell: (Point, TuningMeasurement) -> Heatmap.Cell?) -> Heatmap.Panel {
      let samples = samplesPerCell.indices.contains(rung - 1) ? samplesPerCell[rung - 1] : 0
      return Heatmap.Panel(
        title: "\(title), \(samples) per cell",
        cells: groups.map { group in
          windows.map { window in
            let point = points.first { $0.group == group && $0.window == window }
            return point.flatMap { point in point.measurement(rung: rung).flatMap { cell(point, $0) } }
              ?? Heatmap.Cell(text: "", color: nil)
          }
        })
    }
    func mark(_ point: Point) -> String { point == chosen ? " ★" : point == ruleChoice ? " ◇" : "" }
    var panels = rungs.map { rung in
      panel("accuracy (%)", rung) { point, measured in
        measured.accuracy.map {
          Heatmap.Cell(text: NumberText.fixed(100 * $0, 0) + mark(point), color: Palette.sequential($0))
        }
      }
    }
    for rung in rungs {
      let logarithms = points.compactMap { $0.measurement(rung: rung)?.perplexity.map { log($0) } }
      guard let low = logarithms.min(), let high = logarithms.max() else { continue }
      panels.append(
        panel("perplexity", rung) { point, measured in
          measured.perplexity.map { perplexity in
            let share = high > low ? (high - log(perplexity)) / (high - low) : 0.75
            return Heatmap.Cell(text: NumberText.adaptive(perplexity) + mark(point), color: Palette.sequential(share))
          }
        })
    }
    return Heatmap(
      title: "G and W for \(targetLength) tokens",
      subtitle: "\(model), L = \(contextWindow); ★ chosen, ◇ the empirical rule's choice; one panel for each rung",
      xTitle: "neighbor window W (tokens)", yTitle: "group size G", columns: windows.map { "\($0)" },
      rows: groups.map { "\($0)" }, panels: panels,
      legend: .init(low: "worst of a panel", high: "best", color: Palette.sequential)
    ).picture()
  }
}
