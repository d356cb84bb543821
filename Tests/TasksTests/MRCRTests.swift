import Evaluation
import Foundation
import Metrics
import Testing
import Tokenizers

@testable import Tasks

@Suite struct MRCRTests {
  private let markers = ["<|im_start|>", "<|im_end|>"]
  private static let open =
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}"
  private static let strict =
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    + "{{ raise_exception('roles must alternate') }}{% endif %}{{ '<|im_start|>' + m.content }}{% endfor %}"

  private func context(_ template: String?) throws -> SampleContext {
    SampleContext(
      tokenizer: try byteTokenizer(specials: markers, chatTemplate: template), contextWindow: 4096,
      chat: template == nil ? nil : "auto", seed: 1)
  }

  private func task(_ more: [String: Value] = [:]) throws -> MRCR {
    try MRCR(
      settings: TaskSettings(
        ["path": .text(datasets + "/mrcr"), "needles": .list([.integer(2)])].merging(more) { $1 }))
  }

  @Test("the conversation is sent as it is, in the bin of its tokens")
  func conversation() throws {
    let task = try task()
    let context = try context(Self.open)
    let all = try task.cells.flatMap { try task.samples(of: $0, in: context) }
    #expect(all.count >= 4)
    let sample = try #require(all.first)
    let roles = try #require(sample.conversation?.messages.map(\.role))
    #expect(Array(roles.prefix(3)) == [.user, .user, .assistant] && roles.last == .user)
    #expect(sample.text.count(of: "<|im_start|>") == roles.count)
    #expect(sample.request.maxNewTokens == 2048)
    #expect(task.warnings(in: context).contains { $0.contains("has rows by bin") })
  }

  @Test("a template that refuses two turns of the user is said, and merged only where that is asked for")
  func refusal() throws {
    let task = try task()
    func problem(_ context: SampleContext) -> String {
      do throws(TaskError) {
        for cell in task.cells { _ = try task.samples(of: cell, in: context) }
        return ""
      } catch { return "\(error)" }
    }
    #expect(problem(try context(Self.strict)).contains("two user turns in a row"))
    #expect(problem(try context(nil)).contains("cannot be told apart"))
    let merging = try self.task(["merge-turns": .flag(true)])
    #expect(merging.protocolName == "mrcr/2025-12+merged-turns")
    let made = try merging.cells.flatMap { try merging.samples(of: $0, in: context(Self.strict)) }
    #expect(made.allSatisfy { $0.conversation?.hasUserTwice == false } && !made.isEmpty)
  }

  @Test("the score is difflib's, behind the wanted beginning")
  func score() throws {
    func score(_ response: String, _ answer: String, _ prefix: String) -> Double {
      MRCRScore.score(response: response, answer: answer, prefix: prefix)
    }
    #expect(score("Q7abcd", "Q7bcde", "Q7") == 0.75)
    #expect(score(" Q7abcd", "Q7abcd", "Q7") == 0)
    #expect(score("Q7diet", "Q7tide", "Q7") == 0.5 && score("Q7tide", "Q7diet", "Q7") == 0.25)
    #expect(score("Q7Q7abcd", "Q7abcd", "Q7") == 0.8)
    let piece = String(repeating: "abc", count: 70)
    #expect(abs(score("Q7z\(piece)", "Q7\(piece)z", "Q7") - 0.004739336492890996) < 1e-15)
    let task = try task()
    let reference = Reference(
      sampleID: SampleID("x"), expected: ["Q7abcd"], facts: [("prefix", .text("Q7"))], promptTokenCount: 1)
    #expect(task.scores(of: reference, outcome: generated("Q7abcd")) == [Score("score", 100)])
  }

  @Test("the first official bin begins with 4,096 tokens, and messages are counted one by one")
  func bins() throws {
    func row(_ more: String) -> String {
      #"{"prompt": [{"role": "user", "content": "a"}], "answer": "Zb", "random_string_to_prepend": "Z", "n_needles": 2"#
        + more + "}\n"
    }
    let path = try folder([
      "2needle.jsonl": row(#", "n_tokens": 4095"#) + row(#", "n_tokens": 4096"#) + row(#", "n_tokens": 8192"#)
        + row(#", "n_tokens": 8193"#) + row("")
    ])
    let task = try task(["path": .text(path)])
    let warning = try #require(task.warnings(in: try context(Self.open)).first { $0.contains("has rows by bin") })
    #expect(warning.hasSuffix("4096: 2, 8192: 2, 16384: 1"))
  }

  @Test("rows that are none are left out and said, and needles and bins that cannot be are refused")
  func refused() throws {
    let good =
      #"{"prompt": "[{\"role\": \"user\", \"content\": \"a\"}]", "answer": "Zb", "random_string_to_prepend": "Z", "n_needles": 2}"#
    let bad =
      #"{"prompt": [{"role": "robot", "content": "a"}], "answer": "Zb", "random_string_to_prepend": "Z", "n_needles": 2}"#
    let path = try folder(["2needle.jsonl": good + "\n" + bad + "\n"])
    let task = try task(["path": .text(path)])
    #expect(task.warnings(in: try context(Self.open)).contains { $0.contains("message 1 of `prompt` needs `role`") })
    #expect(throws: TaskError.self) { try self.task(["needles": .list([.integer(3)])]) }
    #expect(throws: TaskError.self) { try self.task(["bins": .list([.integer(5000)])]) }
    #expect(throws: TaskError.self) { try self.task(["needles": .list([.integer(8)])]) }
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
