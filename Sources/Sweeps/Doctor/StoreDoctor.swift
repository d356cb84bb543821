public import Store

/// Examines stores with what this layer knows of identities.
public enum StoreDoctor {
  /// Looks at everything that a store says of itself.
  ///
  /// - Parameter path: the file; it is only read.
  /// - Returns: what was found; nothing where all is well.
  /// - Throws: `StoreError` where the file is not there, or no store of this program.
  public static func examine(_ path: String) throws(StoreError) -> [StoreFinding] {
    try ResultStore.examine(path) { protocolName, version, expected, facts in
      ScoringIdentity(protocolName: protocolName, scorerVersion: version).of(expected: expected, facts: facts)
    }
  }
}
