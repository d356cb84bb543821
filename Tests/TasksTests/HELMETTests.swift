import Evaluation
import Foundation
import Testing

@testable import Tasks

@Suite struct HELMETTests {
  private func task(_ settings: [String: Value]) throws -> HELMET {
    let standard: [String: Value] = ["path": .text(samplesFolder("helmet")), "lengths": .integer(12000)]
    return try HELMET(settings: TaskSettings(standard.merging(settings) { $1 }))
  }

  private func samples(_ settings: [String: Value], chat: String? = nil) throws -> [Sample] {
    let task = try task(settings)
    return try task.samples(of: task.cells[0], in: byteContext(chat: chat, window: 16384))
  }

  @Test("every dataset of the project's own sample makes prompts, and its answers are right")
  func ownSample() throws {
    let names = ["recall", "rag", "rerank", "cite", "icl", "longqa"]
    let task = try task([
      "datasets": .list(names.map { .text($0) }), "infinitebench": .text(samplesFolder("infinitebench")),
      "samples": .integer(2),
    ])
    #expect(task.cells.count == 18 && task.protocolName.hasPrefix("helmet/own+samples=2+own-lengths"))
    for cell in task.cells {
      // The chat template of those that ask for one: nothing is put in front of the first item of a list then.
      let made = try task.samples(of: cell, in: byteContext(chat: "chatml", window: 16384))
      #expect(made.count >= 2)
      guard case .text(let name) = cell.coordinates[0].value, let dataset = HELMETDataset(rawValue: name) else {
        continue
      }
      for sample in made {
        #expect(sample.request.tokens.count + sample.request.maxNewTokens <= 12000)
        let scores = task.scores(of: sample.reference, outcome: generated(right(dataset, sample)))
        #expect(scores.first?.metric == "score" && scores.first?.value == 100, "\(name)")
      }
    }
  }

  /// A reply that has everything that is asked for.
  private func right(_ dataset: HELMETDataset, _ sample: Sample) -> String {
    switch dataset.category {
    case .rerank:
      let pairs = sample.expected.map { $0.split(separator: " ").map(String.init) }
      return pairs.sorted { (Int($0[1]) ?? 0) > (Int($1[1]) ?? 0) }.map { $0[0] }.joined(separator: " > ")
    case .cite:
      return sample.expected.map { $0.dropFirst(2).dropLast(2).components(separatedBy: "\",\"")[0] }.joined(
        separator: ", ")
    case .longQA: return sample.expected[0]
    default: return " " + sample.expected.joined(separator: " ")
    }
  }

  @Test("without chat the prompt ends with the beginning of the answer, which is put in front of the reply")
  func prepending() throws {
    let sample = try #require(try samples(["datasets": .text("kilt_nq")]).first)
    #expect(sample.text.hasSuffix("\nAnswer:") && sample.fact("prepended") == .text("Answer:"))
    let cited = try #require(try samples(["datasets": .text("alce_asqa")], chat: "chatml").first)
    #expect(!cited.text.contains("Answer:") && cited.fact("prepended") == .text(""))
    // Recall never goes through a chat template.
    let recalled = try #require(try samples(["datasets": .text("json_kv")], chat: "chatml").first)
    #expect(recalled.fact("chat") == .text("none") && recalled.text.hasSuffix("\nCorresponding value:"))
  }

  @Test("a question comes with each place of its gold document; examples are other questions")
  func questions() throws {
    let made = try samples(["datasets": .text("kilt_nq"), "samples": .integer(1)])
    #expect(made.count == 2 && Set(made.map { $0.text.components(separatedBy: "Question: ").last ?? "" }).count == 1)
    #expect(made[0].text.components(separatedBy: "Question: ").count == 4)
    let bare = try samples(["datasets": .text("kilt_nq"), "samples": .integer(1), "shots": .integer(0)])
    #expect(bare[0].text.components(separatedBy: "Question: ").count == 2)
    #expect(try samples(["datasets": .text("kilt_nq"), "limit": .integer(3)]).count == 3)
  }

  @Test("a prompt that is too long loses the end of its documents and keeps its question")
  func cut() throws {
    let settings: [String: Value] = ["datasets": .text("json_kv"), "shots": .integer(0)]
    let whole = try #require(try samples(settings).first)
    let task = try HELMET(
      settings: TaskSettings(
        settings.merging(["path": .text(samplesFolder("helmet")), "lengths": .integer(900)]) { $1 }))
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.request.tokens.count == 800 && sample.truncatedTokenCount == whole.request.tokens.count - 800)
    #expect(sample.text.hasSuffix(whole.text.suffix(100)) && whole.text.hasPrefix(sample.text.prefix(400)))
  }

  @Test("texts are read from the checkout's data.py: the branch of the dataset, whatever stands around it")
  func checkout() throws {
    let source = #"""
      def load_qa(dataset):
          if "bad" in dataset:
              user_template = "no"
          else:
              user_template = "Q \"{question}\"\n{demos}{context}"
          system_template = "A:"
          demo_template = "{documents}/{answer}"
          passage_template = "<{title}|{text}>"

      def load_msmarco_rerank(path):
          user_template = '{context} {question}'
          system_template = "R:"
          passage_template = "[{id}] {title}" if "title" in x else "[{id}] {text}"
      """#
    let path = try tree(["data.py": source])
    func templates(_ dataset: HELMETDataset) throws -> HELMETTemplates {
      try HELMETTemplates(checkout: path, dataset: dataset)
    }
    let fields = ["question": "q", "demos": "", "context": "c", "title": "t", "text": "x", "id": "7"]
    #expect(try templates(.naturalQuestions).user.filled(fields) == "Q \"q\"\nc")
    #expect(try templates(.naturalQuestions).passage.filled(fields) == "<t|x>")
    #expect(try templates(.rerank).untitled.filled(fields) == "[7] x")
    #expect(try templates(.rerank).passage.filled(fields) == "[7] t")
    #expect(throws: TaskError.self) { try templates(.keyValue) }
  }

  @Test("what needs a judge, or files that are not named, is refused")
  func refused() {
    #expect(throws: TaskError.self) { try self.task(["datasets": .text("narrativeqa")]) }
    #expect(throws: TaskError.self) { try self.task(["datasets": .text("infbench_qa_eng")]) }
    #expect(throws: TaskError.self) { try self.task(["datasets": .text("json_kv"), "lengths": .integer(4096)]) }
  }
}
