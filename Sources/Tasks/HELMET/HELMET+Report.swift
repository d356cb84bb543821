public import Evaluation

extension HELMET {
  /// Means of the categories that need no judge; they are not HELMET's average.
  public static let report: TaskReport = {
    var report = TaskReport()
    let categories = HELMETDataset.Category.allCases
    let whole: [HELMETDataset.Category] = [.recall, .rag, .inContextLearning, .rerank]
    report.means = TaskReport.MeanTable(
      id: "categories", title: "means of HELMET's categories without a judge",
      means: categories.map { category in
        let isWhole = whole.contains(category)
        return TaskReport.Mean(
          category.rawValue + (isWhole ? "" : category == .cite ? " (2 of 6 columns)" : " (2 of 3 columns)"),
          of: .columns(HELMETDataset.allCases.filter { $0.category == category }.map(\.rawValue)))
      } + [
        TaskReport.Mean(
          "no-judge: 4 whole categories",
          of: .columns(
            HELMETDataset.allCases.filter { whole.contains($0.category) }.map(\.rawValue)))
      ],
      note: "No mean here is HELMET's average: summaries, narrativeqa and the citation scores need a judge or another "
        + "model. A mean stands where every dataset of it is complete; the last one is over datasets, not categories.")
    return report
  }()
}
