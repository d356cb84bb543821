import JSON

extension ScorerRegistry {
  /// The rows of HELMET.
  static let helmet =
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
}
