public import Backends
import Evaluation
import Gates
import Positions
import Tasks

/// A configuration made ready: tasks built, tokenizers loaded, cells expanded and selected, inputs checked.
///
/// Made once, then planned or executed. It holds no weights.
public final class Sweep {
  /// What it is made for.
  public enum Purpose: Sendable {
    /// Inputs that are missing are left out and listed; weights are not needed.
    case plan
    /// Inputs that are missing are an error before any work, unless the options leave them out.
    case execution
  }

  /// The configuration.
  public let configuration: Configuration
  /// What to take of it.
  public let options: SweepOptions
  /// The cells that are selected and whose inputs are there, in the order of execution: by model, then method, then task.
  public let cells: [Cell]
  /// The models that have cells, in the configuration's order.
  public let models: [PreparedModel]
  /// Inputs that were left out.
  public let missing: [MissingInput]
  /// What a person should know of models, tasks and data before it runs.
  public let warnings: [String]
  /// What was chosen in place of `auto`, in words, one per model, spelling and length.
  public let choices: [String]

  /// Who judges answers that no rule can score.
  let judge: PreparedJudge?
  /// Makes the samples.
  let samples: SampleSource
  private let plainCells: Set<Cell>

  /// Makes a configuration ready.
  ///
  /// - Parameters:
  ///   - configuration: the configuration.
  ///   - options: what to take of it.
  ///   - purpose: what it is made for.
  ///   - backend: what runs a model entry.
  /// - Throws: `SweepError`; `.missing` lists every missing input at once.
  public init(
    _ configuration: Configuration, options: SweepOptions, purpose: Purpose,
    backend: (Configuration.ModelEntry) -> any Backend
  ) throws(SweepError) {
    var missing: [MissingInput] = []
    var warnings: [String] = []
    let models = try Self.models(configuration, purpose, backend, &missing)
    for (_, model) in models.sorted(by: { $0.key < $1.key }) { warnings += model.warnings }
    let tasks = try Self.tasks(configuration, options, &missing, &warnings)
    for (_, model) in models.sorted(by: { $0.key < $1.key }) {
      for task in tasks {
        for warning in task.task.warnings(in: model.context(seed: configuration.seed))
        where !warnings.contains(warning) {
          warnings.append(warning)
        }
      }
    }
    try Self.refuseIdleGates(of: configuration, tasks)
    let all = try Expansion.candidates(of: configuration, models: models, tasks: tasks)
    let isComplete = tasks.count == configuration.tasks.count && models.count == configuration.models.count
    do {
      try options.only.check(against: Self.names(of: configuration) + all.map(\.label), isComplete: isComplete)
    } catch {
      throw .selection(error)
    }
    // The inputs that the selection could want: those whose model or task it does not exclude.
    let needed = missing.filter { options.only.accepts($0.name, under: $0.kind == .model ? "model" : "task") }
    if purpose == .execution, !options.skipsMissing, !needed.isEmpty { throw .missing(needed) }
    let known = all.filter { options.only.accepts($0.label) }.compactMap(\.cell)
    let cells = Expansion.distinct(known)
    if cells.isEmpty { throw needed.isEmpty ? .nothingToDo : .missing(needed) }
    self.configuration = configuration
    self.options = options
    self.cells = cells
    self.models = models.sorted { $0.key < $1.key }.map(\.value).filter { model in
      cells.contains { $0.model === model }
    }
    self.missing = needed
    choices = Expansion.choices(of: known)
    plainCells = Set(cells.filter { $0.method == .plain })
    let judged = cells.contains { !$0.task.task.judgedMetrics.isEmpty }
    judge = try configuration.judge.flatMap { (entry) throws(SweepError) in
      judged ? try PreparedJudge(entry, backend(entry.model)) : nil
    }
    if configuration.judge != nil, !judged {
      warnings.append("the judge is not asked: no task here has answers for one")
    }
    self.warnings = warnings
    samples = SampleSource(
      seed: configuration.seed, limit: options.limit, shard: options.shard, cells: cells, judge: judge,
      threads: options.threads)
  }

  /// The methods and names as the configuration writes them, which a selection may use though no cell is there.
  private static func names(of configuration: Configuration) -> [Selection.Label] {
    configuration.models.map { model in
      Selection.Label(
        model: model.name, methods: configuration.methods.flatMap { [$0.description, $0.name] }, task: "", place: [])
    }
      + configuration.tasks.map { Selection.Label(model: "", methods: [], task: $0.name, entry: $0.label, place: []) }
  }

  /// A gate that everything passes, or that nothing can pass, is a slip of the pen: 5 in place of 0.05.
  private static func refuseIdleGates(
    of configuration: Configuration, _ tasks: [PreparedTask]
  ) throws(SweepError) {
    for gate in configuration.gates {
      for task in tasks where [task.name, task.entry.label].contains(gate.rule.task) {
        let metrics = task.task.metrics + task.task.judgedMetrics
        guard let metric = metrics.first(where: { $0.name == gate.rule.metric }),
          let problem = gate.rule.idleness(of: metric)
        else { continue }
        throw .configuration(gate.location, .idleGate(problem))
      }
    }
  }

  private static func models(
    _ configuration: Configuration, _ purpose: Purpose, _ backend: (Configuration.ModelEntry) -> any Backend,
    _ missing: inout [MissingInput]
  ) throws(SweepError) -> [Int: PreparedModel] {
    var models: [Int: PreparedModel] = [:]
    for (index, entry) in configuration.models.enumerated() {
      let backend = backend(entry)
      let written = entry.specification(path: entry.path.resolved ?? entry.path.text)
      let inventory = backend.inventory(of: written)
      let isMissing = !inventory.missing.isEmpty || (purpose == .execution && !inventory.missingWeights.isEmpty)
      guard let path = entry.path.resolved, !isMissing else {
        missing.append(
          MissingInput(
            kind: .model, name: entry.name, argument: "models.\(index).path", writtenPath: entry.path.text,
            location: entry.path.location, unsetVariable: entry.path.unsetVariable,
            lookedFor: inventory.missing + inventory.missingWeights))
        continue
      }
      models[index] = try PreparedModel(entry, path: path, backend)
    }
    return models
  }

  private static func tasks(
    _ configuration: Configuration, _ options: SweepOptions, _ missing: inout [MissingInput],
    _ warnings: inout [String]
  ) throws(SweepError) -> [PreparedTask] {
    var tasks: [PreparedTask] = []
    for entry in configuration.tasks {
      guard let task = try PreparedTask.build(entry, hasJudge: configuration.judge != nil, &missing) else { continue }
      if options.only.accepts(entry.name, under: "task")
        || options.only.accepts(entry.label, under: "task")
      {
        try DataPolicy.verify(
          task, allowsUnverified: options.allowsUnverified || configuration.allowsUnverified, &warnings)
      }
      tasks.append(task)
    }
    return tasks
  }

  /// True where the shard has a sample of a model; the whole sweep needs every model, for the records of its cells.
  func isNeeded(_ model: PreparedModel) throws(SweepError) -> Bool {
    guard options.shard != nil else { return true }
    for cell in cells where cell.model === model {
      if try !samples.selected(of: cell).isEmpty { return true }
    }
    return false
  }

  /// True where plain has a cell of its own at the same place, whose evaluations samples equal to plain's take.
  func hasPlainTwin(_ cell: Cell) -> Bool { plainCells.contains(cell.plainTwin) }
}
