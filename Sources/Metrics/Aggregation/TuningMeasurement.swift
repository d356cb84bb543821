/// What one (G, W) showed on the samples of one rung of a search, those of the rungs before included.
public struct TuningMeasurement: Hashable, Sendable, Encodable {
  /// The rung, from 1.
  public var rung: Int
  /// The share of keys that were found; nil where none could be evaluated.
  public var accuracy: Double?
  /// Keys that were asked for.
  public var keyCount: Int
  /// The perplexity; nil where there is no text, or where some of it could not be scored.
  public var perplexity: Double?
  /// Scored tokens.
  public var tokenCount: Int

  /// A measurement.
  public init(rung: Int, accuracy: Double?, keyCount: Int, perplexity: Double?, tokenCount: Int) {
    self.rung = rung
    self.accuracy = accuracy
    self.keyCount = keyCount
    self.perplexity = perplexity
    self.tokenCount = tokenCount
  }
}
