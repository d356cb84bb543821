public import Evaluation

extension BABILong {
  /// Accuracy by task and length, the mean of the first five, and the length up to which a task is solved.
  public static var report: TaskReport {
    var report = TaskReport()
    report.lengths = TaskReport.LengthTable(
      id: "effective-length", title: "accuracy (%) by length, effective length", datasets: headline,
      hasRowPerDataset: true, rule: .above(85),
      published: [
        .init(
          "qa1: gemini-3-flash-preview (predictions in the checkout)", [0: 100, 32_000: 77.2, 128_000: 66],
          effective: ""),
        .init("qa2: gemini-3-flash-preview (the same)", [4000: 84.2], effective: ""),
        .init("qa3: gemini-3-flash-preview (the same)", [1000: 85.7], effective: ""),
        .init("qa1: Phi-3-mini-128k-instruct, all parts (the same)", [4000: 69], effective: ""),
      ],
      note:
        "The mean is of qa1 to qa5 where all are complete. Effective length: the longest one with more than 85 %, the "
        + "paper's word for satisfactory (no code computes it). Published accuracies are counted from the predictions "
        + "that the benchmark's repository holds.")
    return report
  }
}
