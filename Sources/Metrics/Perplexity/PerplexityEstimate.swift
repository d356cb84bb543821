import Foundation

/// The log-probabilities that one window adds to a perplexity.
public struct ScoredWindow: Hashable, Sendable {
  /// The document that the window belongs to.
  public let document: String
  /// The window.
  public let window: ScoringWindow
  /// Natural-log probabilities of the tokens of `window.scored`, in order.
  public let logProbabilities: [Float]

  /// A scored window.
  public init(document: String = "", window: ScoringWindow, logProbabilities: [Float]) {
    self.document = document
    self.window = window
    self.logProbabilities = logProbabilities
  }

  /// Sum of NLLs in nats and their number.
  public var sums: WeightedSum {
    WeightedSum(
      sum: logProbabilities.reduce(0.0) { $0 - Double($1) }, weight: Double(logProbabilities.count))
  }
}

/// One document's part of a perplexity.
public struct DocumentPerplexity: Hashable, Sendable, Codable {
  /// The document.
  public let name: String
  /// Mean NLL of its scored tokens, nats per token.
  public let meanNLL: Double
  /// The number of scored tokens.
  public let tokenCount: Int

  /// exp of the mean NLL.
  public var perplexity: Double { exp(meanNLL) }
}

/// A perplexity with its interval and what it was counted over.
public struct PerplexityEstimate: Hashable, Sendable, Codable {
  /// What was drawn to get the interval.
  public enum Resampling: Hashable, Sendable, Codable {
    /// Whole documents.
    case documents(count: Int)
    /// Blocks of consecutive windows of the only document.
    case blocks(count: Int, windowsPerBlock: Int)
  }

  /// The perplexity as the convention defines it.
  public let perplexity: Double
  /// The mean NLL whose exp is the perplexity: nats per token, or per word for `pg19-word`.
  public let meanNLL: Double
  /// The number of scored tokens.
  public let tokenCount: Int
  /// The sum of the NLLs of all scored tokens, in nats.
  public let totalNLL: Double
  /// The 95 % interval of the perplexity by bootstrap; nil when there is only one unit to draw.
  public let interval: Interval?
  /// What was drawn for the interval.
  public let resampling: Resampling?
  /// The uncertainty that the convention itself prints (llama.cpp: perplexity times the standard error of the mean NLL
  /// over tokens); nil where it has none.
  public let plusMinus: Double?
  /// Per document, in the order in which they first came.
  public let documents: [DocumentPerplexity]

  /// exp(total NLL / words): PG-19's and lm-eval's word perplexity; nil for no words.
  public func perWord(wordCount: Int) -> Double? { wordCount > 0 ? exp(totalNLL / Double(wordCount)) : nil }

  /// exp(total NLL / UTF-8 bytes): lm-eval's byte perplexity; nil for no bytes.
  public func perByte(byteCount: Int) -> Double? { byteCount > 0 ? exp(totalNLL / Double(byteCount)) : nil }

  /// total NLL / (UTF-8 bytes · ln 2): lm-eval's bits per byte; nil for no bytes.
  public func bitsPerByte(byteCount: Int) -> Double? {
    byteCount > 0 ? totalNLL / (Double(byteCount) * log(2.0)) : nil
  }

  /// The perplexity over windows that are known by their sums, for example stored `nll_sum` and `token_count`.
  ///
  /// - Parameters:
  ///   - windows: document and sums of every window, windows of a document in text order.
  ///   - bootstrap: seed and number of resamples of the interval.
  /// - Returns: the token perplexity; nil when no token was scored.
  public init?(windows: [(document: String, sums: WeightedSum)], bootstrap: Bootstrap = Bootstrap()) {
    self.init(windows: windows, divisor: nil, plusMinus: nil, bootstrap: bootstrap)
  }

