import Foundation
import Metrics
import Testing

@Suite struct StatisticsTests {
  @Test("McNemar's exact p-value is the binomial one")
  func mcNemar() throws {
    func pairs(_ first: Int, _ second: Int) -> [(first: Bool, second: Bool)] {
      Array(repeating: (true, false), count: first) + Array(repeating: (false, true), count: second)
        + [(true, true), (false, false)]
    }
    let test = try #require(McNemarTest(pairs(1, 9)))
    #expect(test.onlyFirst == 1 && test.onlySecond == 9 && test.both == 1 && test.neither == 1)
    #expect(abs(test.pValue - 2 * 11.0 / 1024) < 1e-12)
    #expect(McNemarTest(pairs(4, 4))?.pValue == 1)
    #expect(McNemarTest(pairs(0, 0))?.pValue == 1)
    #expect(McNemarTest([]) == nil)
    #expect(try #require(McNemarTest(pairs(0, 2000))).pValue >= 0)
  }

  @Test("Holm's adjustment is monotonic and never below the p-value")
  func holm() {
    let adjusted = HolmCorrection.adjusted([0.01, 0.04, 0.03, 0.005])
    #expect(zip(adjusted, [0.03, 0.06, 0.06, 0.02]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(HolmCorrection.adjusted([]).isEmpty)
    #expect(HolmCorrection.adjusted([0.9, 0.8]) == [1, 1])
  }

  @Test("a bootstrap over documents weighs tokens and repeats itself")
  func bootstrap() throws {
    let units = (0..<12).map { WeightedSum(sum: Double($0 * $0) * 1.7, weight: 10) }
    let interval = try #require(Bootstrap(seed: 7).interval(of: units))
    #expect(interval == Bootstrap(seed: 7).interval(of: units))
    #expect(interval != Bootstrap(seed: 8).interval(of: units))
    let mean = try #require(WeightedSum.total(of: units).mean)
    #expect(interval.low < mean && mean < interval.high)
    #expect(Bootstrap().interval(of: [WeightedSum(1)]) == nil)
    #expect(Bootstrap().interval(of: [WeightedSum(1), WeightedSum(sum: 0, weight: 0)]) == nil)
  }

  @Test("a paired difference sees what two separate intervals cannot")
  func paired() throws {
    let first = (0..<20).map { WeightedSum(Double($0)) }
    let second = first.map { WeightedSum($0.sum + 0.5 + Double(Int($0.sum) % 3) * 0.1) }
    let paired = try #require(Bootstrap(seed: 1).pairedDifference(first: first, second: second))
    #expect(abs(paired.difference - 0.595) < 1e-9 && paired.pairCount == 20)
    #expect(try #require(paired.interval).low > 0.5)
    #expect(try #require(paired.pValue) < 0.01)
    let equal = try #require(Bootstrap().pairedDifference(first: first, second: first))
    #expect(equal.difference == 0 && equal.pValue == 1)
    #expect(Bootstrap().pairedDifference(first: [], second: []) == nil)
  }

  @Test("blocks join consecutive units and lose none")
  func blocks() {
    let blocks = Bootstrap.blocks(of: (0..<29).map { WeightedSum(Double($0)) })
    #expect(blocks.count == 10 && blocks[0].sum == 3 && blocks[9].weight == 2)
    #expect(Bootstrap.blocks(of: []).isEmpty)
  }

  @Test("positions are bucketed by how many tokens stand before")
  func buckets() {
    let buckets = PositionBucket.buckets(of: [[-1, -2, -3], [-1]], width: 2)
    #expect(buckets.map(\.lowerPosition) == [0, 2])
    #expect(buckets.map(\.meanNLL) == [1, 2.5] && buckets.map(\.tokenCount) == [2, 2])
  }
}
