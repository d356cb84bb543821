import Evaluation
import Tasks

/// What the program offers a configuration.
enum Registry {
  /// The plugins; a test adds its own to see it everywhere.
  @TaskLocal static var tasks: [any EvaluationTask.Type] = TaskRegistry.types

  /// What the plugins declare of their reports.
  static var reports: TaskReports { TaskReports(tasks.map { ($0.name, $0.report) }) }
}
