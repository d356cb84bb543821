public import Evaluation
import Metrics

extension LEval {
  /// ROUGE of the open tasks with LEval_score, and the paper's table of the closed ones.
  public static let report: TaskReport = {
    var report = TaskReport()
    report.product = TaskReport.ProductTable(
      id: "rouge", title: "ROUGE of the open tasks", metrics: ["rouge1", "rouge2", "rougeL"], total: "LEval_score",
      note: "LEval_score is the cube root of the product of the three means, where all three are complete.")
    report.published = TaskReport.PublishedColumns(
      title: "L-Eval, closed-ended tasks",
      columns: LEvalTask.closedColumns.map {
        // A question with two judgements is two samples.
        .init(
          title: $0.title, dataset: $0.task,
          officialCount: $0.questionCount * (LEvalTask(named: $0.task) == .judgements ? 2 : 1))
      }, averageTitle: "average of 6", publishedAverage: "Average(6)",
      numbers: TaskReport.PublishedNumber.table(LEvalPublished.text, notes: LEvalPublished.notes))
    return report
  }()
}
