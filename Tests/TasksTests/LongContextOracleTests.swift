import Foundation
import JSON
import TestSupport
import Testing

@testable import Tasks

/// The official programs' draws, cuts and fillings, where the environment names the folder that holds them.
@Suite struct LongContextOracleTests {
  private static let oracle = OracleFolder.path

  private static func rows(_ metric: String) throws -> [JSONValue] {
    let rows = try OracleFolder.lines("longctx2_pairs_public.jsonl").compactMap { JSONValue(bytes: $0) }
      .filter { $0["metric"]?.text == metric }
    try #require(!rows.isEmpty)
    return rows
  }

  private func integer(_ row: JSONValue, _ key: String) throws -> Int {
    try #require(row[key]?.number.flatMap { Int(exactly: $0) })
  }

  private func integers(_ value: JSONValue?) -> [Int] {
    (value?.elements ?? []).compactMap { $0.number.flatMap { Int(exactly: $0) } }
  }

  @Test(
    "samples, shuffles, permutations and seeds are Python's and numpy's",
    .enabled(if: oracle != nil, "SE_EVAL_ORACLE names no folder of official outputs"))
  func draws() throws {
    for row in try Self.rows("python_random_sample") {
      var random = PythonRandom(seed: try integer(row, "seed"))
      #expect(try random.sample(of: integer(row, "n"), count: integer(row, "k")) == integers(row["score"]))
    }
    for row in try Self.rows("python_shuffle") {
      let made = PythonRandom.shuffled(Array(0..<(try integer(row, "n"))), seed: try integer(row, "seed"))
      #expect(made == integers(row["score"]))
    }
    for row in try Self.rows("numpy_pcg64_permutation") {
      let seed = UInt64(try integer(row, "seed"))
      #expect(PCG64.permutation(seed: seed, count: try integer(row, "n")) == integers(row["score"]))
    }
    for row in try Self.rows("sha256_mod_2_31") {
      #expect(HELMETSelection.hash(row["prediction"]?.text ?? "") == (try integer(row, "score")))
    }
    for row in try Self.rows("icl_local_seed") {
      #expect(HELMETSelection.localSeed(row["prediction"]?.text ?? "") == (try integer(row, "score")))
    }
    for row in try Self.rows("balance_labels") {
      let made = HELMETSelection.balanced(
        integers(row["labels"]), shots: try integer(row, "shots"), seed: try integer(row, "seed"))
      #expect(made == integers(row["score"]))
    }
  }

  @Test(
    "prompts are cut and filled as the official programs do it",
    .enabled(if: oracle != nil, "SE_EVAL_ORACLE names no folder of official outputs"))
  func prompts() throws {
    for (metric, keepsOdd) in [("middle_ids", true), ("middle_ids_local", false)] {
      for row in try Self.rows(metric) {
        let made = try Truncation.middle.apply(
          integers(row["ids"]), limit: integer(row, "max_len"), keepsOdd: keepsOdd, sample: "x")
        #expect(made?.tokens == integers(row["score"]), "\(row.spelling)")
      }
    }
    for row in try Self.rows("fill_template") {
      func field(_ key: String) -> String { row["fields"]?[key]?.text ?? "" }
      let made = LongBenchV2Prompts.filled(
        row["template"]?.text ?? "", document: field("context"), question: field("question"),
        choices: ["A", "B", "C", "D"].map { field("choice_\($0)") }, thought: row["fields"]?["cot"]?.text)
      #expect(made == row["score"]?.text)
    }
  }
}
