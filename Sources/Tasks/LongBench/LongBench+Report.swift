public import Evaluation
import Metrics

extension LongBench {
  /// Six categories with their average and the paper's, LongBench-E's three lengths, the paper's table.
  public static let report: TaskReport = {
    var report = TaskReport()
    let categories = LongBenchDataset.Category.allCases
    let sixteen = LongBenchDataset.all.filter(\.isInSixteen)
    report.means = TaskReport.MeanTable(
      id: "categories", title: "means of LongBench's categories",
      means: categories.map { category in
        TaskReport.Mean(
          category.rawValue, of: .columns(LongBenchDataset.all.filter { $0.category == category }.map(\.name)))
      } + [
        TaskReport.Mean("average of 6 categories", of: .means(0..<categories.count)),
        TaskReport.Mean("average of 16", of: .columns(sixteen.map(\.name))),
      ],
      note: "A mean stands where every dataset of it is complete (the categories hold the Chinese datasets too); the "
        + "official average is that of the six categories, the paper's that of its sixteen columns.")
    report.parts = TaskReport.PartTable(
      id: "buckets", title: "LongBench-E by the documents' length in words", fact: "bucket",
      values: LongBenchDataset.buckets,
      datasetSuffix: "_e", note: "A bucket without rows is empty (the official program prints nan).")
    report.published = TaskReport.PublishedColumns(
      title: "LongBench",
      columns: sixteen.map { .init(title: $0.name, dataset: $0.name, officialCount: $0.officialRowCount) },
      averageTitle: "average of 16", publishedAverage: "Average(16)",
      numbers: TaskReport.PublishedNumber.table(LongBenchPublished.text, notes: LongBenchPublished.notes))
    report.exportLayout = "longbench"
    return report
  }()
}
