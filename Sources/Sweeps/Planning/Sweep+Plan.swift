import Evaluation
import JSON
import Positions
public import Store
import Tasks
import Tokenizers

extension Sweep {
  /// Counts samples, tokens, memory and time, and what of it is done.
  ///
  /// - Parameters:
  ///   - store: the store of the configuration, where there is one; it is only read.
  ///   - measuresRate: loads the weights that are there and times a short prompt, in place of assuming a speed.
  /// - Returns: the plan.
  /// - Throws: `SweepError`.
  public func plan(store: ResultStore?, measuresRate: Bool = false) throws(SweepError) -> Plan {
    var plan = Plan(
      name: configuration.name, models: [], cells: [], missing: missing, choices: choices, warnings: warnings)
    let stored = try store.map { (store) throws(SweepError) in try StoredProgress(store) }
    for (index, model) in models.sorted(by: { $0.key < $1.key }) {
      let own = cells.filter { $0.model == index }
      guard !own.isEmpty else { continue }
      let rate = try rate(of: model, cells: own, stored: stored, measures: measuresRate)
      var summary = Plan.ModelPlan(
        name: model.entry.name, contextWindow: model.contextWindow, parameterCount: model.facts.parameterCount,
        weightByteCount: model.files.weightByteCount > 0 ? model.files.weightByteCount : 2 * model.facts.parameterCount,
        missingWeights: model.files.missingWeights, longestSequence: 0, cacheByteCount: 0,
        activationByteCount: model.facts.activationByteCount, rate: rate)
      var longest: [Method: Int] = [:]
      for batch in try batches(cells.indices.filter { cells[$0].model == index }) {
        plan.cells += try self.plan(batch.map { cells[$0] }, model, rate, stored, &summary, &longest)
      }
      var methods: [Method] = []
      for cell in own where !methods.contains(cell.method) { methods.append(cell.method) }
      for method in methods {
        guard let length = longest[method] else { continue }
        plan.warnings += method.warnings(contextWindow: model.contextWindow, length: length)
          .map { "\(model.entry.name): \($0)" }
        if model.facts.hasRotaryScaling, method.rotaryScaling(contextWindow: model.contextWindow) != nil {
          plan.warnings.append(
            "\(model.entry.name): \(method) replaces the checkpoint's own scaling of the rotary frequencies; it does not "
              + "add to it")
        }
      }
      plan.models.append(summary)
    }
    warnings = plan.warnings
    return plan
  }

  /// Plans the cells of a batch, whose samples reuse each other's prompts.
  private func plan(
    _ batch: [Cell], _ model: PreparedModel, _ rate: Rate, _ stored: StoredProgress?,
    _ summary: inout Plan.ModelPlan, _ longestByMethod: inout [Method: Int]
  ) throws(SweepError) -> [Plan.CellPlan] {
    var selected: [[SelectedSample]] = []
    for cell in batch { selected.append(try selectedSamples(of: cell)) }
    var work = selected.map { $0.map { _ in SampleWork.none } }
    var previous: Sample?
    for place in ReuseOrder.order(selected.map { $0.map(\.sample.request.tokens) }) {
      let sample = selected[place.cell][place.sample].sample
      work[place.cell][place.sample] = model.facts.work(of: sample, after: previous)
      previous = sample
    }
    var plans: [Plan.CellPlan] = []
    for (index, cell) in batch.enumerated() {
      let samples = Array(zip(selected[index], work[index]))
      plans.append(try plan(cell, samples, model, rate, stored, &summary, &longestByMethod))
    }
    return plans
  }

  private func plan(
    _ cell: Cell, _ samples: [(SelectedSample, SampleWork)], _ model: PreparedModel, _ rate: Rate,
    _ stored: StoredProgress?, _ summary: inout Plan.ModelPlan, _ longestByMethod: inout [Method: Int]
  ) throws(SweepError) -> Plan.CellPlan {
    let done = try stored?.done(samples.map(\.0), of: cell, in: self) ?? []
    var result = Plan.CellPlan(
      model: model.entry.name, method: cell.method.description, task: configuration.tasks[cell.task].name,
      coordinates: cell.taskCell.coordinates.map { ($0.name, $0.value.spelling) },
      totalSampleCount: try sampleCount(of: cell), sampleCount: samples.count, doneCount: 0, equalToPlainCount: 0,
      promptTokenCount: 0, longestPrompt: 0, truncatedSampleCount: 0, remainingSeconds: 0, totalSeconds: 0)
    let hasPlain = hasPlainTwin(cell)
    var longest = 0
    for (sample, work) in samples {
      let length = sample.key.sequenceLength
      let isEqual = isEqualToPlain(sample.key, cell, model)
      let seconds = isEqual && hasPlain ? 0 : work.multiplyAdds / rate.multiplyAddsPerSecond
      let isDone = done.contains(sample.sample.id.rawValue)
      result.promptTokenCount += work.promptTokenCount
      result.longestPrompt = max(result.longestPrompt, work.promptTokenCount)
      result.truncatedSampleCount += work.truncatedTokenCount > 0 ? 1 : 0
      result.doneCount += isDone ? 1 : 0
      result.equalToPlainCount += isEqual ? 1 : 0
      result.totalSeconds += seconds
      result.remainingSeconds += isDone ? 0 : seconds
      longest = max(longest, length)
    }
    longestByMethod[cell.method] = max(longestByMethod[cell.method] ?? 0, longest)
    summary.longestSequence = max(summary.longestSequence, longest)
    summary.cacheByteCount = max(
      summary.cacheByteCount, longest * model.facts.cacheByteCount(cell.method, model.entry.cache))
    return result
  }

