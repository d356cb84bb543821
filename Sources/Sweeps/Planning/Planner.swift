import Backends
import Evaluation
import Positions
public import Store
import Tasks
import Text

extension Sweep {
  /// Counts samples, tokens, memory and time, and what of it is done.
  ///
  /// Changes nothing, and gives the same each time.
  ///
  /// - Parameters:
  ///   - store: the store of the configuration, where there is one; it is only read.
  ///   - measuresRate: loads the weights that are there and times a short prompt, in place of assuming a speed.
  /// - Returns: the plan.
  /// - Throws: `SweepError`.
  public func plan(store: ResultStore?, measuresRate: Bool = false) throws(SweepError) -> Plan {
    judge?.use(store)
    let known = try store.map { (store) throws(SweepError) in try StoredCells(store, models, judge: judge) }
    var rates: [ObjectIdentifier: Rate] = [:]
    for model in models {
      let own = cells.filter { $0.model === model }
      var rate = options.machine.flatMap { Rate($0, model, threads: options.threads) }
      if rate == nil { rate = try known?.rate(of: model, cells: own, samples) }
      if rate == nil, measuresRate, !model.facts.isRemote, let cell = own.first {
        rate = try RateMeasurement.rate(of: model, cell, samples)
      }
      rates[ObjectIdentifier(model)] = rate ?? .assumed(threads: options.threads)
    }
    return try Planner(sweep: self, known: known, rates: rates).plan()
  }
}

/// From a prepared sweep, what is stored and how fast models are to a plan.
struct Planner {
  let sweep: Sweep
  let known: StoredCells?
  let rates: [ObjectIdentifier: Rate]

  func plan() throws(SweepError) -> Plan {
    var result = Plan(
      name: sweep.configuration.name, models: [], cells: [], missing: sweep.missing, choices: sweep.choices,
      warnings: sweep.warnings)
    for model in sweep.models {
      let own = sweep.cells.filter { $0.model === model }
      let rate = rates[ObjectIdentifier(model)] ?? .assumed(threads: sweep.options.threads)
      var summary = Self.summary(of: model, rate)
      var longest: [Method: Int] = [:]
      for batch in try sweep.samples.batches(own) {
        result.cells += try plan(batch, model, rate, &summary, &longest)
      }
      result.warnings += warnings(model, own, longest)
      result.warnings += memoryWarnings(model, summary)
      result.models.append(summary)
    }
    result.warnings += judgmentWarnings(result.cells)
    result.judge = sweep.judge.map {
      Plan.JudgePlan(name: $0.model.name, remarks: $0.model.notes + $0.model.capabilities.reasons)
    }
    return result
  }

  private static func summary(of model: PreparedModel, _ rate: Rate) -> Plan.ModelPlan {
    let stored = model.inventory.weightByteCount
    if model.facts.isRemote {
      var plan = Plan.ModelPlan(
        name: model.name, contextWindow: model.contextWindow, parameterCount: model.facts.parameterCount,
        weightByteCount: 0, missingWeights: [], longestSequence: 0, cacheByteCount: 0, activationByteCount: 0,
        rate: rate)
      plan.isRemote = true
      plan.remarks = model.notes + model.capabilities.reasons
      return plan
    }
    return Plan.ModelPlan(
      name: model.name, contextWindow: model.contextWindow, parameterCount: model.facts.parameterCount,
      weightByteCount: stored > 0 ? stored : 2 * model.facts.parameterCount,
      missingWeights: model.inventory.missingWeights, longestSequence: 0, cacheByteCount: 0,
      activationByteCount: model.facts.activationByteCount, rate: rate)
  }

  private static func requestCount(of request: Request) -> Int {
    if case .choices(_, let continuations) = request { return continuations.count }
    return 1
  }

  /// Keys, values and buffers of a pass that the machine cannot hold now, with numbers: such samples would be refused.
  private func memoryWarnings(_ model: PreparedModel, _ summary: Plan.ModelPlan) -> [String] {
    sweep.memoryProblem(of: model, summary).map { [$0] } ?? []
  }

  /// Judgments that may be longer than the judge's context; the server would refuse them, or cut what it is to judge.
  private func judgmentWarnings(_ cells: [Plan.CellPlan]) -> [String] {
    guard let judge = sweep.judge?.model else { return [] }
    let context = judge.capabilities.servedContext ?? judge.facts.contextWindow
    var longest: [String: Int] = [:]
    for cell in cells where cell.longestJudgment > context {
      longest[cell.task] = max(longest[cell.task] ?? 0, cell.longestJudgment)
    }
    return longest.sorted { $0.key < $1.key }.map { task, count in
      "the judge \(judge.name): a judgment of \(task) may have about \(NumberText.grouped(count)) tokens (prompt, the "
        + "answer that is judged, its own reply), and its context has \(NumberText.grouped(context)); serve it with more"
    }
  }

