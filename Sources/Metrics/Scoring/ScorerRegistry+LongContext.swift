import JSON

extension ScorerRegistry {
  /// The scorers of rows of LongBench v2, InfiniteBench, HELMET and LV-Eval.
  static let longContext: [RowScorer] = longBenchV2 + infiniteBench + helmet + lvEval

  private static let longBenchV2 = [
    RowScorer("longbench-v2/extract_answer", "LongBench v2: 1 where the letter read from `prediction` is `reference`") {
      (row) throws(RowScoringProblem) in
      let reference = try row.text("reference")
      return .number(LongBenchV2Answer.letter(in: try row.text("prediction")) == reference ? 1 : 0)
    }
  ]

  private static let infiniteBench = InfiniteBenchTask.allCases.flatMap { task in
    InfiniteBenchScorer.allCases.map { version in
      let name = "infinitebench/\(task.rawValue)" + (version == .snapshot ? "" : "@\(version.rawValue)")
      return RowScorer(name, "InfiniteBench's \(task.rawValue), scorer \(version.rawValue): `prediction`, `reference`")
      {
        (row) throws(RowScoringProblem) in
        let scorer = InfiniteBenchScore(
          task, version: version, dropsFirstNumber: row.value["model_name"]?.text == "gpt4")
        switch scorer.result(prediction: try row.text("prediction"), label: row.value["reference"] ?? .null) {
        case .score(let value): return .number(value)
        case .crash(let name): return .failure(name)
        case .badLabel: throw RowScoringProblem("`reference`, a label of \(task.rawValue)")
        }
      }
    }
  }

  private static let helmet =
    HELMETAnswer.Reading.allCases.map { reading in
      RowScorer("helmet/\(reading.rawValue)", "HELMET's metrics of `prediction` against `reference`") {
        (row) throws(RowScoringProblem) in
        let nested = row.value["reference"]?.elements?.compactMap(\.texts).flatMap { $0 } ?? []
        let references = nested.isEmpty ? try row.texts("reference") : nested
        let answer = HELMETAnswer(
          prediction: try row.text("prediction"), references: references, reading: reading)
        return .numbers(HELMETAnswer.names.map { ($0, answer.scores[$0] ?? 0) })
      }
    } + [
      RowScorer("helmet/ruler_recall", "HELMET: share of `reference` in `prediction`, whatever the case") {
        (row) throws(RowScoringProblem) in
        let references = try row.texts("reference")
        guard let recall = HELMETAnswer.recall(prediction: try row.text("prediction"), references: references) else {
          return .failure("ZeroDivisionError")
        }
        return .numbers([("ruler_recall", recall)])
      },
      RowScorer("helmet/rerank_post_process", "HELMET's ranking in `prediction` against `qrel`, `num_ctxs` documents") {
        (row) throws(RowScoringProblem) in
        var labels: [String: Int] = [:]
        for pair in row.value["qrel"]?.elements ?? [] {
          guard let pair = pair.elements, pair.count == 2, let id = pair[0].text,
            let label = pair[1].text.flatMap({ Int($0) }) ?? pair[1].number.map({ Int($0) })
          else { throw RowScoringProblem("`qrel`, pairs of an id and a label") }
          labels[id] = label
        }
        let ranking = HELMETRanking(reading: try row.text("prediction"))
        let count = row.value["num_ctxs"]?.number.map { Int($0) } ?? labels.count
        return .numbers(ranking.scores(labels: labels, documentCount: count))
      },
    ]

  private static let lvEval: [RowScorer] = [
    RowScorer(
      "lveval/qa_f1_score_with_gold_ans", "LV-Eval: F1 where a fifth of `answer_keywords` is recalled"
    ) { (row) throws(RowScoringProblem) in
      .number(
        LVEvalScore().english(
          prediction: try row.text("prediction"), reference: try row.text("reference"),
          keywords: row.value["answer_keywords"]?.text))
    },
    RowScorer(
      "lveval/qa_f1_zh_score_with_gold_ans", "LV-Eval, Chinese: F1 where two fifths of `answer_keywords` are recalled"
    ) { (row) throws(RowScoringProblem) in
      guard let segmenter = row.segmenter else { throw RowScoringProblem("jieba: \(LongBenchMetric.needsJieba)") }
      return .number(
        LVEvalScore().chinese(
          prediction: try row.text("prediction"), reference: try row.text("reference"),
          keywords: row.value["answer_keywords"]?.text, segmenter: segmenter))
    },
    RowScorer("lveval/rouge_zh_score_blacklist", "LV-Eval's dureader: ROUGE-L without ignored words") {
      (row) throws(RowScoringProblem) in
      guard let segmenter = row.segmenter else { throw RowScoringProblem("jieba: \(LongBenchMetric.needsJieba)") }
      return .number(
        LVEvalScore().chineseROUGE(
          prediction: try row.text("prediction"), reference: try row.text("reference"), segmenter: segmenter))
    },
  ]
}
