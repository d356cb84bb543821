import Evaluation
import Positions
import Tasks

/// From a configuration to its cells, every method decided.
struct Expansion {
  /// A cell of the configuration; its model may be missing.
  struct Candidate {
    let label: Selection.Label
    let cell: Cell?
  }

  /// Every cell, by model, then method, then task; those whose method cannot be decided without a missing model are left
  /// out.
  ///
  /// - Parameters:
  ///   - configuration: the configuration.
  ///   - models: the models that could be read, by their index.
  ///   - tasks: the tasks that could be built.
  /// - Returns: the cells; a method that was chosen may stand twice at one place.
  /// - Throws: `SweepError.configuration` where there are more than `largestCount` cells, where `auto` meets a task without lengths, or a length that nothing holds.
  static func candidates(
    of configuration: Configuration, models: [Int: PreparedModel], tasks: [PreparedTask]
  ) throws(SweepError) -> [Candidate] {
    let places = tasks.map(\.task.cells)
    try checkCount(of: configuration, tasks, places)
    var candidates: [Candidate] = []
    for (index, entry) in configuration.models.enumerated() {
      let model = models[index]
      for choice in configuration.methods {
        for (task, places) in zip(tasks, places) {
          for place in places {
            let window = model?.contextWindow ?? entry.contextWindow
            guard let method = try method(choice, place, task.entry, contextWindow: window) else { continue }
            let written = choice.isAutomatic ? choice.description : nil
            candidates.append(
              Candidate(
                label: Selection.Label(
                  model: entry.name, methods: [method.description, method.name] + (written.map { [$0] } ?? []),
                  task: task.name, entry: task.entry.label, place: place),
                cell: model.map { Cell(model: $0, method: method, task: task, place: place, choice: written) }))
          }
        }
      }
    }
    return candidates
  }

  /// Cells of a configuration at most.
  static let largestCount = 200_000

  /// Refuses more cells than a sweep can walk, at the task that makes them too many, before they are expanded.
  private static func checkCount(
    of configuration: Configuration, _ tasks: [PreparedTask], _ places: [[Coordinates]]
  ) throws(SweepError) {
    var count = 0
    for (task, places) in zip(tasks, places) {
      let (own, overflow) = (configuration.models.count * configuration.methods.count)
        .multipliedReportingOverflow(by: places.count)
      count = overflow || own > largestCount ? largestCount + 1 : count + own
      guard count <= largestCount else {
        throw .configuration(
          task.entry.location,
          .impossible(
            key: task.name,
            found: "\(configuration.models.count) models x \(configuration.methods.count) methods x "
              + "\(places.count) places",
            expected: "at most \(largestCount) cells in all"))
      }
    }
  }

  /// The method of a cell; nil where it depends on a context window that is not known.
  private static func method(
    _ choice: MethodChoice, _ place: Coordinates, _ task: Configuration.TaskEntry, contextWindow: Int?
  ) throws(SweepError) -> Method? {
    if let method = choice.method { return method }
    guard let length = place.length else {
      throw .configuration(task.location, .noLength(method: choice.description, task: task.name))
    }
    guard let contextWindow else { return nil }
    do {
      return try choice.resolved(contextWindow: contextWindow, targetLength: length)
    } catch {
      throw .configuration(task.location, .method(error))
    }
  }

  /// The cells without those that an earlier cell already is, under another spelling of its method.
  static func distinct(_ cells: [Cell]) -> [Cell] {
    var seen: Set<Cell> = []
    return cells.filter { seen.insert($0).inserted }
  }

  /// What was chosen in place of `auto`, in words.
  static func choices(of cells: [Cell]) -> [String] {
    var lines: [String] = []
    for cell in cells {
      guard let choice = cell.choice, let length = cell.place.length else { continue }
      let line =
        "\(cell.model.name): \(choice) is \(cell.method) at \(length) tokens, chosen "
        + "automatically by the empirical rule W + (N - W)/G < 2/3 L"
      if !lines.contains(line) { lines.append(line) }
    }
    return lines
  }
}