  /// What should be known of the methods at the longest sequences that they meet, and what the backend cannot do.
  private func warnings(_ model: PreparedModel, _ cells: [Cell], _ longest: [Method: Int]) -> [String] {
    var warnings: [String] = []
    var methods: [Method] = []
    for cell in cells where !methods.contains(cell.method) { methods.append(cell.method) }
    for method in methods {
      guard let length = longest[method] else { continue }
      warnings += method.warnings(contextWindow: model.contextWindow, length: length).map { "\(model.name): \($0)" }
      if model.facts.hasRotaryScaling, method.rotaryScaling(contextWindow: model.contextWindow) != nil {
        warnings.append(
          "\(model.name): \(method) replaces the checkpoint's own scaling of the rotary frequencies; it does not "
            + "add to it")
      }
    }
    return warnings
  }

  /// Plans the cells of a batch, whose samples reuse each other's prompts.
  private func plan(
    _ batch: [Cell], _ model: PreparedModel, _ rate: Rate, _ summary: inout Plan.ModelPlan,
    _ longest: inout [Method: Int]
  ) throws(SweepError) -> [Plan.CellPlan] {
    var selected: [[SelectedSample]] = []
    for cell in batch {
      let samples = try sweep.samples.selected(of: cell)
      try RequestSupport.check(samples, cell)
      selected.append(samples)
    }
    let work = sweep.samples.ordered(batch, selected, isOfAllShards: false).work
    var plans: [Plan.CellPlan] = []
    for (index, cell) in batch.enumerated() {
      let samples = Array(zip(selected[index], work[index]))
      plans.append(try plan(cell, samples, rate, &summary, &longest))
    }
    return plans
  }

  private func plan(
    _ cell: Cell, _ samples: [(SelectedSample, SampleWork)], _ rate: Rate, _ summary: inout Plan.ModelPlan,
    _ longestByMethod: inout [Method: Int]
  ) throws(SweepError) -> Plan.CellPlan {
    let done = try known?.done(samples.map(\.0), of: cell, sweep.samples) ?? []
    var result = Plan.CellPlan(
      model: cell.model.name, method: cell.method.description, task: cell.task.entry.label, coordinates: cell.place,
      totalSampleCount: try sweep.samples.count(of: cell), sampleCount: samples.count, doneCount: 0,
      equalToPlainCount: 0, promptTokenCount: 0, longestPrompt: 0, truncatedSampleCount: 0, remainingSeconds: 0,
      totalSeconds: 0)
    let hasPlain = sweep.hasPlainTwin(cell)
    let place = sweep.judge?.place(of: cell) ?? FollowUp.Place()
    var longest = 0
    var held = 0
    for (sample, work) in samples {
      let isEqual = cell.isEqualToPlain(sample.key)
      let seconds = isEqual && hasPlain ? 0 : rate.seconds(work, under: cell.method)
      let isDone = done.contains(sample.sample.id.rawValue)
      result.promptTokenCount += work.promptTokenCount
      result.newTokenCount += work.newTokenCount
      result.requestCount += Self.requestCount(of: sample.sample.request)
      let calls = sample.sample.followUp?.calls(at: place) ?? []
      result.following.add(calls.filter { !$0.isJudgment }, isDone: isDone)
      let judgments = calls.filter(\.isJudgment)
      result.judgments.add(judgments, isDone: isDone)
      let most = judgments.map { $0.promptTokenCount + $0.maxNewTokens }.max()
      result.longestJudgment = max(
        result.longestJudgment, most.map { $0 + sample.sample.request.maxNewTokens } ?? 0)
      result.longestPrompt = max(result.longestPrompt, work.promptTokenCount)
      result.truncatedSampleCount += work.truncatedTokenCount > 0 ? 1 : 0
      result.doneCount += isDone ? 1 : 0
      result.equalToPlainCount += isEqual ? 1 : 0
      result.totalSeconds += seconds
      result.multiplyAdds += isEqual && hasPlain ? 0 : work.multiplyAdds
      result.remainingSeconds += isDone ? 0 : seconds
      longest = max(longest, sample.key.sequenceLength)
      held = max(held, cell.model.facts.heldTokenCount(of: sample))
    }
    // A shard warns of what the whole sweep warns of, so that joined shards have the report of the whole.
    let whole =
      sweep.options.shard == nil ? longest : try sweep.samples.chosen(of: cell).map(\.key.sequenceLength).max()
    longestByMethod[cell.method] = max(longestByMethod[cell.method] ?? 0, whole ?? 0)
    let perToken = cell.model.facts.cacheByteCount(cell.method, cell.model.entry.cache)
    func bytes(_ tokens: Int) -> Int {
      let (bytes, overflow) = tokens.multipliedReportingOverflow(by: perToken)
      return overflow ? Int.max / 4 : min(bytes, Int.max / 4)
    }
    summary.longestSequence = max(summary.longestSequence, longest)
    summary.longestCacheByteCount = max(summary.longestCacheByteCount, bytes(longest))
    if bytes(held) > summary.cacheByteCount {
      summary.cacheByteCount = bytes(held)
      summary.heldTokenCount = held
    }
    let buffers = cell.model.facts.activationByteCount + cell.model.facts.operationByteCount(longest)
    summary.activationByteCount = max(summary.activationByteCount, buffers)
    return result
  }
}

