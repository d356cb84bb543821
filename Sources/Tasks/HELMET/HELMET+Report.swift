public import Evaluation

extension HELMET {
  private static func columns(_ datasets: [HELMETDataset]) -> [String] { datasets.map(\.rawValue) }

  /// Means of the categories; none is HELMET's average.
  public static let report: TaskReport = {
    var report = TaskReport()
    let whole: [HELMETDataset.Category] = [.recall, .rag, .inContextLearning, .rerank]
    let names = whole.map { TaskReport.Mean($0.rawValue, of: .columns(columns(HELMETDataset.unjudged($0)))) }
    report.means = TaskReport.MeanTable(
      id: "categories", title: "means of HELMET's categories",
      means: names + [
        TaskReport.Mean("Cite (2 of 6 columns)", of: .columns(columns(HELMETDataset.unjudged(.cite)))),
        TaskReport.Mean("LongQA (2 of 3 columns)", of: .columns(columns(HELMETDataset.unjudged(.longQA)))),
        TaskReport.Mean(
          "no-judge: 4 whole categories",
          of: .columns(HELMETDataset.allCases.filter { whole.contains($0.category) }.map(\.rawValue))),
        TaskReport.Mean(
          "LongQA by the judge", of: .columns(HELMETDataset.allCases.filter { $0.category == .longQA }.map(\.rawValue))),
        TaskReport.Mean("Summ by the judge", of: .columns(columns([.bookSummary, .lawSummary]))),
      ],
      note:
        "No mean here is HELMET's average: the citation scores need another model, and its judge is one of a service. "
        + "A mean stands where every dataset of it is complete; no-judge is over datasets, not categories.")
    report.references = TaskReport.ReferenceTable(
      id: "published", title: "a number of HELMET's that is quoted",
      rows: [TaskReport.ReferenceTable.Row("Llama-3.2-1B-Instruct at 8k", ["json_kv": 54])],
      note: "Issue 12 of princeton-nlp/HELMET quotes it, and a user's 51 without a chat template and 21 with one; "
        + "HELMET's tables are a spreadsheet that was not read. Rows of the project's own are no comparison.")
    return report
  }()
}