  private func rate(
    of model: PreparedModel, cells: [Cell], stored: StoredProgress?, measures: Bool
  ) throws(SweepError) -> Rate {
    if let rate = try stored?.rate(of: model, cells: cells, in: self) { return rate }
    if measures, model.files.missingWeights.isEmpty, let rate = try measuredRate(of: model, cells: cells) {
      return rate
    }
    return .assumed(threads: options.threads)
  }

  /// Times the first tokens of a prompt under the first method: few of them where they take long.
  private func measuredRate(of model: PreparedModel, cells: [Cell]) throws(SweepError) -> Rate? {
    guard let cell = cells.first, let sample = try selectedSamples(of: cell).first?.sample else { return nil }
    let runner = try provider.load(model.entry, path: model.path, hashes: UnneededHashes())
    func seconds(_ count: Int) -> Double? {
      let tokens = Array(sample.request.tokens.prefix(count))
      guard tokens.count >= 8 else { return nil }
      let start = ContinuousClock.now
      let outcome = try? runner.run(
        .score(tokens: tokens), method: cell.method, isCancelled: { false }, onProgress: { _ in })
      return outcome == nil ? nil : max(1e-6, (ContinuousClock.now - start).seconds)
    }
    // The first run reads the weights from the disk and does not count.
    guard seconds(8) != nil, var time = seconds(32) else { return nil }
    var count = min(32, sample.request.tokens.count)
    if time < 0.5, let longer = seconds(256) {
      time = longer
      count = min(256, sample.request.tokens.count)
    }
    let work = model.facts.multiplyAdds(count - 1, 0, count - 1)
    return Rate(multiplyAddsPerSecond: work / time, source: .measured(tokens: count))
  }
}

/// Stands for hashes that nobody will look at, so that no file is read for them.
private struct UnneededHashes: FileHashCache {
  func hash(ofFile path: String, byteCount: Int, modified: Double) -> String? { "not hashed" }
  func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double) {}
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// What a store holds of a sweep, without the weights: the hash of the weights is taken from the cells themselves.
struct StoredProgress {
  private let store: ResultStore
  private let cells: [CellRecord: StoredCell]

  init(_ store: ResultStore) throws(SweepError) {
    self.store = store
    var cells: [CellRecord: StoredCell] = [:]
    // A later cell with other weights stands for the earlier one.
    for cell in try stored({ () throws(StoreError) in try store.cells() }) {
      var record = cell.record
      record.modelHash = ""
      cells[record] = cell
    }
    self.cells = cells
  }

  private func match(for cell: Cell, in sweep: Sweep) throws(SweepError) -> StoredCell? {
    guard let record = try sweep.record(of: cell, modelHash: "") else { return nil }
    return cells[record]
  }

  /// The names of the selected samples whose result is stored, taking the weights to be those of the stored cell.
  func done(_ selected: [SelectedSample], of cell: Cell, in sweep: Sweep) throws(SweepError) -> Set<String> {
    guard let found = try match(for: cell, in: sweep),
      let identity = sweep.identity(of: cell, modelHash: found.record.modelHash)
    else { return [] }
    let identities = try stored { () throws(StoreError) in try store.identities(in: found.id) }
    let done = selected.filter { identities[$0.sample.id.rawValue] == identity.of($0.key, method: cell.method) }
    return Set(done.map(\.sample.id.rawValue))
  }

  /// The speed on the samples of the model that are stored.
  func rate(of model: Sweep.PreparedModel, cells: [Cell], in sweep: Sweep) throws(SweepError) -> Rate? {
    var work = 0.0
    var seconds = 0.0
    var count = 0
    for cell in cells where count < 50 {
      guard let found = try match(for: cell, in: sweep) else { continue }
      let results = try stored { () throws(StoreError) in
        try store.results(in: found.id, withPrompts: false, withLogProbabilities: false)
      }
      for result in results where result.durationSeconds > 0 && result.computedTokenCount > 0 {
        work += model.facts.work(of: result)
        seconds += result.durationSeconds
        count += 1
      }
    }
    guard count >= 3, seconds > 0 else { return nil }
    return Rate(multiplyAddsPerSecond: work / seconds, source: .store(samples: count))
  }
}

/// Runs an operation of the store and gives its error the sweep's type.
func stored<Result>(_ body: () throws(StoreError) -> Result) throws(SweepError) -> Result {
  do { return try body() } catch { throw .store(error) }
}

extension Sweep {
  /// True where a method other than plain is by definition plain attention for a sample.
  func isEqualToPlain(_ key: SampleKey, _ cell: Cell, _ model: PreparedModel) -> Bool {
    cell.method != .plain
      && cell.method.isPlain(forLength: key.sequenceLength, slidingWindow: model.facts.slidingWindow)
  }

  /// True where plain has a cell of its own at the same place, whose results such samples take.
  func hasPlainTwin(_ cell: Cell) -> Bool {
    plainCells.contains(Cell(model: cell.model, method: .plain, task: cell.task, taskCell: cell.taskCell))
  }

  /// What identifies the results of a cell, with the weights' hash.
  func identity(of cell: Cell, modelHash: String) -> Identity? {
    guard let model = models[cell.model], let task = tasks[cell.task] else { return nil }
    return Identity(
      modelHash: modelHash, tokenizer: model.tokenizer.identity, cache: model.entry.cache,
      numerics: provider.numericsVersion, protocolName: task.protocolName,
      slidingWindow: model.facts.slidingWindow)
  }
}
