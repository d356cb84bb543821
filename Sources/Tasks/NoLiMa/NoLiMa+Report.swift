public import Evaluation

extension NoLiMa {
  /// Scores by length, the base score, and the effective length.
  public static var report: TaskReport {
    var report = TaskReport()
    report.lengths = TaskReport.LengthTable(
      id: "effective-length", title: "accuracy (%) by length, base score, effective length",
      rule: .shareOfBase(0.85, fact: "pair", lengths: [250, 500, 1000], least: 1000),
      published: [
        row("GPT-4o", 99.3, [98.1, 98, 95.7, 89.2, 81.6, 69.7], "8K"),
        row("Claude 3.5 Sonnet", 87.6, [85.4, 84, 77.6, 61.7, 45.7, 29.8], "4K"),
        row("Llama 3.3 70B", 97.3, [94.2, 87.4, 81.5, 72.1, 59.5, 42.7], "2K"),
        row("Llama 3.1 70B", 94.5, [91, 81.8, 71.2, 62.7, 51.8, 43.2], "2K"),
        row("Mistral Large 2", 87.9, [86.1, 85.5, 73.3, 51.5, 32.6, 18.7], "2K"),
        row("Llama 3.1 8B", 76.7, [65.7, 54.4, 44.1, 31.9, 22.6, 14.2], "1K"),
        row("Jamba 1.5 Mini", 92.4, [76.3, 74.1, 70.8, 62.2, 52.7, 43.6], "<1K"),
        row("GPT-4o mini", 84.9, [67.7, 58.2, 44.1, 32.6, 20.6, 13.7], "<1K"),
      ],
      note: "Base score: the mean over pairs of needle and question of the best of a pair's accuracies at 250, 500 and "
        + "1,000 (by the paper's description; the repository does not compute it). Effective length: the longest one from 1,000 on "
        + "with at least 85 % of the base score.")
    return report
  }

  /// A row of the README at 1K to 32K.
  private static func row(
    _ model: String, _ base: Double, _ scores: [Double], _ effective: String
  ) -> TaskReport.LengthTable.Published {
    let lengths = (0...5).map { 1000 << $0 }
    return .init(
      "\(model) (README, base score \(base))", Dictionary(zip(lengths, scores)) { first, _ in first },
      effective: effective)
  }
}
