public import Evaluation

extension LVEval {
  /// A mean over all datasets of a level, and the numbers of the benchmark's README.
  public static let report: TaskReport = {
    var report = TaskReport()
    let english = LVEvalDataset.allCases.filter { !$0.isChinese }.map(\.rawValue)
    report.means = TaskReport.MeanTable(
      id: "means", title: "means of LV-Eval's datasets",
      means: [
        TaskReport.Mean("English (6)", of: .columns(english)),
        TaskReport.Mean("all 11", of: .columns(LVEvalDataset.allCases.map(\.rawValue))),
      ], note: "A mean stands where every dataset of it is complete; the official table is that of all 11 a level.")
    report.references = TaskReport.ReferenceTable(
      id: "published", title: "the README's numbers, each a mean over the five levels",
      rows: published.map { model in
        TaskReport.ReferenceTable.Row(
          model.label, Dictionary(zip(order.map(\.rawValue), model.scores)) { first, _ in first })
      },
      note: "infinigence/LVEval's README (25aebcb). The means of all 11 at 16k, 32k, 64k, 128k, 256k: ChatGLM3-6B-32k "
        + "30.70, 26.62, 17.62, 11.56, 7.17; Llama2-7B-32k-Instruct 13.66, 10.07, 6.03, 4.43, 2.87; Llama2-7B-Chat-hf "
        + "4.18, 2.19, 1.81, 1.45, 1.10. Rows of the project's own are no comparison.")
    return report
  }()

  /// The order of `published`: that of the README's two tables.
  private static let order: [LVEvalDataset] = [
    .loogleSD, .cmrc, .multiFieldQA, .multiFieldQAChinese, .factRecall, .factRecallChinese, .dureader, .loogleCR,
    .loogleMIR, .hotpotWikiQA, .lic,
  ]

  private static let published: [(label: String, scores: [Double])] = [
    ("ChatGLM3-6B-32k", [22.29, 28.16, 12.93, 18.99, 52.6, 6.1, 19.57, 10.17, 9.1, 11.15, 15.02]),
    ("Yi-6B-200k", [29.17, 1.27, 7.75, 1.84, 22.28, 13.95, 2.83, 5.82, 4.41, 12.42, 6.12]),
    ("LongChat-7B-32k-v1.5", [14.56, 9.65, 6.95, 5.86, 9.14, 4.28, 10.34, 8.59, 6.03, 6.98, 6.92]),
    ("Llama2-7B-32k-Instruct", [7.63, 6.12, 4.63, 2.56, 38.09, 0.92, 9.57, 2.51, 1.92, 2.31, 5.27]),
    ("Llama2-7B-Chat-hf", [3.04, 1.97, 3.99, 1.48, 0.45, 0, 5.49, 2.62, 1.8, 1.74, 1.02]),
    ("GPT-4-8k", [11.13, 5.96, 10.16, 7.29, 9.25, 11.39, 12.07, 7.26, 5.91, 7.46, 5.28]),
  ]
}
