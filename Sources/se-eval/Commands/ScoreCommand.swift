import Metrics
import Text

/// `score`: scores predictions that exist already, with no model.
enum ScoreCommand {
  private enum Benchmark: String, CaseIterable {
    case longbench
    case leval
    case lostInTheMiddle = "lost-in-the-middle"
  }

  private static let benchmark = Option.value(
    "--benchmark", "NAME", Benchmark.allCases.map(\.rawValue).joined(separator: ", "))
  private static let dataset = Option.value("--dataset", "NAME", "LongBench's dataset, for example hotpotqa")
  private static let task = Option.value(
    "--task", "NAME", "L-Eval's or lost-in-the-middle's task, for example coursera")
  private static let predictions = Option.value("--predictions", "F.jsonl", "the benchmark's own prediction file")
  private static let protocolName = Option.value(
    "--protocol", "P",
    "L-Eval's way to read answers: \(LEvalReading.allCases.map(\.rawValue).joined(separator: ", ")) "
      + "(default \(LEvalReading.v2.rawValue))")
  private static let byLength = Option.flag("--e", "LongBench-E: scores of the three length buckets too")
  private static let metric = Option.value("--metric", "NAME", ScorerRegistry.names.joined(separator: ", "))
  private static let pairs = Option.value(
    "--pairs", "F.jsonl", "rows with prediction, reference and, for classification, all_classes")
  private static let jieba = Option.value(
    "--jieba", "DIR", "the folder of an installed jieba, for Chinese (default: where Debian and pip put it)")

  static let command = Command(
    name: "score", summary: "Score predictions that exist already, with no model",
    details: ["Either --benchmark with --predictions, or --metric with --pairs. Bad rows are listed by line."],
    options: [benchmark, dataset, task, predictions, protocolName, byLength, metric, pairs, jieba]
  ) { arguments in
    let score = try compute(arguments)
    for problem in score.problems.prefix(20) { Terminal.message("line \(problem.line): \(problem.problem)") }
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(score)
    } else {
      Terminal.print(text(score))
    }
    return score.problems.isEmpty ? .complete : .incomplete
  }

  private static func compute(_ arguments: Arguments) throws -> BenchmarkScore {
    if arguments.has(metric) {
      guard !arguments.has(benchmark) else { throw UsageError("--metric and --benchmark exclude each other") }
      return try BenchmarkScorer.pairs(
        metric: arguments.required(metric), pairs: PredictionFile(path: arguments.required(pairs)),
        segmenter: segmenter(arguments))
    }
    guard let name = try arguments.word(benchmark, Benchmark.self) else {
      throw UsageError("'score' needs --benchmark with --predictions, or --metric with --pairs")
    }
    let file = try PredictionFile(path: arguments.required(predictions))
    switch name {
    case .longbench:
      return try BenchmarkScorer.longBench(
        dataset: arguments.required(dataset), predictions: file, isE: arguments.has(byLength),
        segmenter: segmenter(arguments))
    case .leval:
      return try BenchmarkScorer.lEval(
        task: arguments.required(task), predictions: file,
        reading: arguments.word(protocolName, LEvalReading.self) ?? .v2)
    case .lostInTheMiddle:
      return try BenchmarkScorer.lostInTheMiddle(task: arguments.required(task), predictions: file)
    }
  }

  /// The installed jieba; nil without one, and then what needs it says that it is not comparable.
  private static func segmenter(_ arguments: Arguments) throws -> JiebaSegmenter? {
    guard let folder = arguments.text(jieba) else { return try? JiebaSegmenter.installed() }
    return try JiebaSegmenter.installed(named: folder)
  }

  private static func text(_ score: BenchmarkScore) -> String {
    let value = score.score.map { NumberText.fixed($0, 4) } ?? "not comparable"
    var lines = ["\(score.benchmark) \(score.task): \(value) (\(score.metric), n=\(score.rowCount))"]
    for part in score.parts + score.buckets {
      lines.append("  \(part.name): \(part.value.map { NumberText.fixed($0, 4) } ?? "none")")
    }
    return (lines + score.notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}
