import Backends
import Evaluation
import Foundation
import Positions
import Tasks

extension Sweep {
  /// Times each model under each of its methods: prompts of two lengths, generation after them, and a text's
  /// log-probabilities.
  ///
  /// - Parameters:
  ///   - budget: about how many seconds a model may take.
  ///   - alone: the same configuration with one thread; nil to leave that out.
  ///   - onProgress: told what is timed.
  /// - Returns: an entry for each model whose weights are there.
  /// - Throws: `SweepError` where a model cannot be loaded, or a task cannot make its samples.
  public func calibrate(
    budget: Double, alone: Sweep?, onProgress: (String) -> Void
  ) throws(SweepError) -> [Machine.Entry] {
    var entries: [Machine.Entry] = []
    for model in models where !model.facts.isRemote && model.inventory.missingWeights.isEmpty {
      let own = cells.filter { $0.model === model }
      guard let text = try longestPrompt(own) else { continue }
      var methods: [Method] = []
      for cell in own where !methods.contains(cell.method) { methods.append(cell.method) }
      if !methods.contains(.plain) { methods.insert(.plain, at: 0) }
      onProgress("\(model.name): loading")
      let stopwatch = Stopwatch(try model.loaded(), TokenCosts(model.facts), text)
      guard let found = stopwatch.measure(methods, longest: text.count, budget: budget, onProgress: onProgress) else {
        continue
      }
      var entry = Machine.Entry(
        model: model.machineKey, threads: options.threads, tokens: found.longest, costs: found.costs, aloneReading: 1,
        aloneGenerating: 1, measuredAt: Date().timeIntervalSince1970)
      // What computes elsewhere than on the processor has no threads.
      let twin = alone?.models.first { $0.name == model.name && $0.machineKey == model.machineKey }
      if options.threads > 1, let twin {
        onProgress("\(model.name): one thread")
        let single = Stopwatch(try twin.loaded(), TokenCosts(twin.facts), text)
        if let slow = single.times(.plain, length: found.shortest), let fast = found.shortTimes {
          entry.aloneReading = max(1, slow.reading / fast.reading)
          entry.aloneGenerating = max(1, slow.token / fast.token)
        }
      }
      entries.append(entry)
    }
    return entries
  }

  /// The tokens of the longest prompt of cells.
  private func longestPrompt(_ cells: [Cell]) throws(SweepError) -> [Int]? {
    var longest: [Int] = []
    for cell in cells {
      for sample in try samples.selected(of: cell) where sample.sample.request.tokens.count > longest.count {
        longest = sample.sample.request.tokens
      }
    }
    return longest.count >= 16 ? longest : nil
  }
}

extension PreparedModel {
  /// The model with its weights, for timing alone: its weights are not hashed.
  func loaded() throws(SweepError) -> any LoadedModel {
    do { return try backend.load(specification, hashes: UnneededHashes()) } catch { throw .backend(error) }
  }
}

/// Times a model on pieces of a text.
private final class Stopwatch {
  /// What one length took.
  struct Times {
    let length: Int
    /// Seconds for the prompt.
    let reading: Double
    /// Seconds for a generated token.
    let token: Double
  }

  private let model: any LoadedModel
  private let costs: TokenCosts
  private let text: [Int]
  private var start = 0
  private static let newTokens = 12

  init(_ model: any LoadedModel, _ costs: TokenCosts, _ text: [Int]) {
    self.model = model
    self.costs = costs
    self.text = text
  }

  /// Other tokens each time, so that no prefix is there already.
  private func piece(_ length: Int) -> [Int] {
    start += 1
    return (0..<length).map { text[(start * 7 + $0) % text.count] }
  }

  private func seconds(_ request: Request, _ method: Method, computing most: Int = .max) -> Double? {
    let begin = ContinuousClock.now
    let answers = try? model.run(
      [ModelRequest(request, text: "")], method: method, isCancelled: { false }, onProgress: { _ in })
    guard case .success(let answer)? = answers?.first, answer.computedTokenCount <= most else { return nil }
    return max(1e-7, (ContinuousClock.now - begin).seconds)
  }

  /// A prompt of a length, then generation after it, whose prompt is there already.
  func times(_ method: Method, length: Int) -> Times? { times(method, piece(length)) }

