public import Evaluation

extension NoLiMa {
  /// Scores by length, the base score, and the effective length.
  public static var report: TaskReport {
    var report = TaskReport()
    report.lengths = TaskReport.LengthTable(
      id: "effective-length", title: "accuracy (%) by length, base score, effective length",
      rule: .shareOfBase(0.85, fact: "pair", lengths: [250, 500, 1000], least: 1000),
      published: [
        .init(
          "GPT-4o (README, base score 99.3)",
          [1000: 98.1, 2000: 98.0, 4000: 95.7, 8000: 89.2, 16_000: 81.6, 32_000: 69.7], effective: "8K"),
        .init(
          "Llama 3.1 8B (README, base score 76.7)",
          [1000: 65.7, 2000: 54.4, 4000: 44.1, 8000: 31.9, 16_000: 22.6, 32_000: 14.2], effective: "1K"),
      ],
      note: "Base score: the mean over pairs of needle and question of the best of a pair's accuracies at 250, 500 and "
        + "1,000 (by the paper's description; the repository does not compute it). Effective length: the longest one from 1,000 on "
        + "with at least 85 % of the base score.")
    return report
  }
}
