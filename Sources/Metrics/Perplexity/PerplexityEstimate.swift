import Evaluation
import Foundation

/// Negative log-likelihoods of one window's scored tokens, in nats.
public struct WindowNLL: Sendable {
  /// One value per scored token.
  public let values: [Double]
  /// The document that the window belongs to.
  public let document: String
  /// The window's `targetCount`; needed by `hf-doc` alone.
  public let targetCount: Int?
  /// The sum.
  public var sum: Double { values.reduce(0, +) }

  /// The losses of a window.
  public init(_ values: [Double], document: String = "", targetCount: Int? = nil) {
    self.values = values
    self.document = document
    self.targetCount = targetCount
  }
}

/// One document's part of a perplexity.
public struct DocumentPerplexity: Hashable, Sendable, Codable {
  /// The document.
  public let name: String
  /// Nats per scored token.
  public let meanNLL: Double
  /// Scored tokens.
  public let tokenCount: Int

  /// exp of the mean NLL.
  public var perplexity: Double { exp(meanNLL) }
}

/// A perplexity with what it rests on.
public struct PerplexityEstimate: Sendable, Hashable {
  /// What was taken for independent to get the interval.
  public enum Units: Hashable, Sendable, Codable {
    /// Whole documents.
    case documents(count: Int)
    /// Blocks of consecutive windows of the only document.
    case blocks(count: Int, windowsPerBlock: Int)
  }

  /// exp of the mean NLL.
  public let perplexity: Double
  /// Nats per token; per word for `pg19-word`.
  public let meanNLL: Double
  /// Scored tokens.
  public let tokenCount: Int
  /// The sum of the NLLs of all scored tokens, nats.
  public let totalNLL: Double
  /// 95 % interval over documents, or blocks of windows of a single one; nil below `Statistics.minimumUnitCount` units.
  public let interval: Statistics.Interval?
  /// What the interval is over; nil where there is only one unit.
  public let units: Units?
  /// llama.cpp's ±: the perplexity times the standard error of the mean NLL over single tokens.
  public let plusMinus: Double
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
}

/// Perplexity from negative log-likelihoods.
public enum Perplexity {
  /// exp(nllSum / tokenCount).
  public static func value(nllSum: Double, tokenCount: Int) -> Double { exp(nllSum / Double(tokenCount)) }

  /// The number that a convention makes of the windows.
  ///
  /// - Parameters:
  ///   - windows: windows in text order, documents one after the other.
  ///   - convention: the convention that planned them.
  ///   - wordCount: the words of all documents; `pg19-word` divides by it.
  /// - Returns: the estimate; nil where nothing was scored, or words are needed and were not given.
  public static func estimate(
    _ windows: [WindowNLL], _ convention: PerplexityConvention, wordCount: Int? = nil
  ) -> PerplexityEstimate? {
    let used = windows.filter { !$0.values.isEmpty }
    let perWindow = used.enumerated().map { weighted($1, isFirst: $0 == 0, convention) }
    let total = WeightedSum.total(of: perWindow)
    guard let tokenMean = total.mean else { return nil }
    // The NLL of a word is that of its tokens; only the total number of words is known.
    let tokensPerUnit: Double
    if convention == .pg19Word {
      guard let wordCount, wordCount > 0 else { return nil }
      tokensPerUnit = total.weight / Double(wordCount)
    } else {
      tokensPerUnit = 1
    }
    let mean = tokenMean * tokensPerUnit
    let documents = grouped(used, perWindow)
    let (sums, units) = units(used, perWindow, documentCount: documents.count)
    return PerplexityEstimate(
      perplexity: exp(mean), meanNLL: mean, tokenCount: used.reduce(0) { $0 + $1.values.count },
      totalNLL: used.reduce(0) { $0 + $1.sum }, interval: Statistics.interval(of: sums) { exp($0 * tokensPerUnit) },
      units: units, plusMinus: exp(mean) * standardError(used.lazy.flatMap(\.values)),
      documents: documents.map { name, sums in
        let total = WeightedSum.total(of: sums)
        return DocumentPerplexity(name: name, meanNLL: total.sum / total.weight, tokenCount: Int(total.weight))
      })
  }

  /// A window's sum and weight; the documentation's code counts one token less than it averages over.
  private static func weighted(_ window: WindowNLL, isFirst: Bool, _ convention: PerplexityConvention) -> WeightedSum {
    let count = window.values.count
    guard convention == .hfDoc else { return WeightedSum(sum: window.sum, weight: Double(count)) }
    let weight = Double(window.targetCount.map { $0 - 1 } ?? (isFirst ? count : count - 1))
    return WeightedSum(sum: window.sum / Double(count) * weight, weight: weight)
  }

  private static func grouped(_ windows: [WindowNLL], _ sums: [WeightedSum]) -> [(String, [WeightedSum])] {
    var order: [String] = []
    var parts: [String: [WeightedSum]] = [:]
    for (window, sum) in zip(windows, sums) where sum.weight > 0 {
      if parts[window.document] == nil { order.append(window.document) }
      parts[window.document, default: []].append(sum)
    }
    return order.map { ($0, parts[$0] ?? []) }
  }

  /// The units of the interval: documents, or blocks of the windows of the only one.
  private static func units(
    _ windows: [WindowNLL], _ sums: [WeightedSum], documentCount: Int
  ) -> (sums: [WeightedSum], units: PerplexityEstimate.Units?) {
    let metric = MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)
    let contributions = zip(windows, sums).filter { $0.1.weight > 0 }
      .map { Contribution(sums: $0.1, unit: $0.0.document) }
    let units = Metrics.Units(contributions, metric: metric).sums
    if documentCount > 1 { return (units, .documents(count: units.count)) }
    let length = WeightedSum.blockLength(unitCount: contributions.count)
    return (units, units.count > 1 ? .blocks(count: units.count, windowsPerBlock: length) : nil)
  }

  /// llama.cpp's standard error of the mean NLL: tokens are taken as independent.
  private static func standardError(_ values: some Sequence<Double>) -> Double {
    var sum = 0.0
    var squares = 0.0
    var count = 0.0
    for value in values {
      sum += value
      squares += value * value
      count += 1
    }
    guard count > 1 else { return 0 }
    let mean = sum / count
    return (max(0, squares / count - mean * mean) / (count - 1)).squareRoot()
  }
}
