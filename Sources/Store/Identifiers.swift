/// A run's row in the store.
public struct RunID: Hashable, Sendable, Comparable {
  /// The row number.
  public let rawValue: Int64
  init(_ rawValue: Int64) { self.rawValue = rawValue }
  /// The order of insertion.
  public static func < (a: RunID, b: RunID) -> Bool { a.rawValue < b.rawValue }
}

/// A cell's row in the store.
public struct CellID: Hashable, Sendable, Comparable {
  /// The row number.
  public let rawValue: Int64
  init(_ rawValue: Int64) { self.rawValue = rawValue }
  /// The order of insertion.
  public static func < (a: CellID, b: CellID) -> Bool { a.rawValue < b.rawValue }
}

/// An evaluation's row in the store.
public struct EvaluationID: Hashable, Sendable, Comparable {
  /// The row number.
  public let rawValue: Int64
  init(_ rawValue: Int64) { self.rawValue = rawValue }
  /// The order of insertion.
  public static func < (a: EvaluationID, b: EvaluationID) -> Bool { a.rawValue < b.rawValue }
}

/// A scoring's row in the store.
public struct ScoringID: Hashable, Sendable, Comparable {
  /// The row number.
  public let rawValue: Int64
  init(_ rawValue: Int64) { self.rawValue = rawValue }
  /// The order of insertion.
  public static func < (a: ScoringID, b: ScoringID) -> Bool { a.rawValue < b.rawValue }
}

/// A run as it is stored.
public struct StoredRun: Hashable, Sendable {
  /// Its row.
  public let id: RunID
  /// What was asked, where and with which versions.
  public let record: RunRecord
  /// Seconds since 1970.
  public let startedAt: Double
  /// Seconds since 1970; nil for a run that was killed or still runs.
  public let endedAt: Double?
  /// The exit status; nil for a run that was killed or still runs.
  public let status: Int32?
  /// The run's name in every copy of it: the store that made it and those that it was merged into.
  public let uid: String
  /// True for a run that was copied from another store by `merge`.
  public let isMerged: Bool
}

/// A cell as it is stored.
public struct StoredCell: Hashable, Sendable {
  /// Its row.
  public let id: CellID
  /// What it is a cell of.
  public let record: CellRecord
}

/// A sample that could not be evaluated.
public struct StoredFailure: Hashable, Sendable {
  /// The cell.
  public let cell: CellID
  /// The sample's name inside its task.
  public let sampleID: String
  /// The run in which it failed last.
  public let run: RunID
  /// What went wrong.
  public let message: String
}

/// What a merge brought in.
public struct MergeCount: Hashable, Sendable {
  /// Runs copied.
  public var runs = 0
  /// Cells that were new.
  public var cells = 0
  /// Results that were new.
  public var results = 0
  /// Results that both stores had, with the same identity.
  public var same = 0
  /// Results that both stores had under different identities; the newer one is current.
  public var superseded = 0
  /// Failures copied.
  public var failures = 0

  /// Counts, by default of nothing.
  public init(
    runs: Int = 0, cells: Int = 0, results: Int = 0, same: Int = 0, superseded: Int = 0, failures: Int = 0
  ) {
    self.runs = runs
    self.cells = cells
    self.results = results
    self.same = same
    self.superseded = superseded
    self.failures = failures
  }
}
