import Backends
import Evaluation
import Positions
import Store
import Tasks

/// What one sample costs.
struct SampleWork {
  let promptTokenCount: Int
  let newTokenCount: Int
  let truncatedTokenCount: Int
  /// Multiply-adds of the engine, generation included.
  let multiplyAdds: Double
  /// The same arithmetic, apart by what runs at a speed of its own.
  let load: Workload

  /// Nothing.
  static let none = SampleWork(
    promptTokenCount: 0, newTokenCount: 0, truncatedTokenCount: 0, multiplyAdds: 0, load: Workload())
}

extension ModelFacts {
  /// A generated token reads every weight for one column of work; it takes about as long as this many prompt tokens.
  static let decodeFactor = 8.0

  /// The cost of a sample after another one under the same method, whose prefix is reused.
  func work(of sample: Sample, after previous: Sample?) -> SampleWork {
    let tokens = sample.request.tokens
    let newTokens = sample.request.maxNewTokens
    var cost: Double
    let shared = previous.map { Request.sharedPrefix(tokens, $0.request.tokens) } ?? 0
    var reused = 0
    switch sample.request {
    case .score:
      if case .score? = previous?.request { reused = max(0, min(shared, tokens.count - 1) - 1) }
      let computed = max(0, tokens.count - 1 - reused)
      cost = multiplyAdds(computed, reused, computed)
    case .generate:
      cost = multiplyAdds(tokens.count - shared, shared, 1)
      cost += Self.decodeFactor * Double(newTokens) * multiplyAdds(1, tokens.count, 1)
    case .choices(_, let continuations):
      cost = multiplyAdds(tokens.count - shared, shared, 1)
      for continuation in continuations where continuation.count > 1 {
        cost += Self.decodeFactor * multiplyAdds(continuation.count, tokens.count - 1, continuation.count)
      }
    }
    for next in sample.followUp?.calls() ?? [] where !next.isJudgment {
      cost += multiplyAdds(next.promptTokenCount, 0, 1)
      cost += Self.decodeFactor * Double(next.maxNewTokens) * multiplyAdds(1, next.promptTokenCount, 1)
    }
    if !cost.isFinite || cost <= 0 { cost = 1 }
    return SampleWork(
      promptTokenCount: tokens.count, newTokenCount: newTokens,
      truncatedTokenCount: sample.truncatedTokenCount, multiplyAdds: cost,
      load: TokenCosts(self).workload(of: sample, sharing: shared, withText: reused))
  }
}

extension ModelFacts {
  /// The cost of a sample that was evaluated.
  func work(of result: SampleResult) -> Double {
    guard let output = result.outputTokens else {
      let cached = max(0, result.promptTokenCount - 1 - result.computedTokenCount)
      return multiplyAdds(result.computedTokenCount, cached, result.computedTokenCount)
    }
    let prefill = max(1, result.computedTokenCount - max(0, output.count - 1))
    return multiplyAdds(prefill, max(0, result.promptTokenCount - prefill), 1)
      + Self.decodeFactor * Double(output.count) * multiplyAdds(1, result.promptTokenCount, 1)
  }
}

/// How fast the engine is taken to be.
public struct Rate: Hashable, Sendable {
  /// Where the figure comes from.
  public enum Source: Hashable, Sendable {
    /// Measured on earlier samples of the same model in the store.
    case store(samples: Int)
    /// Measured just now on the first tokens of a prompt.
    case measured(tokens: Int)
    /// Measured by `plan --calibrate`, on that machine with that many threads, up to prompts of that many tokens.
    case calibrated(machine: String, threads: Int, tokens: Int)
    /// The default for that many threads; nothing was measured.
    case assumed(threads: Int)
  }
  /// Multiply-adds per second.
  public var multiplyAddsPerSecond: Double
  /// Where the figure comes from.
  public var source: Source
  /// What each kind of arithmetic takes, where the machine was calibrated for the model.
  public var costs: CostModel?

  /// A speed.
  init(multiplyAddsPerSecond: Double, source: Source, costs: CostModel? = nil) {
    self.multiplyAddsPerSecond = multiplyAddsPerSecond
    self.source = source
    self.costs = costs
  }

  /// The seconds that a sample takes under a method.
  func seconds(_ work: SampleWork, under method: Method) -> Double {
    costs?.seconds(work.load, under: method) ?? work.multiplyAdds / multiplyAddsPerSecond
  }

  /// What an AVX2 core does with quantised weights when it is not alone; stated in a plan where nothing was measured.
  static func assumed(threads: Int) -> Rate {
    Rate(multiplyAddsPerSecond: 20e9 * Double(max(1, threads)), source: .assumed(threads: max(1, threads)))
  }
}
