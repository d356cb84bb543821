import Evaluation
import Store
import Tasks

/// What the program offers a configuration.
enum Registry {
  /// The plugins; a test adds its own to see it everywhere.
  @TaskLocal static var tasks: [any EvaluationTask.Type] = TaskRegistry.types

  /// What the plugins declare of their reports.
  static var reports: TaskReports { TaskReports(tasks.map { ($0.name, $0.report) }) }

  /// What the plugins say of their scores.
  static var ranges: ScoreRanges {
    Dictionary(tasks.map { ($0.name, $0.scoreRanges) }, uniquingKeysWith: { _, last in last })
  }

  /// How the program opens a store: with what its tasks know of their scores, whatever program wrote it.
  static var storeOptions: ResultStore.Options { ResultStore.Options(ranges: ranges) }
}
