import Digest
import Evaluation
import Foundation
import JSON
import Positions
import Store
import Tasks
import Tokenizers

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
  /// Inputs that were left out.
  public let missing: [MissingInput]
  /// What a person should know before it runs; grows no more after planning.
  public internal(set) var warnings: [String] = []

  /// What was chosen in place of `auto`, in words, one per model, spelling and length.
  public let choices: [String]

  let plainCells: Set<Cell>
  let provider: any ModelProvider
  let models: [Int: PreparedModel]
  let tasks: [Int: any EvaluationTask]
  private var sampleCache: [SampleCacheKey: [SelectedSample]] = [:]
  private var sampleCounts: [SampleCacheKey: (samples: Int, promptTokens: Int)] = [:]
  private var cachedTokenCount = 0

  /// A model whose tokenizer is loaded.
  struct PreparedModel {
    let entry: Configuration.ModelEntry
    let path: String
    let facts: ModelFacts
    let files: ModelFiles
    let tokenizer: Tokenizer
    let contextWindow: Int

    func context(seed: UInt64) -> SampleContext {
      SampleContext(tokenizer: tokenizer, contextWindow: contextWindow, chat: entry.chat, seed: seed)
    }

    /// Whether a prompt has two BOS tokens in front, which no task means.
    func beginsTwice(_ tokens: [Int]) -> Bool {
      tokens.count > 1 && tokens[0] == tokenizer.bosToken && tokens[1] == tokens[0]
    }
  }

  private struct SampleCacheKey: Hashable {
    let model: Int
    let task: Int
    let cell: TaskCell
  }

  /// Makes a configuration ready.
  ///
  /// - Parameters:
  ///   - configuration: the configuration.
  ///   - options: what to take of it.
  ///   - provider: where models come from.
  ///   - purpose: what it is made for.
  /// - Throws: `SweepError`; `.missing` lists every missing input at once.
  public init(
    _ configuration: Configuration, options: SweepOptions, provider: any ModelProvider, purpose: Purpose
  ) throws(SweepError) {
    self.configuration = configuration
    self.options = options
    self.provider = provider
    var missing: [MissingInput] = []
    var models: [Int: PreparedModel] = [:]
    var warnings: [String] = []
    for (index, entry) in configuration.models.enumerated() {
      let inputs = Self.missingFiles(of: entry, index, purpose)
      missing += inputs
      guard inputs.isEmpty, let path = entry.path.resolved else { continue }
      models[index] = try Self.prepare(entry, path: path, provider, &warnings)
    }
    var tasks: [Int: any EvaluationTask] = [:]
    for (index, entry) in configuration.tasks.enumerated() {
      guard let task = try Self.build(entry, &missing) else { continue }
      if options.only.accepts(entry.name, under: "task") {
        try Self.verify(
          entry, task, allowsUnverified: options.allowsUnverified || configuration.allowsUnverified, &warnings)
      }
      tasks[index] = task
    }
    for (_, model) in models.sorted(by: { $0.key < $1.key }) {
      for (_, task) in tasks.sorted(by: { $0.key < $1.key }) {
        for warning in task.warnings(in: model.context(seed: configuration.seed)) where !warnings.contains(warning) {
          warnings.append(warning)
        }
      }
    }
    let all = try Self.expand(configuration, tasks: tasks, models: models)
    let selected = try options.only.filter(
      all, in: configuration,
      isComplete: tasks.count == configuration.tasks.count && models.count == configuration.models.count)
    let needed = Self.needed(missing, by: options.only, configuration)
    if purpose == .execution, !options.skipsMissing, !needed.isEmpty { throw .missing(needed) }
    self.missing = needed
    self.models = models
    self.tasks = tasks
    let known = selected.filter { models[$0.model] != nil }
    choices = Self.choices(of: known, configuration)
    cells = Self.distinct(known)
    plainCells = Set(cells.filter { $0.method == .plain })
    self.warnings = warnings
    if cells.isEmpty { throw needed.isEmpty ? .nothingToDo : .missing(needed) }
  }

  /// The missing inputs that the selection could want: those whose model or task it does not exclude.
  private static func needed(
    _ missing: [MissingInput], by only: Selection, _ configuration: Configuration
  ) -> [MissingInput] {
    missing.filter { only.accepts($0.name, under: $0.kind == .model ? "model" : "task") }
  }

  private static func missingFiles(
    of entry: Configuration.ModelEntry, _ index: Int, _ purpose: Purpose
  ) -> [MissingInput] {
    func input(_ files: [String]) -> MissingInput {
      MissingInput(
        kind: .model, name: entry.name, argument: "models.\(index).path", writtenPath: entry.path.text,
        location: entry.path.location,
        unsetVariable: entry.path.unsetVariable, lookedFor: files)
    }
    let files = ModelFiles(path: entry.path.resolved ?? entry.path.text)
    let all = files.missing + (purpose == .execution ? files.missingWeights : [])
    if entry.path.resolved == nil { return [input(files.missing + files.missingWeights)] }
    if all.isEmpty { return [] }
    return [input(files.missing + files.missingWeights)]
  }

  private static func prepare(
    _ entry: Configuration.ModelEntry, path: String, _ provider: any ModelProvider, _ warnings: inout [String]
  ) throws(SweepError) -> PreparedModel {
    let facts = try provider.facts(of: entry, path: path)
    let window = entry.contextWindow ?? facts.contextWindow
    if window != facts.contextWindow {
      warnings.append(
        "\(entry.name): the configuration says a context window of \(window) tokens, the checkpoint "
          + "\(facts.contextWindow); capacity is judged by the configuration, the engine follows the checkpoint")
    }
    let tokenizer = try provider.tokenizer(of: entry, path: path)
    if entry.chat == "auto", tokenizer.chatTemplate.flatMap({ ChatTemplate.recognised(from: $0) }) == nil {
      let names = ChatTemplate.names.joined(separator: ", ")
      let reason = tokenizer.chatTemplate == nil ? "has no chat template of its own" : "has one that is not known"
      throw .configuration(
        entry.path.location,
        .impossible(key: "chat", found: "auto", expected: "a name, because the checkpoint \(reason): \(names)"))
    }
    return PreparedModel(
      entry: entry, path: path, facts: facts, files: ModelFiles(path: path), tokenizer: tokenizer,
      contextWindow: window)
  }

  /// Builds a task; a missing dataset is listed, any other mistake thrown with its place.
  private static func build(
    _ entry: Configuration.TaskEntry, _ missing: inout [MissingInput]
  ) throws(SweepError) -> (any EvaluationTask)? {
    guard let settings = entry.settings else {
      for (key, path) in entry.paths.sorted(by: { $0.key < $1.key }) where path.resolved == nil {
        missing.append(
          MissingInput(
            kind: .dataset, name: entry.name, argument: "tasks.\(entry.name).\(key)", writtenPath: path.text,
            location: path.location,
            unsetVariable: path.unsetVariable, lookedFor: []))
      }
      return nil
    }
    do {
      return try entry.type.init(settings: settings)
    } catch {
      switch error {
      case .missingData(let file, let need):
        let path = entry.paths.sorted { $0.key < $1.key }.first {
          $0.value.resolved.map { file.hasPrefix($0) } ?? false
        }
        missing.append(
          MissingInput(
            kind: .dataset, name: entry.name, argument: "tasks.\(entry.name).\(path?.key ?? "path")",
            writtenPath: path?.value.text ?? file, location: path?.value.location ?? entry.location, unsetVariable: nil,
            lookedFor: ["\(file): \(need)"]))
        return nil
      case .setting(let key, let found, let expected):
        throw .configuration(
          entry.locations[key] ?? entry.location, .impossible(key: key, found: found, expected: expected))
      case .damagedData, .impossibleSample, .unverifiedData, .unwritable:
        throw .task(name: entry.name, entry.location, error)
      }
    }
  }
}

