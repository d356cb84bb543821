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

  /// The neighbor windows that are worth a look: powers of two from L/32 to L/2, ascending.
  public var neighborWindows: [Int] {
    var windows: [Int] = []
    var window = 1
    while window * 2 <= contextWindow {
      if window * 32 >= contextWindow { windows.append(window) }
      window *= 2
    }
    return windows
  }

  /// The group sizes that are worth a look: powers of two from 1 to 4096, ascending.
  public var groupSizes: [Int] { (0...12).map { 1 << $0 } }

  /// Good (G, W) for a target length: for each of `neighborWindows` the smallest of `groupSizes` that meets the loose
  /// rule, in ascending order of W.
  public func candidates(targetLength: Int) -> [Judgement] {
    neighborWindows.compactMap { best(targetLength: targetLength, groups: groupSizes, windows: [$0]) }
  }

  /// The (G, W) that `auto` stands for: the smallest G that meets the loose rule W + (N - W)/G < 2/3 L with some W, and
  /// for it the largest such W.
  ///
  /// G is a power of two, W one of `neighborWindows`; one of them may be given. Coarser groups blur more positions, and
  /// a larger window keeps more of them exact. Where N is below 2/3 L that is G = 1, plain attention.
  ///
  /// - Parameters:
  ///   - targetLength: the length N to hold, in tokens.
  ///   - groupSize: G where it is given.
  ///   - neighborWindow: W where it is given.
  /// - Returns: the choice, nil where none meets the rule.
  public func choice(targetLength: Int, groupSize: Int? = nil, neighborWindow: Int? = nil) -> SelfExtend? {
    best(
      targetLength: targetLength, groups: groupSize.map { [$0] } ?? groupSizes,
      windows: neighborWindow.map { [$0] } ?? neighborWindows)?.parameters
  }

  /// The first group size that meets the loose rule with some window, with the largest such window.
  private func best(targetLength: Int, groups: [Int], windows: [Int]) -> Judgement? {
    for group in groups {
      for window in windows.reversed() {
        let judgement = judge(SelfExtend(groupSize: group, neighborWindow: window), targetLength: targetLength)
        if judgement.fits, judgement.meetsLooseRule { return judgement }
      }
    }
    return nil
  }
}
