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
        .init("Qwen3-14B (README, underlined as effective)", [131_072: 85.1], effective: ""),
        .init("Qwen2.5-7B-1M (README)", [131_072: 84.4], effective: ">128K"),
      ],
      note:
        "A mean is given where all 13 tasks are complete at a length. Effective length: the longest one whose mean, "
        + "rounded to one decimal, is at least 85.6, that of Llama-2-7b-chat at 4K; `<` the shortest where none is, `>=` "
        + "the longest where that one is. RULER's README states this rule and differs from it in places: models whose mean is "
        + "below 85.6 are marked as passing (85.1, 84.4). Weighted means: by 1, 2, ... over the lengths, upwards and "
        + "downwards.")
    return report
  }
}
