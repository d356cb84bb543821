public import Evaluation
import Metrics

extension InfiniteBench {
  /// A mean over the tasks beside the table, and the numbers of the benchmark's README.
  public static let report: TaskReport = {
    var report = TaskReport()
    let tasks = InfiniteBenchTask.allCases
    report.means = TaskReport.MeanTable(
      id: "means", title: "means of InfiniteBench's tasks",
      means: [
        TaskReport.Mean("retrieval (3)", of: .columns(tasks.prefix(3).map(\.rawValue))),
        TaskReport.Mean("mean of 12 tasks", of: .columns(tasks.map(\.rawValue))),
      ],
      note: "The benchmark's own table has no average: these are extras, and stand only where every task of them is "
        + "complete.")
    report.references = TaskReport.ReferenceTable(
      id: "published", title: "the README's numbers, at 100 thousand tokens and more",
      rows: published.map { model in
        TaskReport.ReferenceTable.Row(
          model.label, Dictionary(zip(order.map(\.rawValue), model.scores)) { first, _ in first })
      } + [yarn],
      note: "OpenBMB/InfiniteBench's README; the scorer 88b3daa gives these numbers on the authors' prediction files, "
        + "but two of YaRN-Mistral's. Zh.QA of GPT-4 is over the 189 rows of the older data. YaRN-Mistral's are an earlier "
        + "README's (00a13d7), which prints those that are not here as `< 5%`; of its files the scorer makes 9.06 for En.Sum "
        + "and 15.48 for Code.Debug. They are of the official rows at full length: rows of "
        + "the project's own are no comparison.")
    return report
  }()

  /// The order of `published`.
  private static let order: [InfiniteBenchTask] = [
    .passkey, .numberString, .keyValue, .dialogue, .summary, .choice, .question, .chineseQuestion, .mathFind,
    .mathCalculation, .codeRun, .codeDebug,
  ]

  /// A base model of open weights, which `v1-completion` is made for.
  private static let yarn = TaskReport.ReferenceTable.Row(
    "YaRN-Mistral-7B",
    Dictionary(
      uniqueKeysWithValues: [
        (InfiniteBenchTask.passkey, 92.71), (.numberString, 56.61), (.dialogue, 7.5), (.summary, 9.09),
        (.choice, 27.95), (.question, 9.55), (.chineseQuestion, 14.43), (.mathFind, 17.14),
      ].map { ($0.0.rawValue, $0.1) }))

  private static let published: [(label: String, scores: [Double])] = [
    ("GPT-4", [100, 100, 89, 8.5, 14.73, 67.25, 22.44, 25.96, 60, 0.0137, 23.25, 37.06]),
    ("Claude 2", [97.8, 98.14, 65.4, 46.5, 14.5, 62.88, 11.97, 9.64, 32.29, 0.0008, 2.5, 2.28]),
    ("Kimi-Chat", [98.14, 95.42, 53.6, 11.5, 17.96, 72.49, 16.52, 17.93, 12.57, 0, 2, 17.77]),
  ]
}
