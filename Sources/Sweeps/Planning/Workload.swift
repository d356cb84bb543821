import Backends
import Evaluation
import Tasks

/// The arithmetic of a sample, apart by what runs at a speed of its own.
struct Workload: Hashable {
  /// Multiply-adds of the layers' matrices while a prompt is read.
  var products = 0.0
  /// Multiply-adds of attention while a prompt is read.
  var attention = 0.0
  /// Multiply-adds of the output layer.
  var logits = 0.0
  /// Tokens that are computed one by one, or few together.
  var decodedTokens = 0.0
  /// Multiply-adds of attention of these tokens.
  var decodedAttention = 0.0

  static func + (a: Workload, b: Workload) -> Workload {
    Workload(
      products: a.products + b.products, attention: a.attention + b.attention, logits: a.logits + b.logits,
      decodedTokens: a.decodedTokens + b.decodedTokens, decodedAttention: a.decodedAttention + b.decodedAttention)
  }
}

/// What a token costs in a model, taken apart.
struct TokenCosts {
  /// Multiply-adds of a token in the layers' matrices.
  let products: Double
  /// Multiply-adds of attention for each token that a token sees.
  let attention: Double
  /// Multiply-adds of the output layer for a token.
  let logits: Double

  init(_ facts: ModelFacts) {
    let alone = facts.multiplyAdds(1, 0, 0)
    attention = max(0, facts.multiplyAdds(1, 1, 0) - alone)
    products = max(0, alone - attention)
    logits = max(0, facts.multiplyAdds(1, 0, 1) - alone)
  }

  /// Tokens of a prompt after cached ones.
  func reading(_ count: Int, after cached: Int, logitCount: Int) -> Workload {
    let pairs = Double(count) * Double(cached) + Double(count) * Double(count + 1) / 2
    return Workload(
      products: Double(count) * products, attention: pairs * attention, logits: Double(logitCount) * logits)
  }

  /// Tokens one by one after cached ones.
  func decoding(_ count: Int, after cached: Int) -> Workload {
    Workload(decodedTokens: Double(count), decodedAttention: Double(count) * Double(cached) * attention)
  }

  /// A sample after another one under the same method, whose prefix is reused.
  func workload(of sample: Sample, sharing shared: Int, withText reused: Int) -> Workload {
    let tokens = sample.request.tokens.count
    var load: Workload
    switch sample.request {
    case .score:
      let computed = max(0, tokens - 1 - reused)
      load = reading(computed, after: reused, logitCount: computed)
    case .generate(_, let newTokens, _, _, _):
      load = reading(tokens - shared, after: shared, logitCount: 1) + decoding(newTokens, after: tokens)
    case .choices(_, let continuations):
      load = reading(tokens - shared, after: shared, logitCount: 1)
      for continuation in continuations where continuation.count > 1 {
        load = load + decoding(continuation.count, after: tokens)
      }
    }
    for next in sample.followUp?.calls() ?? [] where !next.isJudgment {
      load = load + reading(next.promptTokenCount, after: 0, logitCount: 1)
      load = load + decoding(next.maxNewTokens, after: next.promptTokenCount)
    }
    return load
  }
}
