/// Where the time of forward passes goes.
public final class ForwardProfile {
  /// The parts that are told apart.
  public enum Phase: String, CaseIterable, Sendable {
    /// Dense products of the layers: queries, keys, values, attention output, feed-forward.
    case products
    /// Scores, softmax and weighted values.
    case attention
    /// The dense product of the output layer.
    case logits
    /// The feed-forward block's activation, with its gate.
    case activation
    /// Rotary embedding of queries and keys.
    case rotation
    /// Keys and values copied into the cache.
    case cache
    /// Norms and residual sums that no product takes along.
    case norms
    /// Angles, and which keys each query sees.
    case positions
    /// Rows of the embedding.
    case embedding
  }

  private var durations: [Phase: Duration] = [:]

  /// An empty profile.
  public init() {}

  /// Seconds spent in a phase so far.
  public func seconds(_ phase: Phase) -> Double {
    let (seconds, attoseconds) = (durations[phase] ?? .zero).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  func add(_ duration: Duration, to phase: Phase) { durations[phase, default: .zero] += duration }
}

extension Session {
  /// Does a piece of work and, where a profile is wanted, notes its time.
  func measure<Result>(_ phase: ForwardProfile.Phase, _ work: () -> Result) -> Result {
    guard let profile else { return work() }
    let begin = ContinuousClock.now
    defer {
      device.finish()
      profile.add(ContinuousClock.now - begin, to: phase)
    }
    return work()
  }
}
