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

  @Test("the estimate is exp of the mean, and hf-doc weighs later windows by one token less")
  func estimate() throws {
    let windows = [WindowNLL([1, 2, 3]), WindowNLL([4, 4])]
    let exact = try #require(Perplexity.estimate(windows, .hfStrided))
    #expect(abs(exact.meanNLL - 14.0 / 5) < 1e-12)
    #expect(abs(exact.perplexity - exp(2.8)) < 1e-9)
    #expect(exact.tokenCount == 5)
    let documentation = try #require(Perplexity.estimate(windows, .hfDoc))
    #expect(abs(documentation.meanNLL - (6 + 4) / 4.0) < 1e-12)
    #expect(Perplexity.estimate([], .sliding) == nil)
  }

  @Test("Wilson's interval of 8 in 10, and of none")
  func wilson() throws {
    let interval = try #require(Statistics.wilson(successes: 8, of: 10))
    #expect(abs(interval.low - 0.49016) < 1e-4 && abs(interval.high - 0.94331) < 1e-4)
    #expect(Statistics.wilson(successes: 0, of: 0) == nil)
    #expect(Statistics.wilson(successes: 0, of: 5)?.low == 0)
  }

  @Test("a bootstrap is the same each time and covers the mean")
  func bootstrap() throws {
    let values = (0..<30).map { Double($0 % 7) }
    func mean(_ chosen: [Int]) -> Double { chosen.reduce(0) { $0 + values[$1] } / Double(chosen.count) }
    let first = try #require(Statistics.bootstrap(unitCount: 30, mean))
    #expect(first == Statistics.bootstrap(unitCount: 30, mean))
    #expect(first.low < mean(Array(0..<30)) && mean(Array(0..<30)) < first.high)
    #expect(Statistics.bootstrap(unitCount: 1, mean) == nil)
  }

  @Test("a passkey is found when the first run of digits is exactly the key")
  func passkey() {
    #expect(PasskeyMatch.score(output: " 12345. Keep", key: "12345") == 1)
    #expect(PasskeyMatch.score(output: " 123456", key: "12345") == 0)
    #expect(PasskeyMatch.score(output: "is 9, no 12345", key: "12345") == 0)
    #expect(PasskeyMatch.score(output: "none", key: "12345") == 0)
  }
}