extension Sweep {
  /// The samples of a cell, without the limit; kept between methods while they are not many.
  private func samples(of cell: Cell) throws(SweepError) -> [SelectedSample] {
    let key = SampleCacheKey(model: cell.model, task: cell.task, cell: cell.taskCell)
    if let samples = sampleCache[key] { return samples }
    guard let task = tasks[cell.task], let model = models[cell.model] else { return [] }
    let made: [Sample]
    do {
      made = try task.samples(of: cell.taskCell, in: model.context(seed: configuration.seed))
    } catch {
      throw .task(name: configuration.tasks[cell.task].name, configuration.tasks[cell.task].location, error)
    }
    if let sample = made.first(where: { model.beginsTwice($0.request.tokens) }) {
      throw .task(
        name: configuration.tasks[cell.task].name, configuration.tasks[cell.task].location,
        .impossibleSample(
          cell: sample.id.rawValue,
          problem: "the prompt begins with two BOS tokens; look at the chat template and the tokenizer's add_bos_token")
      )
    }
    let samples = made.map { SelectedSample(sample: $0, key: SampleKey($0)) }
    let count = made.reduce(0) { $0 + $1.request.tokens.count }
    sampleCounts[key] = (samples.count, count)
    if cachedTokenCount + count <= 8_000_000 {
      sampleCache[key] = samples
      cachedTokenCount += count
    }
    return samples
  }