  private func times(_ method: Method, _ tokens: [Int]) -> Times? {
    let length = tokens.count
    func generate(_ count: Int) -> Request { .generate(tokens: tokens, maxNewTokens: count, minNewTokens: count) }
    // One token costs its pass and no more: the prompt's last logits give it.
    guard let reading = seconds(generate(1), method), let more = seconds(generate(Self.newTokens + 1), method) else {
      return nil
    }
    return Times(length: length, reading: reading, token: more / Double(Self.newTokens + 1))
  }

  /// The median of three times for more tokens behind a prompt that was the last to be read; nil where it was read again.
  private func behind(_ method: Method, _ prompt: [Int], length: Int) -> Double? {
    let tries = (0..<3).compactMap { _ in
      seconds(.generate(tokens: prompt + piece(length), maxNewTokens: 1), method, computing: length + prompt.count / 2)
    }
    return tries.count == 3 ? tries.sorted()[1] : nil
  }

  /// All methods at two lengths, the longer one as long as the budget allows, and more tokens behind it.
  func measure(
    _ methods: [Method], longest: Int, budget: Double, onProgress: (String) -> Void
  ) -> (costs: CostModel, shortest: Int, longest: Int, shortTimes: Times?)? {
    // The first passes read the weights from the disk.
    guard seconds(.generate(tokens: piece(16), maxNewTokens: 1), .plain) != nil,
      let probe = times(.plain, length: 256)
    else { return nil }
    let short = min(512, max(64, longest / 4))
    let long = longerLength(short, probe, methods.count, longest: longest, budget: budget)
    var speeds: [String: CostModel.Speed] = [:]
    var shortTimes: Times?
    for method in methods {
      onProgress("\(method): prompts of \(short) and \(long) tokens")
      let first = [times(method, length: short), times(method, length: short), times(method, length: short)]
      let sorted = first.compactMap { $0 }.sorted { $0.reading < $1.reading }
      let prompt = piece(long)
      guard sorted.count == 3, let far = times(method, prompt) else { return nil }
      let near = Times(length: short, reading: sorted[1].reading, token: sorted.map(\.token).sorted()[1])
      if method == .plain { shortTimes = near }
      speeds[method.description] = speed(near, far, behind: behind(method, prompt, length: short))
    }
    guard let plain = shortTimes else { return nil }
    onProgress("log-probabilities of \(short) tokens")
    let scored = [seconds(.score(tokens: piece(short)), .plain), seconds(.score(tokens: piece(short)), .plain)]
    guard let text = scored.compactMap({ $0 }).min() else { return nil }
    let logit = max(0, text - plain.reading) / max(1, Double(short - 1) * costs.logits)
    return (CostModel(methods: speeds, logit: logit), short, long, shortTimes)
  }

  /// As long as the methods' prompts fit the budget, at most the sweep's longest and 16,384.
  private func longerLength(_ short: Int, _ probe: Times, _ methods: Int, longest: Int, budget: Double) -> Int {
    var length = 2 * short
    let unit = costs.reading(probe.length, after: 0, logitCount: 1)
    while 2 * length <= min(16_384, max(longest, 1024)) {
      let next = costs.reading(2 * length, after: 0, logitCount: 1)
      // Attention is taken for slower than products, by multiply-add.
      let ratio = (next.products + 3 * next.attention) / (unit.products + 3 * unit.attention)
      guard ratio * probe.reading * Double(methods) <= budget else { break }
      length *= 2
    }
    return length
  }

  /// What the times of a method say of its speeds.
  private func speed(_ near: Times, _ far: Times, behind: Double?) -> CostModel.Speed {
    func reading(_ count: Int, after cached: Int = 0, _ seconds: Double) -> Reading {
      let work = costs.reading(count, after: cached, logitCount: 1)
      return Reading(products: work.products, attention: work.attention, seconds: seconds)
    }
    let (product, attention) = ReadingFit.speeds(
      near: reading(near.length, near.reading), far: reading(far.length, far.reading),
      behind: behind.map { reading(near.length, after: far.length, $0) })
    let (token, tokenAttention) = ReadingFit.solve(
      (1, costs.attention * Double(near.length), near.token), (1, costs.attention * Double(far.length), far.token))
    return CostModel.Speed(product: product, attention: attention, token: token, tokenAttention: tokenAttention)
  }
}
