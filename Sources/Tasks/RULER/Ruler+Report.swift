public import Evaluation

extension Ruler {
  /// The mean of the 13 tasks by length, and what follows from it.
  public static var report: TaskReport {
    var report = TaskReport()
    report.lengths = TaskReport.LengthTable(
      id: "effective-length", title: "mean of the tasks by length, effective length",
      datasets: RulerTask.names, hasWeightedMeans: true, rule: .atLeast(85.6, decimals: 1),
      published: [
        .init("Llama-2-7b-chat (README: the threshold)", [4096: 85.6], effective: "4K"),
        row("GPT-4-1106-preview", [96.6, 96.3, 95.2, 93.2, 87, 81.2], "64K"),
        row("Llama-3.1-70B", [96.5, 95.8, 95.4, 94.8, 88.4, 66.6], "64K"),
        row("Llama-3.1-8B", [95.5, 93.8, 91.6, 87.4, 84.7, 77], "32K"),
        row("Phi-3-mini-128K", [92.2, 91.5, 90.7, 87.5, 80.6, 66.7], "32K"),
        row("Mistral-7B-v0.2", [93.6, 91.2, 87.2, 75.4, 49, 13.8], "16K"),
        row("Together Llama-2-7B-32K", [88.2, 81.1, 69.4, 63, 0, 0], "4K"),
        row("LongChat-7B-32K", [84.7, 79.9, 70.8, 59.3, 0, 0], "<4K"),
        .init("Qwen3-14B (README, underlined as effective)", [131_072: 85.1], effective: ""),
        .init("Qwen2.5-7B-1M (README)", [131_072: 84.4], effective: ">128K"),
        .init("Qwen3-8B (README)", [65_536: 82.1], effective: "64K"),
        .init("Qwen3-4B (README)", [65_536: 77.8], effective: "64K"),
        .init("EXAONE-1.2B (README)", [32_768: 81.1], effective: "32K"),
      ],
      note:
        "A mean is given where all 13 tasks are complete at a length. Effective length: the longest one whose mean, "
        + "rounded to one decimal, is at least 85.6, that of Llama-2-7b-chat at 4K; `<` the shortest where none is, `>=` "
        + "the longest where that one is. RULER's README states this rule and differs from it in places: models whose mean is "
        + "below 85.6 are marked as passing (85.1, 84.4, 82.1, 81.1, 77.8). For base models the paper has another threshold "
        + "(79.4, second hand), which is not applied. Weighted means: by 1, 2, ... over the lengths, upwards and downwards. "
        + "Rows of six lengths are of the README of 2024, before the changes of 2025 to sizes and prompts. Qwen3's, "
        + "Qwen2.5-7B-1M's and EXAONE's numbers are those of the models' authors, which the README marks with a star.")
    return report
  }

  /// A row of the README at its six lengths.
  private static func row(
    _ model: String, _ scores: [Double], _ effective: String
  ) -> TaskReport.LengthTable.Published {
    let lengths = (12...17).map { 1 << $0 }
    return .init("\(model) (README)", Dictionary(zip(lengths, scores)) { first, _ in first }, effective: effective)
  }
}
