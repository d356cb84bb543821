import Evaluation
import Positions
import Tasks

/// From a configuration to its cells, every method decided.
extension Sweep {
  /// Every cell, by model, then method, then task; those whose method cannot be decided without a missing model are left
  /// out.
  ///
  /// - Parameters:
  ///   - configuration: the configuration.
  ///   - tasks: the tasks that could be built.
  ///   - models: the models that could be read.
  /// - Returns: the cells; a method that was chosen may stand twice at one place.
  /// - Throws: `SweepError.configuration` where `auto` meets a task without lengths, or a length that nothing holds.
  static func expand(
    _ configuration: Configuration, tasks: [Int: any EvaluationTask], models: [Int: PreparedModel]
  ) throws(SweepError) -> [Cell] {
    var cells: [Cell] = []
    for model in configuration.models.indices {
      let window = models[model]?.contextWindow ?? configuration.models[model].contextWindow
      for choice in configuration.methods {
        for task in configuration.tasks.indices {
          for cell in tasks[task]?.cells ?? [] {
            guard let method = try method(choice, cell, configuration.tasks[task], contextWindow: window) else {
              continue
            }
            cells.append(
              Cell(
                model: model, method: method, task: task, taskCell: cell,
                choice: choice.isAutomatic ? choice.description : nil))
          }
        }
      }
    }
    return cells
  }

  /// The method of a cell; nil where it depends on a context window that is not known.
  private static func method(
    _ choice: MethodChoice, _ cell: TaskCell, _ task: Configuration.TaskEntry, contextWindow: Int?
  ) throws(SweepError) -> Method? {
    if let method = choice.method { return method }
    guard let length = cell.length else {
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
    return cells.filter {
      seen.insert(Cell(model: $0.model, method: $0.method, task: $0.task, taskCell: $0.taskCell)).inserted
    }
  }

  /// What was chosen in place of `auto`, in words.
  static func choices(of cells: [Cell], _ configuration: Configuration) -> [String] {
    var lines: [String] = []
    for cell in cells {
      guard let choice = cell.choice, let length = cell.taskCell.length else { continue }
      let line =
        "\(configuration.models[cell.model].name): \(choice) is \(cell.method) at \(length) tokens, chosen "
        + "automatically by the empirical rule W + (N - W)/G < 2/3 L"
      if !lines.contains(line) { lines.append(line) }
    }
    return lines
  }
}
