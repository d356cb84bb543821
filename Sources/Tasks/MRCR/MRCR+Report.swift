public import Evaluation

extension MRCR {
  /// Scores by bin, which are the coordinates `length`.
  public static var report: TaskReport {
    var report = TaskReport()
    report.lengths = TaskReport.LengthTable(
      id: "by-bin", title: "score by bin (upper end)", hasRowPerDataset: true, rule: nil,
      published: [
        .init("2needle: GPT-4.1 (second hand)", [131_072: 57.2, 1_048_576: 46.3], effective: "")
      ],
      note:
        "Bins by their upper ends; the benchmark has no effective length. A model report's \"8-needle 1M\" is the mean "
        + "of all bins or the last one, as it says.")
    return report
  }
}
