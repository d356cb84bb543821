/// What a natural-log probability of a token can be.
public enum LogProbability {
  /// The greatest: 0, and what rounding adds to it.
  public static let greatest: Float = 1e-3
  /// The least of a token that is possible at all; one that is impossible has minus infinity.
  public static let least: Float = -1e9

  /// Whether a value can be one.
  public static func isPossible(_ value: Float) -> Bool {
    value <= greatest && (value >= least || value == -.infinity)
  }

  /// The first value that can be none, in words; nil where all of them can.
  ///
  /// - Parameter values: natural-log probabilities of tokens.
  /// - Returns: for example `number 3 of 511 is nan, which is no log-probability`.
  public static func problem(in values: [Float]) -> String? {
    guard let index = values.firstIndex(where: { !isPossible($0) }) else { return nil }
    return "number \(index + 1) of \(values.count) is \(values[index]), which is no log-probability"
  }
}

extension Outcome {
  /// What it holds that no model can say, in words; nil where there is nothing.
  public var problem: String? {
    switch self {
    case .generation: nil
    case .logProbabilities(let values): LogProbability.problem(in: values)
    case .choiceLogProbabilities(let values): values.lazy.compactMap { LogProbability.problem(in: $0) }.first
    }
  }
}
