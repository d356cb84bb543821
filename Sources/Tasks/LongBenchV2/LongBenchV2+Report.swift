public import Evaluation

extension LongBenchV2 {
  /// The official table's columns beside the mean over all rows.
  public static let report: TaskReport = {
    var report = TaskReport()
    report.parts = TaskReport.PartTable(
      id: "groups", title: "by difficulty and by length",
      fact: "groups", values: ["easy", "hard", "short", "medium", "long"], datasetSuffix: "",
      note: "Each column is the mean over its rows; the score of all rows is in the table above and is no mean of "
        + "columns. A column without rows is empty. Guessing gives 25; the paper's people reach 53.7 of all rows.")
    let settings = LongBenchV2Setting.allCases.map(\.rawValue)
    report.references = TaskReport.ReferenceTable(
      id: "published", title: "people and guessing, over all 503 rows",
      rows: [
        TaskReport.ReferenceTable.Row("people (the paper)", ["plain": 53.7]),
        TaskReport.ReferenceTable.Row("guessing", Dictionary(settings.map { ($0, 25) }) { first, _ in first }),
      ], note: "THUDM/LongBench, v2. Both are of the official rows: rows of the project's own are no comparison.")
    return report
  }()
}
