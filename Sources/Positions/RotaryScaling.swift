import Glibc

/// A change of the rotary frequencies: what a checkpoint asks for, or what a method does to extend the window.
public enum RotaryScaling: Hashable, Sendable {
  /// Frequencies as trained.
  case none
  /// Position interpolation: every position divided by the factor (arXiv 2306.15595).
  case linear(factor: Double)
  /// NTK-aware scaling with a fixed factor: base * factor^(d / (d - 2)).
  case ntk(factor: Double)
  /// NTK-aware scaling whose base grows with the sequence, beyond the context window of L tokens:
  /// base * (factor * n / L - (factor - 1))^(d / (d - 2)) for a sequence of n tokens (transformers' "dynamic").
  case dynamicNTK(factor: Double, contextWindow: Int)
  /// NTK-by-parts interpolation with an attention temperature (arXiv 2309.00071).
  case yarn(factor: Double, originalContext: Int, betaFast: Double, betaSlow: Double, attentionFactor: Double?)
  /// Llama 3.1's interpolation by wavelength.
  case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContext: Int)
  /// One divisor per frequency: a short list up to the original context and a long one beyond (Phi-3's LongRoPE).
  case perFrequency(short: [Double], long: [Double], originalContext: Int, attentionFactor: Double)

  /// LongRoPE's attention factor for a window of `scale` times the original context: sqrt(1 + ln(scale) / ln(original)).
  public static func longRopeAttentionFactor(scale: Double, original: Int) -> Double {
    (1 + log(scale) / log(Double(original))).squareRoot()
  }

  /// A number that is equal for two lengths exactly when the frequencies are.
  public func lengthClass(_ sequenceLength: Int) -> Int {
    switch self {
    case .dynamicNTK(_, let window): max(sequenceLength, window)
    case .perFrequency(_, _, let original, _): sequenceLength > original ? 1 : 0
    case .none, .linear, .ntk, .yarn, .llama3: 0
    }
  }
}

/// Rotary position embedding: the angles of every pair of features, in double precision.
///
/// - Source: arXiv 2104.09864.
public struct RotaryEmbedding: Hashable, Sendable {
  /// The number of rotated features d per head (even).
  public let dimension: Int
  /// The base of the geometric series of frequencies.
  public let theta: Double
  /// How the frequencies are changed.
  public let scaling: RotaryScaling

  /// An embedding of `dimension` features.
  public init(dimension: Int, theta: Double, scaling: RotaryScaling) {
    self.dimension = dimension
    self.theta = theta
    self.scaling = scaling
  }

  /// Angular frequency of each of the d / 2 pairs, in radians per position, for a sequence of that many tokens.
  public func frequencies(sequenceLength: Int) -> [Double] {
    let half = dimension / 2
    let d = Double(dimension)
    func series(_ base: Double) -> [Double] { (0..<half).map { pow(base, -2 * Double($0) / d) } }
    switch scaling {
    case .none:
      return series(theta)
    case .linear(let factor):
      return series(theta).map { $0 / factor }
    case .ntk(let factor):
      return series(theta * pow(factor, d / (d - 2)))
    case .dynamicNTK(let factor, let window):
      guard sequenceLength > window else { return series(theta) }
      let stretch = factor * Double(sequenceLength) / Double(window) - (factor - 1)
      return series(theta * pow(stretch, d / (d - 2)))
    case .yarn(let factor, let original, let betaFast, let betaSlow, _):
      return yarn(series(theta), factor: factor, original: Double(original), betaFast: betaFast, betaSlow: betaSlow)
    case .llama3(let factor, let low, let high, let original):
      return series(theta).map { llama3($0, factor: factor, low: low, high: high, original: Double(original)) }
    case .perFrequency(let short, let long, let original, _):
      let divisors = sequenceLength > original ? long : short
      return series(theta).enumerated().map { $1 / ($0 < divisors.count ? divisors[$0] : 1) }
    }
  }

  /// The factor on cosines and sines (the attention temperature of YaRN and LongRoPE; 1 otherwise).
  public var magnitude: Double {
    switch scaling {
    case .yarn(let factor, _, _, _, let attention): attention ?? (factor > 1 ? 0.1 * log(factor) + 1 : 1)
    case .perFrequency(_, _, _, let attention): attention
    case .none, .linear, .ntk, .dynamicNTK, .llama3: 1
    }
  }

  /// Cosines and sines, `[positions.count][dimension / 2]` row-major, rounded to float32 once at the end.
  public func table(positions: [Double], sequenceLength: Int) -> (cosines: [Float], sines: [Float]) {
    let frequencies = frequencies(sequenceLength: sequenceLength)
    let magnitude = magnitude
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(positions.count * frequencies.count)
    sines.reserveCapacity(positions.count * frequencies.count)
    for position in positions {
      for frequency in frequencies {
        let angle = position * frequency
        cosines.append(Float(cos(angle) * magnitude))
        sines.append(Float(sin(angle) * magnitude))
      }
    }
    return (cosines, sines)
  }

  private func yarn(
    _ extrapolated: [Double], factor: Double, original: Double, betaFast: Double, betaSlow: Double
  ) -> [Double] {
    /// The pair whose wavelength fits `rotations` times into the original context.
    func pair(rotations: Double) -> Double {
      Double(dimension) * log(original / (rotations * 2 * Double.pi)) / (2 * log(theta))
    }
    let low = max(0, floor(pair(rotations: betaFast)))
    var high = min(Double(dimension - 1), ceil(pair(rotations: betaSlow)))
    if low == high { high += 0.001 }
    return extrapolated.enumerated().map { index, frequency in
      let ramp = min(1, max(0, (Double(index) - low) / (high - low)))
      return frequency / factor * ramp + frequency * (1 - ramp)
    }
  }

  private func llama3(_ frequency: Double, factor: Double, low: Double, high: Double, original: Double) -> Double {
    let wavelength = 2 * Double.pi / frequency
    if wavelength < original / high { return frequency }
    if wavelength > original / low { return frequency / factor }
    let smooth = (original / wavelength - low) / (high - low)
    return (1 - smooth) * frequency / factor + smooth * frequency
  }
}
