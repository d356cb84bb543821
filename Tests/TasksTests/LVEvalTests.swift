import Evaluation
import Foundation
import Testing

@testable import Tasks

@Suite struct LVEvalTests {
  private func task(_ path: String, _ more: [String: Value] = [:]) throws -> LVEval {
    try LVEval(settings: TaskSettings(["path": .text(path)].merging(more) { $1 }))
  }

  @Test("the project's own sample makes prompts for every dataset; English ones are scored against the first answer")
  func ownSample() throws {
    let task = try task(samplesFolder("lv-eval"), ["datasets": .text("all"), "lengths": .integer(2000)])
    #expect(task.cells.count == 11 && task.protocolName == "lv-eval/own")
    for cell in task.cells {
      let samples = try task.samples(of: cell, in: byteContext())
      #expect(samples.count == 2)
      guard case .text(let name) = cell.coordinates[0].value, LVEvalDataset(rawValue: name)?.isChinese == false else {
        continue
      }
      for sample in samples {
        #expect(task.scores(of: sample.reference, outcome: generated(sample.expected[0])).first?.value == 100)
        #expect(task.scores(of: sample.reference, outcome: generated("a tree")).first?.value == 0)
      }
    }
  }

  @Test("prompts and ignored words are read from the checkout; only the first answer counts")
  func checkout() throws {
    let row = try line([
      "input": "q", "context": "c", "answers": ["river boat", "other"], "length": 1, "answer_keywords": "river",
    ])
    let path = try tree([
      "config.py": "from metrics import x\nDATASET_PROMPT = {\n  \"loogle_SD_mixup\": \"{context} -> {input}\",\n}\n",
      "metrics.py": "ABANDON_WORDS_EN = ['river', 'of']\nABANDON_WORDS_ZH = ['的']\n",
      "loogle_SD_mixup_32k.jsonl": row,
    ])
    let task = try task(path, ["datasets": .text("loogle_SD_mixup"), "levels": .text("32k")])
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.text == "c -> q" && sample.expected == ["river boat"] && sample.request.maxNewTokens == 64)
    // The only key word is one that is ignored.
    #expect(task.scores(of: sample.reference, outcome: generated("river boat")).first?.value == 0)
    #expect(task.protocolName == "lv-eval/v1+prompts")
    #expect(throws: TaskError.self) { try self.task(path, ["datasets": .text("cmrc_mixup"), "levels": .text("32k")]) }
    #expect(throws: TaskError.self) { try self.task(path, ["levels": .text("8k")]) }
  }
}
