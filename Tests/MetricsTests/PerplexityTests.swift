import Evaluation
import Foundation
import Metrics
import TestSupport
import Testing

@Suite struct PerplexityTests {
  @Test("every token but the first is scored exactly once by strided, sliding and rolling windows", arguments: 0..<40)
  func coverage(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let count = Int.random(in: 2...200, using: &random)
    let context = Int.random(in: 2...50, using: &random)
    let stride = Int.random(in: 1..<context, using: &random)
    for convention in [PerplexityConvention.hfStrided, .sliding, .lmEvalRolling] {
      let windows = try convention.windows(count: count, context: context, stride: stride)
      let scored = windows.flatMap { Array($0.scored) }
      let first = convention == .lmEvalRolling ? 0 : 1
      #expect(scored == Array(first..<count), "\(convention) n=\(count) context=\(context) stride=\(stride)")
      for window in windows {
        #expect(window.tokens.lowerBound >= 0 && window.tokens.upperBound <= count)
        #expect(window.scored.lowerBound > window.tokens.lowerBound || window.hasPrefix)
        #expect(window.scored.upperBound <= window.tokens.upperBound)
      }
    }
  }

  @Test("llama.cpp scores 255 predictions of a chunk of 512")
  func llamacpp() throws {
    let windows = try PerplexityConvention.llamacpp.windows(count: 1100, context: 512, stride: 512)
    #expect(windows.count == 2)
    #expect(windows.allSatisfy { $0.scored.count == 255 && $0.replacesFirst })
    #expect(windows[1].scored == 769..<1024)
    #expect(throws: PerplexityError.tooFewTokens(convention: "llamacpp", count: 1000, minimum: 1024)) {
      try PerplexityConvention.llamacpp.windows(count: 1000, context: 512, stride: 512)
    }
  }

  @Test("lm-eval's last window is extended to the left to full length")
  func rolling() throws {
    let windows = try PerplexityConvention.lmEvalRolling.windows(count: 10, context: 4, stride: 4)
    #expect(windows.map(\.scored) == [0..<4, 4..<8, 8..<10])
    #expect(windows.map(\.tokens) == [0..<4, 3..<8, 5..<10])
  }

  @Test("a window adds its losses, and under hf-doc their mean times its targets less one")
  func contribution() {
    let scored: [Float] = [-4, -4]
    #expect(PerplexityConvention.hfStrided.contribution(of: scored, targetCount: 2) == WeightedSum(sum: 8, weight: 2))
    #expect(PerplexityConvention.hfDoc.contribution(of: scored, targetCount: 2) == WeightedSum(sum: 4, weight: 1))
    #expect(PerplexityConvention.hfDoc.contribution(of: scored, targetCount: nil) == WeightedSum(sum: 8, weight: 2))
  }

  @Test("the error of the mean is the spread over single tokens, and none below two")
  func standardError() {
    #expect(abs(Perplexity.standardError([-1, -2, -3, -4] as [Float]) - (1.25 / 3.0).squareRoot()) < 1e-12)
    #expect(Perplexity.standardError([-1] as [Float]) == 0 && Perplexity.standardError([] as [Float]) == 0)
  }

  @Test("last-k scores the same number of tokens in every full window")
  func lastK() throws {
    let windows = try PerplexityConvention.lastK.windows(count: 30, context: 10, stride: 4)
    #expect(windows.map(\.scored) == [6..<10, 10..<14, 14..<18, 18..<22, 22..<26, 26..<30])
    #expect(windows.allSatisfy { $0.tokens.count == 10 })
  }

  @Test("llama.cpp's strided windows are half a stride longer and score their last stride tokens")
  func strided() throws {
    let windows = try PerplexityConvention.llamacppStride.windows(count: 100, context: 20, stride: 8)
    #expect(windows.count == 10 && windows[0].tokens == 0..<24 && windows[0].scored == 16..<24)
    #expect(windows.allSatisfy { $0.tokens.upperBound <= 100 })
  }

  @Test("hf-doc's weights are targets - 1: exact where windows do not overlap")
  func documentation() throws {
    let apart = try PerplexityConvention.hfDoc.windows(count: 12, context: 4, stride: 4)
    #expect(apart.map { $0.targetCount - 1 } == apart.map(\.scored.count))
    let over = try PerplexityConvention.hfDoc.windows(count: 12, context: 4, stride: 2)
    #expect(over.map(\.targetCount) == [4, 2, 2, 2, 2])
    #expect(over.map(\.scored.count) == [3, 2, 2, 2, 2])
  }

  @Test("a window picks its own log-probabilities", arguments: PerplexityConvention.allCases)
  func selection(convention: PerplexityConvention) throws {
    let text = Array(1000..<1100)
    for window in try convention.windows(count: text.count, context: 16, stride: 5) {
      let ids = window.sequence(of: text, bos: 1)
      #expect(ids.count == window.tokens.count + (window.hasPrefix ? 1 : 0))
      // A model that is as sure of a token as its id says.
      let values = ids.dropFirst().map { Float(-$0) }
      let scored = try #require(window.scoredLogProbabilities(in: values))
      #expect(scored == window.scored.map { Float(-text[$0]) }, "\(window)")
      #expect(window.scoredLogProbabilities(in: values + [0]) == nil)
    }
  }

  @Test("words divide the same loss, and documents are the units of the interval")
  func words() {
    let sums: [(sum: Double, tokens: Double, words: Double, document: String)] = [
      (6, 3, 2, "a"), (6, 2, 1, "b"), (2, 1, 1, "b"),
    ]
    func estimate(_ kind: PerplexityKind) -> Estimate {
      let parts = sums.map { part in
        [Score("nll_sum", part.sum), Score("token_count", part.tokens), Score("word_count", part.words)]
      }
      return kind.metric.estimate(
        zip(sums, parts).compactMap { part, scores in
          kind.metric.contribution(of: scores, sampleID: "", document: part.document)
        })
    }
    #expect(estimate(.perWords).value == exp(14.0 / 4) && estimate(.perTokens).value == exp(14.0 / 6))
    #expect(estimate(.perWords).unitCount == 2 && estimate(.perBytes).value == nil)
  }

  @Test("a passkey is found when the first run of digits is exactly the key")
  func passkey() {
    #expect(PasskeyMatch.score(output: " 12345. Keep", key: "12345") == 1)
    #expect(PasskeyMatch.score(output: " 123456", key: "12345") == 0)
    #expect(PasskeyMatch.score(output: "is 9, no 12345", key: "12345") == 0)
    #expect(PasskeyMatch.score(output: "none", key: "12345") == 0)
  }
}
