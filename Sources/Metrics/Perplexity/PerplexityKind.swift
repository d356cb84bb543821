public import Evaluation
import Foundation

/// What the sum of NLL of a text is divided by to make a number of it.
public enum PerplexityKind: String, CaseIterable, Sendable {
  case perTokens = "perplexity"
  case perWords = "word_perplexity"
  case perBytes = "byte_perplexity"
  case bitsPerByte = "bits_per_byte"

  /// The kind of a metric's name; anything unknown counts tokens.
  public init(metric: String) { self = PerplexityKind(rawValue: metric) ?? .perTokens }

  /// The name of the score that holds a sample's part of the divisor.
  public var countName: String {
    switch self {
    case .perTokens: PerplexityParts.counts.tokens
    case .perWords: PerplexityParts.counts.words
    case .perBytes, .bitsPerByte: PerplexityParts.counts.bytes
    }
  }

  /// The metric of that name.
  public var metric: MetricDescription {
    MetricDescription(name: rawValue, aggregation: .perplexity, higherIsBetter: false)
  }

  /// The number of a mean NLL in nats: its exp, or the mean in bits.
  public func value(meanNLL: Double) -> Double { self == .bitsPerByte ? meanNLL / log(2.0) : exp(meanNLL) }
}
