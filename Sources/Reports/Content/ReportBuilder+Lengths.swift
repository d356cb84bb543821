import Evaluation
import Foundation
import JSON
import Metrics
import Store
import Text

extension ReportBuilder {
  /// The table of scores by length that a task declares, with the length up to which a method copes.
  mutating func addLengths(_ section: Section) {
    guard let declared = tasks[section.task].lengths else { return }
    let id = slugs.slug([section.model, section.title, declared.id])
    if let table = LengthScores.table(id: id, section, declared) { document.table(table) }
  }
}

extension LengthScores {
  /// The table of scores by length that a task declares, published rows below the measured ones.
  ///
  /// - Parameters:
  ///   - id: its name.
  ///   - section: the measured cells.
  ///   - declared: what the task declares.
  ///   - showsAllPublished: published scores at lengths that were not measured, too.
  /// - Returns: the table; nil where no length was measured, or where all published scores are asked for and there are
  ///   none.
  static func table(
    id: String, _ section: Section, _ declared: TaskReport.LengthTable, showsAllPublished: Bool = false
  ) -> Table? {
    let scores = LengthScores(section.cells, declared)
    guard !scores.lengths.isEmpty, !showsAllPublished || !declared.published.isEmpty else { return nil }
    var lengths = scores.lengths
    if showsAllPublished { lengths = Set(lengths + declared.published.flatMap(\.scores.keys)).sorted() }
    let means = declared.hasWeightedMeans ? ["mean", "weighted up", "weighted down"] : []
    let base: [String] = if case .shareOfBase? = declared.rule { ["base score"] } else { [] }
    let effective = declared.rule == nil ? [] : ["effective length"]
    var table = Table(
      id: id, title: "\(section.title): \(declared.title)",
      corner: "method", columns: lengths.map { NumberText.grouped($0) } + means + base + effective)
    table.coordinates = ["model": section.model, "task": section.task, "settings": section.settings, "axis": "length"]
    for method in section.methods {
      for row in scores.rows(method) {
        var cells = lengths.map { length in
          cell(scores.lengths.firstIndex(of: length).flatMap { row.values[$0] })
        }
        if declared.hasWeightedMeans { cells += scores.means(row.values).map { cell($0) } }
        if !base.isEmpty { cells.append(cell(row.base)) }
        if !effective.isEmpty { cells.append(Table.Cell(scores.effective(row))) }
        table.rows.append(.init(label: row.label, cells: cells))
      }
    }
    for published in declared.published where published.scores.keys.contains(where: lengths.contains) {
      let cells = lengths.map { cell(published.scores[$0]) }
      let blank = (means + base).map { _ in Table.Cell("") }
      table.rows.append(
        .init(
          label: "published: \(published.label)",
          cells: cells + blank + effective.map { _ in Table.Cell(published.effective) }))
    }
    table.note = declared.note
    return table
  }

  private static func cell(_ value: Double?) -> Table.Cell {
    guard let value else { return Table.Cell("") }
    var cell = Table.Cell(NumberText.fixed(value, 1))
    cell.value = value
    return cell
  }
}

/// Scores of a section by length, on the scale of 100.
struct LengthScores {
  /// A row of the table.
  struct Row {
    let label: String
    /// One for each length; nil where something is missing.
    let values: [Double?]
    /// The base score; nil where the rule has none or something is missing.
    let base: Double?
  }

  /// The lengths that were asked for, ascending.
  let lengths: [Int]
  private let declared: TaskReport.LengthTable
  private let cells: [LoadedCell]
  private let datasets: [String]

  init(_ cells: [LoadedCell], _ declared: TaskReport.LengthTable) {
    self.cells = cells
    self.declared = declared
    lengths = Set(cells.compactMap { $0.record.coordinates.length }).sorted()
    let found = Set(cells.compactMap { $0.coordinate(Axis.dataset) }).sorted(by: NaturalOrder.isBefore)
    datasets = declared.datasets.isEmpty ? found : declared.datasets + found.filter { !declared.datasets.contains($0) }
  }