  /// The number of samples that a cell has, whatever the options take of it.
  func sampleCount(of cell: Cell) throws(SweepError) -> Int {
    if let counts = sampleCounts[SampleCacheKey(model: cell.model, task: cell.task, cell: cell.taskCell)] {
      return counts.samples
    }
    return try samples(of: cell).count
  }

  /// The prompt tokens of all samples that a cell has.
  func promptTokenCount(of cell: Cell) throws(SweepError) -> Int {
    let key = SampleCacheKey(model: cell.model, task: cell.task, cell: cell.taskCell)
    if sampleCounts[key] == nil { _ = try samples(of: cell) }
    return sampleCounts[key]?.promptTokens ?? 0
  }

  /// The samples of a cell that the limit and the shard leave.
  func selectedSamples(of cell: Cell) throws(SweepError) -> [SelectedSample] {
    guard let model = models[cell.model], let task = tasks[cell.task] else { return [] }
    let samples = try samples(of: cell).prefix(options.limit ?? Int.max)
    guard let shard = options.shard else { return Array(samples) }
    // The key of a shard does without the weights, so that a plan can tell the shards apart.
    let identity = Identity(
      modelHash: model.entry.name, tokenizer: "", cache: model.entry.cache, numerics: "",
      protocolName: task.protocolName, slidingWindow: model.facts.slidingWindow)
    return samples.filter { shard.contains(key: identity.of($0.key, method: cell.method)) }
  }

  /// The record of a cell in the store.
  func record(of cell: Cell, modelHash: String) throws(SweepError) -> CellRecord? {
    guard let model = models[cell.model], let task = tasks[cell.task] else { return nil }
    let files = task.dataFiles.sorted { ($0.name, $0.sha256) < ($1.name, $1.sha256) }
    let dataHash = files.isEmpty ? "" : SHA256.hexadecimal(of: files.map { "\($0.name) \($0.sha256)\n" }.joined())
    return CellRecord(
      model: model.entry.name, contextWindow: model.contextWindow, modelHash: modelHash,
      method: cell.method.description, task: configuration.tasks[cell.task].name,
      settings: configuration.tasks[cell.task].settingsText, protocolName: task.protocolName,
      protocolNotes: task.protocolNotes, dataHash: dataHash,
      coordinates: cell.taskCell,
      metrics: task.metrics, sampleCount: try sampleCount(of: cell))
  }
}

/// A sample that is asked for, with its part of the identity.
struct SelectedSample {
  let sample: Sample
  let key: SampleKey
}

extension Selection {
  /// True where the selection does not exclude a model or task by name.
  func accepts(_ name: String, under key: String) -> Bool { accepted(under: key).map { $0.contains(name) } ?? true }
}
