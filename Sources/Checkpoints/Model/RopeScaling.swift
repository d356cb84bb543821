import Foundation

/// How a checkpoint stretches its rotary positions: facts of the file, computed with by higher layers.
///
/// The names are those of Hugging Face's `rope_scaling`. Frequencies are those of `ropeTheta` over
/// `rotaryDimension`; a scaling applies to global layers only where a model has a second RoPE base for local ones.
public enum RopeScaling: Sendable, Equatable {
  /// Positions as they are.
  case none
  /// Every position is divided by the factor.
  case linear(factor: Double)
  /// Dynamic NTK: the base grows once a sequence exceeds the context window.
  case dynamic(factor: Double)
  /// YaRN (arXiv 2309.00071); `attentionFactor` multiplies sine and cosine, nil means 0.1 ln(factor) + 1.
  case yarn(factor: Double, originalContext: Int, betaFast: Double, betaSlow: Double, attentionFactor: Double?)
  /// Llama 3.1: low frequencies are divided by the factor, high ones kept, smoothly between.
  case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContext: Int)
  /// Phi-3's LongRoPE: each frequency is divided by its own factor, one list up to the original context and one
  /// beyond; both have `rotaryDimension / 2` elements. `attentionFactor` multiplies sine and cosine.
  case longRope(shortFactors: [Double], longFactors: [Double], originalContext: Int, attentionFactor: Double)
}

extension RopeScaling {
  /// LongRoPE's factor of sine and cosine where a checkpoint states none: sqrt(1 + ln(factor) / ln(original)), and 1
  /// for a window that was not extended.
  static func longRopeAttentionFactor(factor: Double, originalContext: Int) -> Double {
    guard factor > 1, originalContext > 1 else { return 1 }
    return (1 + log(factor) / log(Double(originalContext))).squareRoot()
  }
}

extension RopeScaling: CustomStringConvertible {
  /// The scaling and its numbers in words.
  public var description: String {
    func stretched(_ attention: Double?) -> String { attention.map { ", sine and cosine times \($0)" } ?? "" }
    return switch self {
    case .none: "none"
    case .linear(let factor): "linear by \(factor)"
    case .dynamic(let factor): "dynamic NTK by \(factor)"
    case .yarn(let factor, let original, let fast, let slow, let attention):
      "YaRN by \(factor) from \(original) tokens, beta \(fast) to \(slow)\(stretched(attention))"
    case .llama3(let factor, let low, let high, let original):
      "Llama 3 by \(factor) from \(original) tokens, frequency factors \(low) to \(high)"
    case .longRope(let short, _, let original, let attention):
      "LongRoPE from \(original) tokens, two lists of \(short.count) divisors\(stretched(attention))"
    }
  }
}
