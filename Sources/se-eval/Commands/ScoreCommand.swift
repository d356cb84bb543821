import Evaluation
import Foundation
import JSON
import Metrics
import Tasks
import Text

/// `score`: scores predictions that exist already, with no model.
enum ScoreCommand {
  private static var scorers: [PredictionScorer] { Registry.tasks.compactMap { $0.predictions } }

  private static var benchmark: Option {
    .value("--benchmark", "NAME", choices: scorers.map(\.name), scorers.map(\.name).joined(separator: ", "))
  }
  private static let dataset = Option.value(
    "--dataset", "NAME", "the dataset, where a benchmark has datasets: hotpotqa")
  private static let task = Option.value(
    "--task", "NAME", "the task, where it has tasks: coursera, mdqa")
  private static let predictions = Option.value(
    "--predictions", "F.jsonl", "the benchmark's own prediction file, or a folder of them")
  private static let protocolName = Option.value(
    "--protocol", "P", "how answers are read, where a benchmark changed it: leval/v2 (default), leval/v1")
  private static let byLength = Option.flag(
    "--e", "scores of the length buckets too, where a benchmark has such (LongBench-E)")
  private static let metric = Option.value(
    "--metric", "NAME", choices: ScorerRegistry.names,
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
      details: [
        "Either --benchmark with --predictions, or --metric with --pairs. Bad rows are listed by line.",
        "--predictions may be a folder of NAME.jsonl, one for each dataset or task: the table is printed and result.json\n"
          + "written into the folder, as LongBench's own eval.py does.",
      ],
      options: [benchmark, dataset, task, predictions, protocolName, byLength, metric, pairs, jieba]
    ) { arguments in
      if let folder = arguments.text(predictions), isFolder(folder) { return try scoreFolder(folder, arguments) }
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

  private static func isFolder(_ path: String) -> Bool {
    (try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
  }

  /// Scores every `NAME.jsonl` of a folder, prints the table and writes `result.json`.
  private static func scoreFolder(_ folder: String, _ arguments: Arguments) throws -> ExitStatus {
    guard let name = arguments.text(benchmark), let scorer = scorers.first(where: { $0.name == name }) else {
      throw UsageError("--predictions is a folder: name the benchmark with --benchmark")
    }
    guard !arguments.has(dataset), !arguments.has(task) else {
      throw UsageError(
        "--predictions is a folder: its files name the \(scorer.part == .dataset ? "datasets" : "tasks")")
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".jsonl") }
      .sorted(by: NaturalOrder.isBefore)
    guard !names.isEmpty else { throw FileError(path: folder, problem: "the folder holds no .jsonl file") }
    let options = PredictionScorer.Options(
      isByLength: arguments.has(byLength), segmenter: try segmenter(arguments),
      protocolName: arguments.text(protocolName))
    var scores: [BenchmarkScore] = []
    for name in names {
      let file = try PredictionFile(path: folder + "/" + name)
      scores.append(try scorer.score(String(name.dropLast(".jsonl".count)), file, options))
    }
    let result = JSONValue.object(
      Dictionary(scores.map { ($0.task, value($0)) }) { first, _ in first })
    try Files.write(Data((result.written(.pretty) + "\n").utf8), to: folder + "/result.json")
    for problem in scores.flatMap(\.problems).prefix(20) { Terminal.message("\(problem)") }
    if arguments.has(GlobalOptions.json) {
      Terminal.print(result.written(.compact))
    } else {
      let rows = scores.map { score in
        [
          score.task, score.score.map { NumberText.fixed($0, 2) } ?? "not comparable", score.metric,
          "\(score.rowCount)",
        ]
          + score.buckets.map { $0.value.map { NumberText.fixed($0, 2) } ?? "" }
      }
      let head =
        [scorer.part == .dataset ? "dataset" : "task", "score", "metric", "n"]
        + (scores.first?.buckets.map(\.name) ?? [])
      Terminal.print(
        TextTable.lines([head] + rows, hasRule: true) { [1, 3].contains($0) ? .right : .left }.joined(separator: "\n"))
      let numbers = scores.compactMap(\.score)
      if numbers.count == scores.count, let mean = Statistics.mean(numbers) {
        Terminal.print("\nmean of \(numbers.count): \(NumberText.fixed(mean, 2))")
      }
      for score in scores where score.score == nil {
        for note in score.notes { Terminal.message("\(score.task): \(note)") }
      }
      Terminal.message("\(folder)/result.json is written")
    }
    return scores.allSatisfy(\.problems.isEmpty) ? .complete : .incomplete
  }

  /// As eval.py writes it: the score, or with --e the scores of the length buckets.
  private static func value(_ score: BenchmarkScore) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    guard !score.buckets.isEmpty else { return number(score.score) }
    return .object(Dictionary(score.buckets.map { ($0.name, number($0.value)) }) { first, _ in first })
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
