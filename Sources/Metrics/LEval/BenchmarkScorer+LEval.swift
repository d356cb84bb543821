import Foundation
import JSON

extension BenchmarkScorer {
  /// Scores L-Eval's `<task>.pred.jsonl` (rows `query`, `gt`, `<model>_pred`, `evaluation`).
  ///
  /// Rows whose `evaluation` is neither exam, f1 nor rouge are judged by a model upstream and left out here. The score
  /// is 100 × the mean with four decimals; for ROUGE it is the cube root of ROUGE-1 · ROUGE-2 · ROUGE-L.
  ///
  /// - Parameters:
  ///   - task: the task's name, for example `coursera`.
  ///   - predictions: the file.
  ///   - reading: the version of the official programs' way to read answers.
  /// - Returns: the score with its parts: ROUGE's scores, the three topics, sci_fi's two judgements.
  /// - Throws: `ScoringError`.
  public static func lEval(
    task: String, predictions: PredictionFile, reading: LEvalReading = .v2
  ) throws(ScoringError) -> BenchmarkScore {
    let rows = try LEvalRows(predictions)
    var notes: [String] = []
    if rows.judgedCount > 0 {
      notes.append("\(rows.judgedCount) rows are for a judge and were left out: no judge was given")
    }
    switch rows.evaluation {
    case "f1": return f1(task, rows, notes)
    case "rouge": return rouge(task, rows, notes)
    default: return exactMatch(task, rows, reading, notes)
    }
  }

  /// The rows of a file that are scored without a judge.
  private struct LEvalRows {
    var pairs: [(prediction: String, reference: String)] = []
    var problems: [RowProblem]
    /// The kind of evaluation of the last row, which decides for all, as upstream.
    var evaluation = ""
    var judgedCount = 0

    init(_ file: PredictionFile) throws(ScoringError) {
      problems = file.problems
      // Upstream takes the first key of the first row that holds "_pred".
      let key = file.rows.first?.value.keys.first { $0.contains("_pred") } ?? "_pred"
      for row in file.rows {
        guard let prediction = row.value[key]?.text, let reference = row.value["gt"]?.text,
          let evaluation = row.value["evaluation"]?.text
        else {
          let missing = ["gt", "evaluation", key].first { row.value[$0]?.text == nil } ?? key
          problems.append(RowProblem(file: file.path, line: row.line, problem: "expected `\(missing)`, a text"))
          continue
        }
        guard ["exam", "f1", "rouge"].contains(evaluation) else {
          judgedCount += 1
          continue
        }
        self.evaluation = evaluation
        pairs.append((prediction, reference))
      }
      problems.sort { $0.line < $1.line }
      guard !pairs.isEmpty else { throw .noRows(path: file.path, firstProblem: problems.first) }
    }
  }

  private static func exactMatch(
    _ task: String, _ rows: LEvalRows, _ reading: LEvalReading, _ notes: [String]
  ) -> BenchmarkScore {
    let way = LEvalTask(named: task)
    let matches = rows.pairs.map {
      way.exactMatch(prediction: $0.prediction, reference: $0.reference, reading: reading)
    }
    var parts: [BenchmarkScore.Part] = []
    func percent(_ values: [Double]) -> Double? { Statistics.mean(values).map { 100 * $0 } }
    var score = percent(matches.flatMap { $0 }).map { PythonRounding.round($0, 4) }
    switch way {
    case .judgements:
      parts = ["loyalty", "fact"].enumerated().map { index, name in
        .init(name, percent(matches.map { $0[index] }).map { PythonRounding.round($0, 4) })
      }
    case .topics:
      parts = ["first", "second", "third"].enumerated().map { index, name in
        .init(name, percent(matches.enumerated().filter { $0.offset % 3 == index }.flatMap(\.element)))
      }
      let known = parts.compactMap(\.value)
      score = known.count == 3 ? Statistics.mean(known) : score
    default: break
    }
    return BenchmarkScore(
      benchmark: "leval", task: task, metric: "exact_match", score: score,
      scores: matches.map { Statistics.mean($0) }, parts: parts, problems: rows.problems,
      notes: notes + ["answers are read as by \(reading.rawValue)"])
  }

  private static func f1(_ task: String, _ rows: LEvalRows, _ notes: [String]) -> BenchmarkScore {
    let scores = rows.pairs.map { TokenF1.english(prediction: $0.prediction, reference: $0.reference) }
    return BenchmarkScore(
      benchmark: "leval", task: task, metric: "f1",
      score: Statistics.mean(scores).map { PythonRounding.round(100 * $0, 4) }, scores: scores,
      problems: rows.problems, notes: notes)
  }

  private static func rouge(_ task: String, _ rows: LEvalRows, _ notes: [String]) -> BenchmarkScore {
    let scores = rows.pairs.map { GoogleROUGE(prediction: $0.prediction, reference: $0.reference) }
    func mean(_ path: KeyPath<GoogleROUGE, Double>) -> Double {
      Statistics.mean(scores.map { 100 * $0[keyPath: path] }) ?? 0
    }
    let (one, two, long, sum) = (mean(\.rouge1), mean(\.rouge2), mean(\.rougeL), mean(\.rougeLsum))
    let geometricMean = PythonRounding.round(pow(one * two * long, 1.0 / 3.0), 4)
    return BenchmarkScore(
      benchmark: "leval", task: task, metric: "rouge/geometric_mean", score: geometricMean,
      scores: scores.map { pow($0.rouge1 * $0.rouge2 * $0.rougeL, 1.0 / 3.0) },
      parts: [
        .init("rouge1", PythonRounding.round(one, 4)), .init("rouge2", PythonRounding.round(two, 4)),
        .init("rougeL", PythonRounding.round(long, 4)), .init("rougeLsum", PythonRounding.round(sum, 4)),
        .init("geometric_mean", geometricMean),
      ],
      problems: rows.problems,
      notes: notes + [
        "rougeLsum takes the lines of a text as its sentences; upstream splits them with NLTK's Punkt model first. It is "
          + "no part of the score"
      ])
  }
}