  /// The rows of a method: one for each dataset, where that is declared, and the mean.
  func rows(_ method: String) -> [Row] {
    guard !datasets.isEmpty else {
      return [
        Row(label: method, values: lengths.map { score(method, nil, $0) }, base: base(method))
      ]
    }
    var rows: [Row] = []
    if declared.hasRowPerDataset {
      for dataset in datasets where cells.contains(where: { $0.coordinate(Axis.dataset) == dataset }) {
        rows.append(
          Row(label: "\(method), \(dataset)", values: lengths.map { score(method, dataset, $0) }, base: nil))
      }
    }
    let wanted = declared.datasets.isEmpty ? datasets : declared.datasets
    let values = lengths.map { length -> Double? in
      let scores = wanted.compactMap { score(method, $0, length) }
      return scores.count == wanted.count ? Statistics.mean(scores) : nil
    }
    let label = declared.datasets.isEmpty ? "\(method), mean" : "\(method), mean of \(wanted.count)"
    return rows + [Row(label: label, values: values, base: nil)]
  }

  /// The score of a length over all depths; nil where samples are missing.
  private func score(_ method: String, _ dataset: String?, _ length: Int) -> Double? {
    let own = own(method, length).filter { dataset == nil || $0.coordinate(Axis.dataset) == dataset }
    guard let metric = own.first?.record.metrics.first else { return nil }
    let aggregate = own.aggregate(metric)
    guard aggregate.isWhole, let value = aggregate.value else { return nil }
    return value * (metric.isPercentage ? 100 : 1)
  }

  private func own(_ method: String, _ length: Int) -> [LoadedCell] {
    cells.filter { $0.record.method == method && $0.record.coordinates.length == length }
  }

  /// The mean over groups of the best of their means at the base lengths.
  private func base(_ method: String) -> Double? {
    guard case .shareOfBase(_, let fact, let wanted, _)? = declared.rule, wanted.allSatisfy(lengths.contains) else {
      return nil
    }
    var best: [String: Double] = [:]
    for length in wanted {
      guard score(method, nil, length) != nil, let metric = own(method, length).first?.record.metrics.first else {
        return nil
      }
      let samples = own(method, length).flatMap(\.samples)
      let groups = Dictionary(grouping: samples) { $0.facts[fact]?.plain ?? "" }
      for (name, group) in groups {
        let scored = group.compactMap { $0.contribution(metric) }
        guard let mean = metric.estimate(scored).value else { continue }
        best[name] = max(best[name] ?? 0, mean * (metric.isPercentage ? 100 : 1))
      }
    }
    return Statistics.mean(Array(best.values))
  }

  /// The plain mean over the lengths, and those weighted by their places up and down; nil where one is missing.
  func means(_ values: [Double?]) -> [Double?] {
    let known = values.compactMap { $0 }
    guard known.count == values.count, !known.isEmpty else { return [nil, nil, nil] }
    func weighted(_ weights: [Int]) -> Double {
      zip(known, weights).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(weights.reduce(0, +))
    }
    let places = Array(1...known.count)
    return [Statistics.mean(known), weighted(places), weighted(places.reversed())]
  }

  /// The longest length that is coped with, in words; empty where it cannot be told.
  func effective(_ row: Row) -> String {
    let passes: (Double) -> Bool
    var least = 0
    switch declared.rule {
    case nil: return ""
    case .atLeast(let threshold, let decimals)?:
      passes = { PythonRounding.round($0, decimals) >= threshold }
    case .above(let threshold)?: passes = { $0 > threshold }
    case .shareOfBase(let share, _, _, let first)?:
      guard let base = row.base else { return "" }
      passes = { $0 >= share * base }
      least = first
    }
    let judged = zip(lengths, row.values).filter { $0.0 >= least }
    let known = judged.compactMap { length, value in value.map { (length, $0) } }
    guard known.count == judged.count, let first = known.first, let last = known.last else { return "" }
    guard let longest = known.last(where: { passes($0.1) })?.0 else {
      // BABILong's shortest length is no text at all.
      return first.0 == 0 ? "none" : "<\(NumberText.grouped(first.0))"
    }
    return (longest == last.0 ? ">=" : "") + NumberText.grouped(longest)
  }
}
