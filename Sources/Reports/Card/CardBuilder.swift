import Evaluation
import Metrics
import Store
import Text

/// The long-context card of a model: its tasks by length, and up to which length it works by several definitions.
struct CardBuilder {
  private let model: String
  private let cells: [LoadedCell]
  private var slugs = SlugMaker()
  private var document: Document

  /// The cards of a store, one for each model that was asked at more than no length.
  ///
  /// - Returns: the models' names with their pages.
  /// - Throws: `ReportError.nothingForCard` where no cell has a length.
  static func documents(_ evaluations: Evaluations) throws(ReportError) -> [(model: String, document: Document)] {
    var cards: [(model: String, document: Document)] = []
    for model in evaluations.names(\.model) {
      let cells = evaluations.cells.filter { cell in
        cell.record.model == model && length(cell) != nil && metric(cell)?.isPerplexity == false
      }
      guard !cells.isEmpty else { continue }
      var builder = CardBuilder(model, cells)
      builder.build()
      cards.append((model, builder.document))
    }
    guard !cards.isEmpty else { throw .nothingForCard(path: evaluations.path) }
    return cards
  }

  private init(_ model: String, _ cells: [LoadedCell]) {
    self.model = model
    self.cells = cells
    document = Document(title: "Long-context card: \(model)")
  }

  private static func length(_ cell: LoadedCell) -> Int? { cell.coordinate("length").flatMap { length($0) } }

  /// `4096`, `4k` as BABILong names its lengths (thousands), `1M`.
  static func length(_ text: String) -> Int? {
    if let length = Int(text) { return length }
    let factors: [Character: Int] = ["k": 1000, "K": 1000, "M": 1_000_000]
    guard let factor = text.last.flatMap({ factors[$0] }), let count = Int(text.dropLast()) else { return nil }
    return count * factor
  }

  private static func metric(_ cell: LoadedCell) -> MetricDescription? { cell.record.metrics.first }

  /// A task under one protocol: one row of the card for each method.
  private struct Group: Hashable {
    let task: String
    let protocolName: String
  }

  private var groups: [Group] {
    var groups: [Group] = []
    for cell in cells {
      let group = Group(task: cell.record.task, protocolName: cell.record.protocolName)
      if !groups.contains(group) { groups.append(group) }
    }
    return groups
  }

  private var methods: [String] { Set(cells.map(\.record.method)).sorted(by: StoredMethod.isBefore) }

  private func cells(of group: Group, _ method: String) -> [LoadedCell] {
    cells.filter {
      $0.record.task == group.task && $0.record.protocolName == group.protocolName && $0.record.method == method
    }
  }

  private mutating func build() {
    let window = cells.first?.record.contextWindow ?? 0
    document.paragraph(
      "Window of pretraining \(window) tokens. Every score is on 0 to 100 and the plain mean over the datasets (variants, "
        + "depths) that were run at that length; the lengths are those that were asked for, which are prompts with or "
        + "without new tokens, as each protocol says.")
    addLengths()
    for group in groups { addScores(group) }
    document.heading(2, "Definitions")
    document.bullets(
      EffectiveLength.allCases.map(\.note) + [
        "Each is the largest measured length that passes, whatever lies between measured lengths; `*`: a shorter one "
          + "does not pass; `<`: not even the shortest does. Every rule is applied to every task, though each was made "
          + "for one.",
        "A number of few samples passes or fails by chance: look at the intervals in the full report.",
      ])
    addProtocols()
  }

  // MARK: Points

  /// A score at a length, and how many samples it is of.
  private typealias Measured = (point: EffectiveLength.Point, count: Int, isComplete: Bool)

  /// The scores of a method by length; `isComplete` where no sample is missing.
  private func points(_ group: Group, _ method: String) -> [Measured] {
    let byLength = Dictionary(grouping: cells(of: group, method)) { Self.length($0) ?? 0 }
    return byLength.keys.sorted().compactMap { length in
      let cells = byLength[length] ?? []
      guard let metric = cells.first.flatMap(Self.metric) else { return nil }
      let scale: Double = metric.name == "score" ? 1 : 100
      let aggregates = cells.map { $0.aggregate(metric) }
      guard let mean = Statistics.mean(aggregates.compactMap(\.value)) else { return nil }
      return (
        (length, mean * scale), aggregates.reduce(0) { $0 + $1.count }, aggregates.allSatisfy(\.isWhole)
      )
    }
  }

  private mutating func addLengths() {
    document.heading(2, "Effective length")
    var table = Table(
      id: slugs.slug(["card", model, "effective-length"]), title: "Effective length of \(model), in tokens",
      corner: "task, method", columns: EffectiveLength.allCases.map(\.title) + ["longest measured"])
    table.coordinates = ["model": model]
    for group in groups {
      for method in methods {
        let points = points(group, method)
        guard let longest = points.last?.point.length else { continue }
        let answers = EffectiveLength.allCases.map { $0.answer(points.map(\.point)) }
        var cells = answers.map { Table.Cell($0?.text ?? "") }
        for (index, answer) in answers.enumerated() {
          if case .length(let length, _)? = answer { cells[index].value = Double(length) }
          cells[index].isGap = !points.allSatisfy(\.isComplete)
        }
        table.rows.append(.init(label: "\(label(group)), \(method)", cells: cells + [Table.Cell(longest)]))
      }
    }
    table.note = "The definitions stand below."
    document.table(table)
  }

  /// The task, with its protocol where there are several of it.
  private func label(_ group: Group) -> String {
    groups.count { $0.task == group.task } > 1 ? "\(group.task) (\(group.protocolName))" : group.task
  }

  private mutating func addScores(_ group: Group) {
    let byMethod = methods.map { (method: $0, points: points(group, $0)) }.filter { !$0.points.isEmpty }
    let lengths = Set(byMethod.flatMap { $0.points.map(\.point.length) }).sorted()
    document.heading(2, label(group))
    var table = Table(
      id: slugs.slug(["card", model, group.task]), title: "\(label(group)) by length", corner: "method",
      columns: lengths.map { "\($0)" })
    table.coordinates = ["model": model, "task": group.task]
    for (method, points) in byMethod {
      table.rows.append(
        .init(
          label: method,
          cells: lengths.map { length in
            guard let found = points.first(where: { $0.point.length == length }) else { return Table.Cell("") }
            var cell = Table.Cell(NumberText.fixed(found.point.score, 1))
            cell.value = found.point.score
            cell.detail = "n=\(found.count)"
            cell.count = found.count
            cell.isGap = !found.isComplete
            return cell
          }))
    }
    let datasets = Set(
      cells.filter { $0.record.task == group.task && $0.record.protocolName == group.protocolName }
        .compactMap { $0.coordinate("dataset") ?? $0.coordinate("variant") ?? $0.coordinate("task") })
    if datasets.count > 1 {
      table.note = "Mean of \(datasets.sorted(by: NaturalOrder.isBefore).joined(separator: ", "))."
    }
    document.table(table)
  }

  private mutating func addProtocols() {
    document.heading(2, "Protocols and deviations")
    document.bullets(
      groups.map { group in
        let cell = cells.first { $0.record.task == group.task && $0.record.protocolName == group.protocolName }
        let notes = cell?.record.protocolNotes ?? []
        let deviations = notes.filter { $0.hasPrefix("deviation") }
        return "`\(group.protocolName)`: "
          + (deviations.isEmpty ? "no deviation is known" : deviations.joined(separator: "; "))
      })
  }
}
