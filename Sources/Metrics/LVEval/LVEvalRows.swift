import JSON

extension ScorerRegistry {
  /// The rows of LV-Eval.
  static let lvEval: [RowScorer] = [
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
