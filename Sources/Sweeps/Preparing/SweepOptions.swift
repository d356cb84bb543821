public import Evaluation

/// What to take of a sweep.
public struct SweepOptions: Sendable {
  /// Which cells; all when empty.
  public var only: Selection
  /// At most that many samples of each cell, the first ones; nil for all.
  public var limit: Int?
  /// One part of a sweep divided over machines; nil for the whole.
  public var shard: Shard?
  /// Leaves out models and tasks whose files are missing, in place of stopping before any work.
  public var skipsMissing: Bool
  /// Takes data that no import made as a benchmark's, with a warning.
  public var allowsUnverified: Bool
  /// Threads of the engine, for the estimate of time and the record of the run.
  public var threads: Int
  /// Bytes that keys and values may take; nil for what the machine has.
  public var memoryByteCount: Int?
  /// What was measured of a machine, for the estimate of time; nil where nothing was.
  public var machine: Machine?

  /// Options; by default everything.
  public init(
    only: Selection = Selection(), limit: Int? = nil, shard: Shard? = nil, skipsMissing: Bool = false,
    allowsUnverified: Bool = false, threads: Int = 1, memoryByteCount: Int? = nil, machine: Machine? = nil
  ) {
    self.only = only
    self.limit = limit
    self.shard = shard
    self.skipsMissing = skipsMissing
    self.allowsUnverified = allowsUnverified
    self.threads = threads
    self.memoryByteCount = memoryByteCount
    self.machine = machine
  }
}
