import Foundation
import Testing

@testable import Tasks

@Suite struct LongContextImportTests {
  private func imported(
    _ task: any EvaluationTask.Type, _ files: [String: String], accepting: Bool = false
  ) throws -> (result: DataImport.Result, data: DataFolder, benchmark: Benchmark) {
    let type = task.benchmark
    let benchmark = try #require(type)
    let data = DataFolder(path: try temporaryFolder())
    let result = try DataImport(benchmark, into: data, program: "test", acceptsDifferent: accepting).run([tree(files)])
    return (result, data, benchmark)
  }

  private func array(_ count: Int) throws -> String {
    let rows = try (0..<count).map { index in
      try line([
        "_id": "r\(index)", "domain": "D", "difficulty": "easy", "length": "short", "question": "q [",
        "context": "} \"x\" ", "choice_A": "a", "choice_B": "b", "choice_C": "c", "choice_D": "d", "answer": "A",
      ])
    }
    return "[" + rows.joined(separator: ",") + "]"
  }

  @Test("LongBench v2's array is counted row by row; another number of rows is refused, or taken as what it is")
  func longBenchV2() throws {
    let files = ["download/data.json": try array(503), "LongBench/prompts/0shot.txt": "$DOC$"]
    let (result, data, benchmark) = try imported(LongBenchV2.self, files)
    #expect(result.files.map(\.name) == ["data.json", "prompts/0shot.txt"])
    #expect(result.files[0].rows == 503 && result.files[0].standing == .checked)
    #expect(data.status(of: benchmark).intact == 2 && data.status(of: benchmark).damaged.isEmpty)
    try write(Array("[]".utf8), to: data.path + "/LongBench-v2/data.json")
    #expect(data.status(of: benchmark).damaged.count == 1)
    let few = ["data.json": try array(3)]
    #expect(throws: TaskError.self) { try imported(LongBenchV2.self, few) }
    #expect(try imported(LongBenchV2.self, few, accepting: true).result.files[0].standing == .different)
  }

  @Test("a bad row, rows that are lines, and an array where lines are wanted are refused with the row")
  func refused() throws {
    let bad = "[" + (try line(["_id": "x"])) + "]"
    let error = #expect(throws: TaskError.self) { try imported(LongBenchV2.self, ["data.json": bad]) }
    #expect(error.map { "\($0)".contains("data.json:1") } == true)
    #expect(throws: TaskError.self) { try imported(LongBenchV2.self, ["data.json": try line(["_id": "x"])]) }
    #expect(throws: TaskError.self) {
      try imported(InfiniteBench.self, ["passkey.jsonl": "[{\"context\": \"c\", \"answer\": \"1\"}]"])
    }
  }

  @Test("files of one name in several folders go where their folders fit")
  func namesakes() throws {
    let row = try line(["context": "c", "query": "q"])
    let (result, _, _) = try imported(
      HELMET.self,
      [
        "data/ruler/niah_multivalue/validation_8192.jsonl": row,
        "data/ruler/niah_multikey_3/validation_8192.jsonl": row,
        "data/icl/nlu/test.jsonl": row, "data/icl/trec_fine/test.jsonl": row,
        "data/alce/asqa_eval_gtr_top2000.json": "[\(row)]",
      ])
    #expect(
      result.files.map(\.name) == [
        "data/alce/asqa_eval_gtr_top2000.json", "data/icl/nlu/test.jsonl", "data/icl/trec_fine/test.jsonl",
        "data/ruler/niah_multikey_3/validation_8192.jsonl", "data/ruler/niah_multivalue/validation_8192.jsonl",
      ])
  }

  @Test("InfiniteBench's and LV-Eval's files are taken with the two files of their prompts")
  func others() throws {
    let row = try line(["context": "c", "input": "q", "answer": "1", "answers": ["a"]])
    let one = try imported(InfiniteBench.self, ["x/math_find.jsonl": row, "InfiniteBench/src/prompt.py": "a = {}"])
    #expect(one.result.files.map(\.name) == ["math_find.jsonl", "src/prompt.py"])
    let two = try imported(
      LVEval.self,
      ["x/cmrc_mixup_16k.jsonl": String(repeating: row, count: 200), "LVEval/config.py": "a = {}"])
    #expect(two.result.files.map(\.name) == ["cmrc_mixup_16k.jsonl", "config.py"])
  }
}