  init?(
    windows: [(document: String, sums: WeightedSum)], divisor: Double?, plusMinus: Double?, mean: Double? = nil,
    bootstrap: Bootstrap
  ) {
    let total = WeightedSum.total(of: windows.map(\.sums))
    guard total.weight > 0, divisor.map({ $0 > 0 }) ?? true else { return nil }
    let meanNLL = mean ?? total.sum / (divisor ?? total.weight)
    let groups = PerplexityEstimate.grouped(windows)
    // Words are spread over the documents as their tokens are: only the total is known.
    let tokensPerUnit = divisor.map { total.weight / $0 } ?? 1
    let draws: [WeightedSum]
    if groups.count >= 2 {
      draws = groups.map(\.total)
      resampling = .documents(count: groups.count)
    } else {
      let units = groups.flatMap(\.windows)
      draws = Bootstrap.blocks(of: units)
      resampling =
        draws.count >= 2
        ? .blocks(count: draws.count, windowsPerBlock: Bootstrap.blockLength(unitCount: units.count)) : nil
    }
    self.meanNLL = meanNLL
    perplexity = exp(meanNLL)
    tokenCount = Int(total.weight)
    totalNLL = total.sum
    interval = bootstrap.interval(of: draws) { exp($0 * tokensPerUnit) }
    self.plusMinus = plusMinus
    documents = groups.map {
      DocumentPerplexity(name: $0.name, meanNLL: $0.total.sum / $0.total.weight, tokenCount: Int($0.total.weight))
    }
  }

  private static func grouped(
    _ windows: [(document: String, sums: WeightedSum)]
  ) -> [(name: String, windows: [WeightedSum], total: WeightedSum)] {
    var order: [String] = []
    var parts: [String: [WeightedSum]] = [:]
    for window in windows where window.sums.weight > 0 {
      if parts[window.document] == nil { order.append(window.document) }
      parts[window.document, default: []].append(window.sums)
    }
    return order.map { name in
      let units = parts[name] ?? []
      return (name, units, WeightedSum.total(of: units))
    }
  }
}

extension PerplexityConvention {
  /// The perplexity of scored windows under this convention.
  ///
  /// - Parameters:
  ///   - windows: the windows of `plan`, with their log-probabilities, documents one after the other.
  ///   - wordCount: the number of words of all documents; needed by `pg19-word`.
  ///   - bootstrap: seed and number of resamples of the interval.
  /// - Returns: the estimate; nil when nothing was scored, or words are needed and not given.
  public func estimate(
    of windows: [ScoredWindow], wordCount: Int? = nil, bootstrap: Bootstrap = Bootstrap()
  ) -> PerplexityEstimate? {
    let sums = windows.map { (document: $0.document, sums: $0.sums) }
    switch self {
    case .pg19Word:
      guard let wordCount, wordCount > 0 else { return nil }
      return PerplexityEstimate(windows: sums, divisor: Double(wordCount), plusMinus: nil, bootstrap: bootstrap)
    case .hfDoc:
      return PerplexityEstimate(
        windows: sums, divisor: nil, plusMinus: nil, mean: documentedMean(of: windows), bootstrap: bootstrap)
    case .llamaCpp:
      let error = standardError(of: windows)
      let plusMinus = error.flatMap { error in WeightedSum.total(of: sums.map(\.sums)).mean.map { exp($0) * error } }
      return PerplexityEstimate(windows: sums, divisor: nil, plusMinus: plusMinus, bootstrap: bootstrap)
    case .sliding, .hfStrided, .lmEvalRolling, .llamaCppStride, .lastK:
      return PerplexityEstimate(windows: sums, bootstrap: bootstrap)
    }
  }

  /// The Transformers documentation's mean: every window's mean NLL, weighted by targets - 1.
  private func documentedMean(of windows: [ScoredWindow]) -> Double? {
    WeightedSum.total(
      of: windows.compactMap { scored in
        guard let mean = scored.sums.mean else { return nil }
        let weight = Double(scored.window.targetCount - 1)
        return WeightedSum(sum: mean * weight, weight: weight)
      }
    ).mean
  }

  /// llama.cpp's standard error of the mean NLL, tokens taken as independent.
  private func standardError(of windows: [ScoredWindow]) -> Double? {
    var sum = 0.0
    var squares = 0.0
    var count = 0.0
    for value in windows.lazy.flatMap(\.logProbabilities) {
      sum -= Double(value)
      squares += Double(value) * Double(value)
      count += 1
    }
    guard count > 1 else { return nil }
    let mean = sum / count
    return (max(0, squares / count - mean * mean) / (count - 1)).squareRoot()
  }
}
