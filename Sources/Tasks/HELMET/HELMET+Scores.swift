public import Evaluation
import JSON
import Metrics

extension HELMET {
  /// The dataset's column and the other metrics, 0 to 100.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome else {
      return [Score("score", unscored: "the model generated nothing")]
    }
    guard case .text(let name)? = reference.fact("dataset"), let dataset = HELMETDataset(rawValue: name) else {
      return [Score("score", unscored: "the sample is of no dataset of HELMET")]
    }
    if dataset.isJudged {
      let answer = HELMETJudging.judgedAnswer(of: reference)
      let said = HELMETJudging.said(answer ?? text, reference)
      let strings = Self.values(dataset, said, reference).map { Score($0.name, 100 * $0.value) }
      guard answer != nil else {
        return [Score("score", unscored: "no judge given: HELMET's column of this dataset is a judge's")] + strings
      }
      return HELMETJudging.scores(dataset, reference, verdict: text) + strings
    }
    var values = Self.values(dataset, HELMETJudging.said(text, reference), reference)
    guard let headline = values.first(where: { $0.name == dataset.headline }) else {
      return [Score("score", unscored: "the row has no answers that can be scored")]
    }
    values.removeAll { $0.name.contains("@") && $0.name != "NDCG@10" || $0.name == "num_preds" }
    return [Score("score", 100 * headline.value)]
      + values.map { Score($0.name, $0.name == "words" ? $0.value : 100 * $0.value) }
  }

  private static func values(
    _ dataset: HELMETDataset, _ reply: String, _ reference: Reference
  ) -> [(name: String, value: Double)] {
    func answer(_ reading: HELMETAnswer.Reading) -> [(name: String, value: Double)] {
      let answer = HELMETAnswer(prediction: reply, references: reference.expected, reading: reading)
      return HELMETAnswer.names.map { ($0, answer.scores[$0] ?? 0) }
    }
    switch dataset.category {
    case .recall:
      guard dataset.isRuler else { return answer(.keyValue) }
      let recall = HELMETAnswer.recall(prediction: reply, references: reference.expected)
      return named(["ruler_recall": recall])
    case .rag: return answer(.standard)
    case .inContextLearning: return answer(.inContextLearning)
    case .summary: return answer(dataset == .lawSummary ? .summary : .standard)
    case .longQA:
      guard dataset == .bookChoice else { return answer(.standard) }
      let isArtifact = HELMETAnswer.isArticleArtifact(prediction: reply, references: reference.expected)
      return answer(.choice) + named(["article_artifact": isArtifact ? 1 : 0])
    case .rerank: return ranking(reply, reference)
    case .cite:
      let groups = reference.expected.compactMap { JSONValue(json: $0)?.texts }
      let words = Double(ALCEAnswer.wordCount(reply))
      if dataset == .asqa {
        let found = ALCEAnswer.asqa(output: reply, shortAnswers: groups)
        return named(["str_em": found?.em, "str_hit": found?.hit, "words": words])
      }
      let list = ALCEAnswer.qampari(output: reply, answers: groups)
      return named([
        "qampari_prec": list?.precision, "qampari_rec": list?.recall, "qampari_rec_top5": list?.recallTop5,
        "qampari_f1": list?.f1, "qampari_f1_top5": list?.f1Top5, "words": words,
      ])
    }
  }

  /// The values that there are, in order.
  private static func named(_ pairs: KeyValuePairs<String, Double?>) -> [(name: String, value: Double)] {
    pairs.compactMap { pair in pair.value.map { (name: pair.key, value: $0) } }
  }

  private static func ranking(_ reply: String, _ reference: Reference) -> [(name: String, value: Double)] {
    var labels: [String: Int] = [:]
    for pair in reference.expected {
      let parts = pair.split(separator: " ")
      if parts.count == 2 { labels[String(parts[0])] = Int(parts[1]) }
    }
    let count = reference.fact("documents")?.asInteger ?? labels.count
    let scores = HELMETRanking(reading: reply).scores(labels: labels, documentCount: count)
    if scores.contains(where: { $0.name == "NDCG@10" }) { return scores }
    // Fewer than ten documents have no NDCG@10: the largest cut-off that there is stands for it.
    return scores + named(["NDCG@10": scores.last { $0.name.hasPrefix("NDCG@") }?.value])
  }
}
