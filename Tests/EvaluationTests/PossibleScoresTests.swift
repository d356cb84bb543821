import Evaluation
import Foundation
import Testing

@Suite struct PossibleScoresTests {
  private let accuracy = MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)
  private let share = MetricDescription(name: "mc2", aggregation: .mean, higherIsBetter: true, range: 0...1)
  private let free = MetricDescription(name: "words", aggregation: .mean, higherIsBetter: true)
  private let perplexity = MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)

  @Test("what a scorer can give is no problem, nor what rounding makes of it")
  func possible() {
    #expect(accuracy.problem(in: [Score("accuracy", 0), Score("other", 7)]) == nil)
    #expect(share.problem(in: [Score("mc2", 1 + 1e-15), Score("mc2", -1e-15)]) == nil)
    #expect(free.problem(in: [Score("words", -1e9)]) == nil)
    let text = [Score("perplexity", 3.5), Score("nll_sum", -1e-7), Score("token_count", 0), Score("word_count", 0.25)]
    #expect(perplexity.problem(in: text) == nil)
    #expect(accuracy.problem(in: [Score("accuracy", unscored: "no text")]) == nil)
  }

  @Test("what it cannot is said with the score's name")
  func impossible() {
    #expect(accuracy.problem(in: [Score("accuracy", 7)]) == "accuracy is 7.0, which is neither 0 nor 1")
    #expect(share.problem(in: [Score("mc2", 1.5)]) == "mc2 is 1.5, which is not from 0.0 to 1.0")
    #expect(
      perplexity.problem(in: [Score("nll_sum", -2), Score("token_count", 9)]) == "nll_sum is -2.0, which is below 0")
    #expect(perplexity.problem(in: [Score("token_count", -1)]) == "token_count is -1.0, which is no count")
  }

  @Test("a range is neither written nor believed where it is read, and tells no metric from another")
  func range() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = String(decoding: try encoder.encode(share), as: UTF8.self)
    #expect(json == #"{"aggregation":"mean","higherIsBetter":true,"name":"mc2"}"#)
    let hostile = json.replacing("}", with: #","range":[-1000,1000]}"#)
    let read = try JSONDecoder().decode(MetricDescription.self, from: Data(hostile.utf8))
    #expect(read.range == nil && read == share && read.hashValue == share.hashValue)
    #expect(read.bounded(by: 0...1).problem(in: [Score("mc2", 7)]) != nil)
  }

  @Test("a score that a scorer should not have given is none")
  func limited() {
    let scores = share.possible([Score("mc2", 7), Score("other", 7)])
    #expect(scores[0].value == nil && scores[0].unscored == "the scorer gave 7.0, which is not from 0.0 to 1.0")
    #expect(scores[1] == Score("other", 7))
  }
}
