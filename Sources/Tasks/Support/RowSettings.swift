import Evaluation

/// Settings that tasks over a benchmark's rows have in common.
///
/// Which rows are asked, at which lengths, how prompts are cut and how long an answer may be. Each task declares the
/// settings itself, with its own words for them.
struct RowSettings: Sendable {
  /// The first rows of each file; nil for all.
  let limit: Int?
  /// The lengths; empty for the benchmark's own limit.
  let lengths: [Int]
  /// How a prompt that is too long is cut; in the middle where nothing is said.
  let truncation: Truncation
  /// Another generation limit than the benchmark's.
  let maxNewTokens: Int?

  /// Reads the settings of an entry.
  ///
  /// - Parameters:
  ///   - settings: the entry's settings.
  ///   - limit: the task's setting of rows.
  ///   - lengths: that of lengths.
  ///   - truncation: that of cutting; nil for a task that has one way only.
  ///   - maxNewTokens: that of the generation limit.
  /// - Throws: `TaskError.setting`.
  init(
    _ settings: TaskSettings, limit: Setting<Int?>, lengths: Setting<[Int]>, truncation: Setting<Truncation?>? = nil,
    maxNewTokens: Setting<Int?>
  ) throws(TaskError) {
    self.limit = try settings[limit]
    self.lengths = try settings[lengths]
    self.maxNewTokens = try settings[maxNewTokens]
    if let truncation { self.truncation = try settings[truncation] ?? .middle } else { self.truncation = .middle }
  }

  /// What of it makes a protocol another one, as a part of its name.
  var deviations: String {
    (truncation == .middle ? "" : "+truncation=\(truncation.rawValue)")
      + (maxNewTokens.map { "+max-new-tokens=\($0)" } ?? "")
  }

  /// The cells of a place: one for each length, or one without a length.
  func cells(at place: [TaskCell.Coordinate]) -> [TaskCell] {
    lengths.isEmpty ? [TaskCell(place)] : lengths.map { TaskCell(place + [.init("length", .integer($0))]) }
  }
}
