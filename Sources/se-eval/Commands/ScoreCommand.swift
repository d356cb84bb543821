import Metrics
import Tasks
import Text

/// `score`: scores predictions that exist already, with no model.
enum ScoreCommand {
  private static var scorers: [PredictionScorer] { Registry.tasks.compactMap { $0.predictions } }

  private static var benchmark: Option {
    .value("--benchmark", "NAME", scorers.map(\.name).joined(separator: ", "))
  }
  private static let dataset = Option.value(
    "--dataset", "NAME", "the dataset, where a benchmark has datasets: hotpotqa")
  private static let task = Option.value(
    "--task", "NAME", "the task, where it has tasks: coursera, mdqa")
  private static let predictions = Option.value("--predictions", "F.jsonl", "the benchmark's own prediction file")
  private static let protocolName = Option.value(
    "--protocol", "P", "how answers are read, where a benchmark changed it: leval/v2 (default), leval/v1")
  private static let byLength = Option.flag(
    "--e", "scores of the length buckets too, where a benchmark has such (LongBench-E)")
  private static let metric = Option.value(
    "--metric", "NAME",
    "\(ScorerRegistry.names.joined(separator: ", ")); of rows as benchmarks write them: "
      + ScorerRegistry.rowFamilies.joined(separator: ", "))
  private static let pairs = Option.value(
    "--pairs", "F.jsonl",
    "rows with prediction, reference and, for classification, all_classes; or with the fields of the benchmark")
  private static let jieba = Option.value(
    "--jieba", "DIR", "the folder of an installed jieba, for Chinese (default: where Debian and pip put it)")

  static var command: Command {
    Command(
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
  }

  private static func compute(_ arguments: Arguments) throws -> BenchmarkScore {
    if arguments.has(metric) {
      guard !arguments.has(benchmark) else { throw UsageError("--metric and --benchmark exclude each other") }
      return try BenchmarkScorer.pairs(
        metric: arguments.required(metric), pairs: PredictionFile(path: arguments.required(pairs)),
        segmenter: segmenter(arguments))
    }
    guard let name = arguments.text(benchmark) else {
      throw UsageError("'score' needs --benchmark with --predictions, or --metric with --pairs")
    }
    guard let scorer = scorers.first(where: { $0.name == name }) else {
      let names = scorers.map(\.name)
      let hint = Suggestion.hint(for: name, among: names)
      throw UsageError("--benchmark: there is no '\(name)', there are \(names.joined(separator: ", "))\(hint)")
    }
    let file = try PredictionFile(path: arguments.required(predictions))
    let part = try arguments.required(scorer.part == .dataset ? dataset : task)
    let written = arguments.text(protocolName)
    if let written, !scorer.protocols.contains(written) {
      let known = scorer.protocols.isEmpty ? "no other" : scorer.protocols.joined(separator: ", ")
      throw UsageError("--protocol: \(name) has no '\(written)', it has \(known)")
    }
    return try scorer.score(
      part, file,
      .init(isByLength: arguments.has(byLength), segmenter: segmenter(arguments), protocolName: written))
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
