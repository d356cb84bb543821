import Foundation
import JSON
import TestSupport
import Testing

@testable import Metrics

/// The official scorers' rows that `se-eval score` has no name for, where the environment names the folder that holds them.
@Suite struct LongContextOracleTests {
  private static let oracle = OracleFolder.path

  private static func rows(_ metric: String) throws -> [JSONValue] {
    let rows = try OracleFolder.lines("longctx2_pairs_public.jsonl").compactMap { JSONValue(bytes: $0) }
      .filter { $0["metric"]?.text == metric }
    try #require(!rows.isEmpty)
    return rows
  }

  @Test("stems, words and citations", .enabled(if: oracle != nil, "SE_EVAL_ORACLE names no folder of official outputs"))
  func texts() throws {
    for row in try Self.rows("porter_stem_nltk") {
      #expect(PorterStemmer.stem(CodePoints(row["prediction"]?.text ?? "")).text == row["score"]?.text)
    }
    for row in try Self.rows("rouge_tokenize_stem") {
      let words = GoogleROUGE.words(CodePoints(row["prediction"]?.text ?? ""), stems: true).map(\.text)
      #expect(words == row["score"]?.texts)
    }
    for row in try Self.rows("remove_citations") {
      #expect(ALCEAnswer.withoutCitations(row["prediction"]?.text ?? "") == row["score"]?.text)
    }
  }

  @Test(
    "ALCE's means over its items", .enabled(if: oracle != nil, "SE_EVAL_ORACLE names no folder of official outputs"))
  func alce() throws {
    for row in try Self.rows("eval_alce") {
      var sums: [String: Double] = [:]
      let items = try #require(row["items"]?.elements)
      for item in items {
        let reply = item["prediction"]?.text ?? ""
        sums["length", default: 0] += Double(ALCEAnswer.wordCount(reply))
        if let questions = item["short_answers"]?.elements {
          let found = try #require(ALCEAnswer.asqa(output: reply, shortAnswers: questions.compactMap(\.texts)))
          sums["str_em", default: 0] += 100 * found.em
          sums["str_hit", default: 0] += 100 * found.hit
        } else {
          let answers = (item["answers"]?.elements ?? []).compactMap(\.texts)
          let list = try #require(ALCEAnswer.qampari(output: reply, answers: answers))
          let values = [
            "num_preds": Double(list.count), "qampari_prec": 100 * list.precision, "qampari_rec": 100 * list.recall,
            "qampari_rec_top5": 100 * list.recallTop5, "qampari_f1": 100 * list.f1,
            "qampari_f1_top5": 100 * list.f1Top5,
          ]
          for (name, value) in values { sums[name, default: 0] += value }
        }
      }
      for name in row["score"]?.keys ?? [] {
        let wanted = try #require(row["score"]?[name]?.number)
        let made = try #require(sums[name]) / Double(items.count)
        #expect(abs(made - wanted) < 1e-9, "\(name) \(row.spelling)")
      }
    }
  }

  @Test("LongBench v2's table", .enabled(if: oracle != nil, "SE_EVAL_ORACLE names no folder of official outputs"))
  func table() throws {
    for row in try Self.rows("result.py") {
      let items = try (row["items"]?.elements ?? []).map { item in
        let parts = try #require(item.elements)
        return LongBenchV2Answer.Row(
          difficulty: parts[0].text ?? "", length: parts[1].text ?? "", letter: parts[2].text,
          answer: parts[3].text ?? "")
      }
      let made = LongBenchV2Answer.table(items)
      let wanted = ["overall", "easy", "hard", "short", "medium", "long"].map { row["score"]?[$0]?.number }
      #expect(made == wanted, "\(row.spelling)")
    }
  }
}
