/// What fits: the limits of Self-Extend and the authors' rule of thumb for choosing G and W.
public struct Capacity: Hashable, Sendable {
  /// The pretraining window L, in tokens.
  public let contextWindow: Int

  /// The capacity of a model of window L (at least 2).
  public init(contextWindow: Int) { self.contextWindow = contextWindow }

  /// The judgement on one (G, W) for a target length.
  public struct Judgement: Hashable, Sendable {
    /// Group size and neighbor window.
    public let parameters: SelfExtend
    /// The longest sequence, (L - W) * G + W.
    public let maximumLength: Int
    /// The largest relative position of a sequence of the target length, W + (N - W) / G.
    public let largestRelativePosition: Double
    /// True where the target length fits.
    public let fits: Bool
    /// True where the largest relative position stays below 2/3 of L (the upper bound of the authors' rule).
    public let meetsLooseRule: Bool
    /// True where it stays below 1/2 of L (the lower bound).
    public let meetsStrictRule: Bool
  }

  /// Judges one (G, W) for a target length of N tokens.
  ///
  /// - Source: (1/2 .. 2/3) * L > W + (N - W) / G, README of datamllab/LongLM.
  public func judge(_ parameters: SelfExtend, targetLength: Int) -> Judgement {
    let window = Double(parameters.neighborWindow)
    let largest =
      targetLength <= parameters.neighborWindow
      ? Double(targetLength) : window + (Double(targetLength) - window) / Double(parameters.groupSize)
    let maximum = parameters.maximumLength(contextWindow: contextWindow)
    return Judgement(
      parameters: parameters, maximumLength: maximum, largestRelativePosition: largest,
      fits: targetLength <= maximum, meetsLooseRule: largest < Double(contextWindow) * 2 / 3,
      meetsStrictRule: largest < Double(contextWindow) / 2)
  }

  /// Good (G, W) for a target length: for each W (powers of two from L/32 to L/2) the smallest power of two G that
  /// meets the loose rule, in ascending order of W.
  public func candidates(targetLength: Int) -> [Judgement] {
    var found: [Judgement] = []
    var window = max(1, contextWindow / 32)
    while window <= contextWindow / 2 {
      var group = 1
      while group <= 1 << 12 {
        let judgement = judge(SelfExtend(groupSize: group, neighborWindow: window), targetLength: targetLength)
        if judgement.fits, judgement.meetsLooseRule {
          found.append(judgement)
          break
        }
        group *= 2
      }
      window *= 2
    }
    return found
  }
}
