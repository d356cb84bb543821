public import Evaluation
import JSON
public import Positions
public import Tasks

/// One number of a table: model x method x task entry x the task's own coordinates.
public struct Cell: Hashable, Sendable {
  /// Index into the configuration's models.
  public let model: Int
  /// The method.
  public let method: Method
  /// Index into the configuration's tasks.
  public let task: Int
  /// The coordinates inside the task.
  public let taskCell: TaskCell
  /// The spelling that the method was chosen for automatically, nil where the configuration states the method itself.
  public let choice: String?

  init(model: Int, method: Method, task: Int, taskCell: TaskCell, choice: String? = nil) {
    self.model = model
    self.method = method
    self.task = task
    self.taskCell = taskCell
    self.choice = choice
  }
}

/// One part of a sweep that is divided over machines.
public struct Shard: Hashable, Sendable {
  /// The part, from 1.
  public let index: Int
  /// The number of parts.
  public let count: Int

  /// Reads `I/N`, for example `2/8`.
  ///
  /// - Parameter text: the part, from 1, and the number of parts.
  /// - Throws: `SweepError.argument` where it is not of that form.
  public init(parsing text: String) throws(SweepError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard parts.count == 2, parts[1] >= 1, parts[1] <= 100_000, (1...parts[1]).contains(parts[0]) else {
      throw .argument("--shard \(text)", expected: "I/N with I from 1 to N, for example 2/8")
    }
    index = parts[0]
    count = parts[1]
  }

  /// True where a sample of that key belongs to the part; `key` is a SHA-256 in hexadecimal digits.
  func contains(key: String) -> Bool {
    let value = UInt64(key.prefix(15), radix: 16) ?? 0
    return Int(value % UInt64(count)) == index - 1
  }
}

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

  /// Options; by default everything.
  public init(
    only: Selection = Selection(), limit: Int? = nil, shard: Shard? = nil, skipsMissing: Bool = false,
    allowsUnverified: Bool = false, threads: Int = 1
  ) {
    self.only = only
    self.limit = limit
    self.shard = shard
    self.skipsMissing = skipsMissing
    self.allowsUnverified = allowsUnverified
    self.threads = threads
  }
}
