import Evaluation
import Foundation
import Tasks
import Testing
import Tokenizers

@Suite struct PG19Tests {
  private let text = String((0..<1000).map { Character(Unicode.Scalar(UInt8(97 + $0 * 7 % 26))) })

  private func task(_ files: [String: String], _ more: [String: Value] = [:]) throws -> PG19 {
    var values: [String: Value] = [
      "path": .text(try folder(files)), "lengths": .list([.integer(100), .integer(300)]), "stride": .integer(50),
    ]
    values.merge(more) { $1 }
    return try PG19(settings: TaskSettings(values))
  }

  private func context(addsBOS: Bool = true) throws -> SampleContext {
    SampleContext(tokenizer: try byteTokenizer(addsBOS: addsBOS), contextWindow: 512, chat: nil, seed: 1)
  }

  @Test("windows of every length end at the same places and have exactly their length", arguments: [true, false])
  func windows(addsBOS: Bool) throws {
    let task = try task(["a.txt": text, "b.txt": String(text.prefix(400)), "note.md": "no"])
    let context = try context(addsBOS: addsBOS)
    let short = try task.samples(of: task.cells[0], in: context)
    let long = try task.samples(of: task.cells[1], in: context)
    #expect(short.count == long.count && short.count == 15 + 3)
    for (a, b) in zip(short, long) {
      #expect(a.request.tokens.count == 100 && b.request.tokens.count == 300)
      #expect(a.request.tokens.suffix(50) == b.request.tokens.suffix(50))
      #expect((a.request.tokens.first == 256) == addsBOS)
    }
    let ids = context.tokenizer.encode(text, bos: .never)
    let scored = long.filter { $0.id.rawValue.hasPrefix("doc=a") }.flatMap { $0.request.tokens.suffix(50) }
    let start = (addsBOS ? 299 : 300) - 50
    #expect(scored == Array(ids[start..<start + 750]))
    // The first windows of all documents come first.
    #expect(
      short.prefix(3).map(\.id.rawValue) == [
        "doc=a.txt/length=100/window=0", "doc=b.txt/length=100/window=0", "doc=a.txt/length=100/window=1",
      ])
  }

  @Test("a document that is too short is left out with a warning; with none left there is an error")
  func short() throws {
    let task = try task(["a.txt": text, "b.txt": "short"])
    #expect(try task.warnings(in: context()).count == 1)
    let none = try self.task(["b.txt": "short"])
    #expect(throws: TaskError.self) { try none.samples(of: none.cells[0], in: context()) }
  }

  @Test("CRLF becomes LF, and files that are not there or not UTF-8 are told apart")
  func files() throws {
    let task = try task(["a.txt": String(repeating: "ab\r\n", count: 200)])
    let sample = try #require(try task.samples(of: task.cells[0], in: context()).first)
    #expect(!sample.text.contains("\r") && sample.text.contains("ab\nab"))
    #expect(throws: TaskError.self) { try self.task([:]) }
    let damaged = try folder(["x.txt": "first\n"]) + "/x.txt"
    try Data([0x61, 0x0a, 0x62, 0xff, 0xfe]).write(to: URL(fileURLWithPath: damaged))
    #expect {
      try PG19(settings: TaskSettings(["path": .text(damaged), "lengths": .integer(10), "stride": .integer(5)]))
    } throws: { error in
      guard case TaskError.damagedData(_, let line, _)? = error as? TaskError else { return false }
      return line == 2
    }
  }

  @Test("the score is made of the last `stride` log-probabilities only")
  func scores() throws {
    let task = try task(["a.txt": text])
    let sample = try #require(try task.samples(of: task.cells[0], in: context()).first)
    let values = [Float](repeating: -9, count: 49) + [Float](repeating: -2, count: 50)
    let scores = task.scores(of: sample.reference, outcome: .logProbabilities(values))
    #expect(scores.map(\.metric) == ["perplexity", "nll_sum", "token_count"])
    #expect(abs((scores[0].value ?? 0) - exp(2)) < 1e-9)
    #expect(scores[1].value == 100 && scores[2].value == 50)
    #expect(task.scores(of: sample.reference, outcome: .logProbabilities([-1])).first?.unscored != nil)
    let infinite = [Float](repeating: -.infinity, count: 99)
    #expect(task.scores(of: sample.reference, outcome: .logProbabilities(infinite)).first?.unscored != nil)
  }
}
