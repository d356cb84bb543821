import Evaluation
import Metrics
import Store
import Text

/// One entry of a task under one model: all methods and all coordinates.
struct Section: Sendable {
  let model: String
  let contextWindow: Int
  let task: String
  /// The entry's own name: `passkey`, or what tells it from another entry of the task.
  let title: String
  let settings: String
  let cells: [LoadedCell]
  /// One for each combination of the coordinates that are neither the column nor the depth.
  let grids: [Grid]

  var methods: [String] {
    Set(cells.map(\.record.method)).sorted(by: StoredMethod.isBefore)
  }

  static func sections(of evaluations: Evaluations, _ tasks: TaskReports) -> [Section] {
    let entries = evaluations.entries
    var sections: [Section] = []
    for model in evaluations.names(\.model) {
      let ofModel = evaluations.cells.filter { $0.record.model == model }
      for task in Set(ofModel.map(\.record.task)).sorted(by: NaturalOrder.isBefore) {
        let ofTask = ofModel.filter { $0.record.task == task }
        let all = Set(ofTask.map(\.record.settings)).sorted(by: NaturalOrder.isBefore)
        let names = tasks[task].namesEntriesByProtocol && all.count > 1 ? protocols(ofTask, all) : [:]
        for settings in all {
          let cells = ofTask.filter { $0.record.settings == settings }
          let named = TaskEntries.name(in: settings) ?? names[settings].map { "\(task) \($0)" }
          sections.append(
            Section(
              model: model, contextWindow: cells[0].record.contextWindow, task: task,
              title: named ?? entries.label(task, settings), settings: settings, cells: cells,
              grids: Grid.grids(of: cells)))
        }
      }
    }
    return sections
  }

  /// Entries by the ends of their protocols' names, `llamacpp` of `perplexity/llamacpp-v1`, where these differ.
  private static func protocols(_ cells: [LoadedCell], _ entries: [String]) -> [String: String] {
    var names: [String: String] = [:]
    for entry in entries {
      guard let cell = cells.first(where: { $0.record.settings == entry }) else { return [:] }
      names[entry] = cell.record.protocolName.split(separator: "/").last.map {
        String($0).replacing("-v1", with: "")
      }
    }
    return Set(names.values).count == entries.count ? names : [:]
  }
}

/// One table of methods by columns: the dataset or the length where a task has one, else its first coordinate.
struct Grid: Sendable {
  /// The other coordinates, for example `stride=256`; empty where there are none.
  let variant: String
  /// The coordinate of the columns; empty where a task has none.
  let axis: String
  let columns: [Column]
  let methods: [String]
  private let cells: [Place: [LoadedCell]]
  let findings = GridFindings()

  struct Column: Hashable, Sendable {
    let value: String
    /// The metric of the cells of this column.
    let metric: MetricDescription
    let contextWindow: Int

    var number: Double? { Double(value) }
  }

  private struct Place: Hashable {
    let method: String
    let column: String
  }

  /// The coordinate that is pooled in the tables and has heatmaps of its own.
  static let depth = "depth"

  static func grids(of cells: [LoadedCell]) -> [Grid] {
    let names = cells.first?.record.coordinates.map(\.name) ?? []
    let axis = ["dataset", "length"].first { names.contains($0) } ?? names.first { $0 != depth } ?? ""
    let byVariant = Dictionary(grouping: cells) { cell in
      cell.record.coordinates.filter { $0.name != axis && $0.name != depth }.map(\.label)
        .joined(separator: ",")
    }
    return byVariant.keys.sorted(by: NaturalOrder.isBefore).map { variant in
      Grid(variant: variant, axis: axis, all: byVariant[variant] ?? [])
    }
  }

  private init(variant: String, axis: String, all: [LoadedCell]) {
    self.variant = variant
    self.axis = axis
    cells = Dictionary(grouping: all) { Place(method: $0.record.method, column: $0.coordinate(axis) ?? "") }
    methods = Set(all.map(\.record.method)).sorted(by: StoredMethod.isBefore)
    let byColumn = Dictionary(grouping: all) { $0.coordinate(axis) ?? "" }
    columns = byColumn.keys.sorted(by: NaturalOrder.isBefore).compactMap { value in
      guard let record = byColumn[value]?.first?.record, let metric = record.metrics.first else { return nil }
      return Column(value: value, metric: metric, contextWindow: record.contextWindow)
    }
  }

  /// The cells of one method and column: one for each depth.
  func cells(_ method: String, _ column: Column) -> [LoadedCell] {
    cells[Place(method: method, column: column.value)] ?? []
  }

  /// The metric of the whole table, nil where columns differ.
  var metric: MetricDescription? {
    Set(columns.map(\.metric)).count == 1 ? columns.first?.metric : nil
  }

  /// True where any number of the table has an interval.
  var hasInterval: Bool {
    columns.contains { column in
      methods.contains { cells($0, column).aggregate(column.metric).estimate.interval != nil }
    }
  }

  /// True where columns are places on a number line, and a curve makes sense.
  var isNumeric: Bool { columns.count > 1 && columns.allSatisfy { $0.number != nil } }
  var isLength: Bool { axis == "length" }

  var depths: [String] {
    Set(cells.values.joined().compactMap { $0.coordinate(Self.depth) }).sorted(by: NaturalOrder.isBefore)
  }

  /// The method that others are compared with.
  var reference: String? {
    methods.first { $0 == "plain" } ?? methods.first { StoredMethod($0).isPlain }
  }
}
