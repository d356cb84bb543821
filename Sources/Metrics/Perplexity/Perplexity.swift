import Foundation

/// Perplexity from negative log-likelihoods.
public enum Perplexity {
  /// exp(nllSum / tokenCount).
  public static func value(nllSum: Double, tokenCount: Int) -> Double { exp(nllSum / Double(tokenCount)) }

  /// llama.cpp's standard error of the mean NLL: tokens are taken as independent.
  ///
  /// - Parameter logProbabilities: of the scored tokens; its `±` is the perplexity times this.
  /// - Returns: the error in nats; 0 below two tokens.
  public static func standardError(_ logProbabilities: some Sequence<Float>) -> Double {
    var sum = 0.0
    var squares = 0.0
    var count = 0.0
    for value in logProbabilities {
      sum += Double(value)
      squares += Double(value) * Double(value)
      count += 1
    }
    guard count > 1 else { return 0 }
    let mean = sum / count
    return (max(0, squares / count - mean * mean) / (count - 1)).squareRoot()
  }
}