extension Sweep {
  /// What of a model's longest sample does not fit into memory, in words; nil where all does.
  func memoryProblem(of model: PreparedModel, _ summary: Plan.ModelPlan) -> String? {
    // What a person says can be had is for keys and values.
    if let available = options.memoryByteCount { return summary.memoryProblem(available: available, weights: 0) }
    return summary.memoryProblem(
      available: model.facts.availableByteCount, weights: model.facts.copiedWeightByteCount)
  }
}

extension ModelFacts {
  /// Tokens whose keys and values are held at once for samples such as this one.
  fileprivate func heldTokenCount(of sample: SelectedSample) -> Int {
    guard case .generate(let tokens, let maxNewTokens, _, _, _) = sample.sample.request else {
      return sample.key.sequenceLength
    }
    return max(sample.key.sequenceLength, heldTokenCount(tokens.count, maxNewTokens))
  }
}

/// Whether a model's backend can do what a cell asks for; asked by plans and before a run.
enum RequestSupport {
  /// Refuses what the backend cannot do.
  ///
  /// - Throws: `SweepError.unsupported`.
  static func check(_ samples: [SelectedSample], _ cell: Cell) throws(SweepError) {
    let capabilities = cell.model.capabilities
    if !capabilities.hasMethods, cell.method != .plain {
      throw .unsupported(model: cell.model.name, what: "the method \(cell.method)")
    }
    for sample in samples {
      try check(length: sample.sample.request, capabilities, cell)
      if sample.sample.conversation?.pictures.isEmpty == false, !capabilities.takesPictures {
        throw .unsupported(
          model: cell.model.name, what: "pictures, which \(cell.task.name) shows" + because(capabilities, "pictures"))
      }
      switch sample.sample.request {
      case .generate where !capabilities.takesTokens:
        throw .unsupported(
          model: cell.model.name,
          what: "answers to prompts of ids, which \(cell.task.name) needs; chat: server sends texts"
            + because(capabilities, "takes no prompts"))
      case .score where !capabilities.scoresTexts:
        throw .unsupported(
          model: cell.model.name,
          what: "the log-probabilities of a text, which \(cell.task.name) needs" + because(capabilities, "of a text"))
      case .choices where !capabilities.comparesChoices:
        throw .unsupported(
          model: cell.model.name,
          what: "the log-probabilities of given answers, which \(cell.task.name) needs"
            + because(capabilities, "of given answers"))
      case .score, .choices, .generate: continue
      }
    }
  }

  /// Refuses what is longer than the backend's limit; a server that scores a text generates a token behind it.
  private static func check(
    length request: Request, _ capabilities: Capabilities, _ cell: Cell
  ) throws(SweepError) {
    guard let limit = capabilities.longestSequence else { return }
    var length = request.sequenceLength
    if case .score = request { length += 1 }
    guard length > limit else { return }
    throw .unsupported(
      model: cell.model.name,
      what: "\(length) tokens of prompt and answer, which a sample of \(cell.task.name) \(cell.place.label) needs: its "
        + "context has \(limit)")
  }

  /// Why, where the backend says it.
  private static func because(_ capabilities: Capabilities, _ word: String) -> String {
    capabilities.reasons.first { $0.contains(word) }.map { " (\($0))" } ?? ""
  }
}
