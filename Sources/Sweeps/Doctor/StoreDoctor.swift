public import Evaluation
public import Store

/// Examines stores with what this layer knows of identities.
public enum StoreDoctor {
  /// Looks at everything that a store says of itself.
  ///
  /// - Parameters:
  ///   - path: the file; it is only read.
  ///   - ranges: what the tasks say of their scores.
  /// - Returns: what was found; nothing where all is well.
  /// - Throws: `StoreError` where the file is not there, or no store of this program.
  public static func examine(_ path: String, ranges: ScoreRanges = [:]) throws(StoreError) -> [StoreFinding] {
    try ResultStore.examine(path, ranges: ranges, scoringIdentity: identity)
  }

  /// Copies what can be read of a damaged store into a new one; see `ResultStore.recover`.
  ///
  /// - Parameters:
  ///   - path: the damaged file; it is only read.
  ///   - target: the new store; nothing may be there.
  ///   - ranges: what the tasks say of their scores.
  /// - Returns: what was brought over, and by name what was not.
  /// - Throws: `StoreError` where even the file's beginning cannot be read, or the target cannot be written.
  public static func recover(
    _ path: String, into target: String, ranges: ScoreRanges = [:]
  ) throws(StoreError) -> RecoverySummary {
    try ResultStore.recover(path, into: target, ranges: ranges, scoringIdentity: identity)
  }

  private static func identity(
    _ protocolName: String, _ version: String, _ expected: [String], _ facts: String
  ) -> String {
    ScoringIdentity(protocolName: protocolName, scorerVersion: version).of(expected: expected, facts: facts)
  }
}
