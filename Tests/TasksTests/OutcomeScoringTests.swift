import Evaluation
import Tasks
import Testing

/// Scores of what a store keeps, where the data are no longer there.
@Suite struct OutcomeScoringTests {
  private func reference(_ dataset: String) -> Reference {
    Reference(
      sampleID: SampleID("0"), expected: ["a boat"], facts: [("dataset", .text(dataset))], promptTokenCount: 5)
  }

  private let outcome = Outcome.generation(tokens: [1], text: "a boat", finishReason: .length)

  @Test("LongBench scores without its files what needs no class names and no jieba, and nothing else")
  func longBench() throws {
    let scoring = try #require(try LongBench.scoring(settings: TaskSettings([:])))
    #expect(scoring.scores(of: reference("hotpotqa_e"), outcome: outcome)?.first == Score("score", 100))
    #expect(scoring.scores(of: reference("trec"), outcome: outcome) == nil)
    #expect(scoring.scores(of: reference("dureader"), outcome: outcome) == nil)
  }

  @Test("every task but LV-Eval, whose word lists are its checkout's, can be scored without data")
  func all() throws {
    let settings: [String: [String: Value]] = [
      "custom": ["scorer": .text("contains"), "name": .text("x")],
      "perplexity": ["lengths": .list([.integer(64)])],
    ]
    let without = try TaskRegistry.types.filter {
      try $0.scoring(settings: TaskSettings(settings[$0.name] ?? [:])) == nil
    }
    #expect(without.map { $0.name } == ["lv-eval"])
  }
}
