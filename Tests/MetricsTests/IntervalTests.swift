import Foundation
import Metrics
import Testing

/// Values of scipy 1.17.1 (`scipy.stats.beta`, `scipy.stats.t`) and of the formulas of Docs/numbers.md in numpy.
@Suite struct IntervalTests {
  private func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(b))
  }

  private func isClose(_ interval: Statistics.Interval?, _ low: Double, _ high: Double) -> Bool {
    interval.map { isClose($0.low, low) && isClose($0.high, high) } ?? false
  }

  @Test("tails and quantiles are scipy's")
  func distributions() {
    #expect(isClose(Distributions.beta(0.3, 2.5, 4), 0.3521975859067672))
    #expect(isClose(Distributions.beta(0.999, 3998, 3), 0.2379567193597628))
    #expect(isClose(Distributions.studentQuantile(tail: 0.05, degrees: 5), 2.5705818356363146))
    #expect(isClose(Distributions.studentQuantile(tail: 0.05, degrees: 2.7), 3.3921483831737507))
    #expect(isClose(Distributions.studentQuantile(tail: 0.05, degrees: 3999), 1.9605573771860272))
    #expect(isClose(Distributions.studentTail(2.5, degrees: 4.3), 0.06244807463621133))
  }

  @Test("Clopper's and Pearson's bounds")
  func share() {
    #expect(isClose(Statistics.shareInterval(successes: 8, of: 10), 0.4439045376923585, 0.9747892736731666))
    #expect(isClose(Statistics.shareInterval(successes: 0, of: 6), 0, 0.45925812643990044))
    #expect(isClose(Statistics.shareInterval(successes: 3997, of: 4000), 0.9978097613371248, 0.999845305255342))
  }

  @Test("below six units there is no interval, of whatever kind", arguments: 0..<6)
  func few(count: Int) {
    let units = (0..<count).map { WeightedSum(Double($0 * $0)) }
    #expect(Statistics.interval(of: units, range: 0...100) == nil)
    #expect(Statistics.shareInterval(successes: count, of: count) == nil)
    let paired = Statistics.pairedDifference(first: units, second: units.map { WeightedSum($0.sum + 1) })
    #expect(paired?.interval == nil && paired?.isClear != true)
    // All units point one way: the sign test says 2^(1 - n).
    #expect(paired?.pValue == (count < 2 ? nil : pow(2, 1 - Double(count))))
    #expect(count == 0 ? paired == nil : isClose(paired?.difference ?? 0, 1))
    let test = McNemarTest((0..<count).map { _ in (first: false, second: true) })
    #expect(test.flatMap(Statistics.pairedShareInterval) == nil)
  }

  @Test("means and ratios of skewed units of unequal size")
  func units() {
    let scores = [0, 0.1, 0.1, 0.2, 0.4, 1.5, 0.3, 0.05].map { WeightedSum($0) }
    #expect(isClose(Statistics.interval(of: scores), -0.15578640036986163, 1.6326810245783334))
    #expect(isClose(Statistics.interval(of: scores, range: 0...1.5), 0, 1.5))
    let documents = zip([30.0, 52, 18, 77, 41, 12, 90], [10.0, 20, 6, 25, 16, 4, 33])
      .map { WeightedSum(sum: $0, weight: $1) }
    #expect(isClose(Statistics.interval(of: documents), 2.4216352589534083, 4.299778452925574))
    #expect(
      isClose(Statistics.interval(of: documents) { exp($0) }, exp(2.4216352589534083), exp(4.299778452925574)))
    // The order of the units does not matter, and one without weight is none.
    let other = Statistics.interval(of: [WeightedSum(sum: 3, weight: 0)] + documents.reversed())
    #expect(isClose(other, 2.4216352589534083, 4.299778452925574))
  }

  @Test("a paired difference of perplexities")
  func paired() throws {
    let weights = [10.0, 20, 6, 25, 16, 4, 33]
    let first = zip([30.0, 52, 18, 77, 41, 12, 90], weights).map { WeightedSum(sum: $0, weight: $1) }
    let second = zip([31.0, 50, 18.5, 75, 40, 11.5, 86], weights).map { WeightedSum(sum: $0, weight: $1) }
    let found = try #require(Statistics.pairedDifference(first: first, second: second) { exp($0) })
    #expect(isClose(found.difference, -1.1222976989815923) && found.unitCount == 7)
    #expect(isClose(found.interval, -2.663128043054822, 4.866307054957356))
    #expect(isClose(try #require(found.pValue), 0.2332715391372643))
    let back = try #require(Statistics.pairedDifference(first: second, second: first) { exp($0) })
    #expect(isClose(back.interval, -4.866307054957356, 2.663128043054822) && !back.isClear)
  }

  @Test("no p-value is below what a sign test of the units could say")
  func signTest() throws {
    // Ten units, of which three differ, all one way and by much the same.
    let first = (0..<10).map { WeightedSum(Double($0)) }
    let second = first.enumerated().map { WeightedSum($0 < 3 ? $1.sum + 1 : $1.sum) }
    let found = try #require(Statistics.pairedDifference(first: first, second: second))
    #expect(found.pValue == 0.25 && !found.isClear)
    // An interval that leaves out 0 would say more than the test.
    #expect(try #require(found.interval).low <= 0)
    let all = first.enumerated().map { WeightedSum($1.sum + 1 + Double($0) * 1e-3) }
    let clear = try #require(Statistics.pairedDifference(first: first, second: all))
    #expect(clear.pValue == pow(2, -9) && clear.isClear)
  }

  @Test("paired shares: exact limits joined, and never against McNemar")
  func pairedShares() throws {
    func test(_ gains: Int, _ losses: Int, _ count: Int) throws -> McNemarTest {
      try #require(
        McNemarTest(
          Array(repeating: (first: false, second: true), count: gains)
            + Array(repeating: (first: true, second: false), count: losses)
            + Array(repeating: (first: true, second: true), count: count - gains - losses)))
    }
    #expect(
      isClose(Statistics.pairedShareInterval(try test(12, 3, 40)), 0.022224449523124246, 0.4107235358056429))
    #expect(isClose(Statistics.pairedShareInterval(try test(6, 0, 6)), 0.350510928958635, 1))
    #expect(isClose(Statistics.pairedShareInterval(try test(0, 0, 50)), -0.07112173646419764, 0.07112173646419764))
    // McNemar says 0.0625; the joined limits alone would begin at 0.0006.
    #expect(isClose(Statistics.pairedShareInterval(try test(5, 0, 100)), 0, 0.11283491110546275))
  }

  @Test("equal units give no interval of width 0: the range gives one, or there is none")
  func equalUnits() throws {
    let same = Array(repeating: WeightedSum(100), count: 10)
    #expect(Statistics.interval(of: same) == nil)
    // 1 - 0.05^(1/10): so many other units can hide.
    let others = 1 - pow(0.05, 0.1)
    #expect(isClose(Statistics.interval(of: same, range: 0...100), 100 - 100 * others, 100))
    let paired = try #require(Statistics.pairedDifference(first: same, second: same, range: 0...100))
    #expect(paired.pValue == 1 && isClose(paired.interval, -100 * others, 100 * others))
    #expect(Statistics.pairedDifference(first: same, second: same)?.interval == nil)
    #expect(Statistics.Interval(low: 1, high: 1) == nil)
  }

  @Test("what is not finite is no interval, no difference and no p-value")
  func notFinite() throws {
    for bad in [Double.nan, .infinity, -.infinity] {
      let units = [bad, 1, 2, 3, 4, 5, 6].map { WeightedSum($0) }
      let good = (0..<7).map { WeightedSum(Double($0)) }
      #expect(Statistics.interval(of: units, range: 0...10) == nil)
      #expect(Statistics.pairedDifference(first: units, second: good) == nil)
      #expect(Statistics.Interval(low: bad, high: 1) == nil && Statistics.Interval(low: 0, high: bad) == nil)
    }
    // A perplexity that overflows keeps the interval of its mean NLL only.
    let losses = (0..<7).map { WeightedSum(800 + Double($0)) }
    #expect(Statistics.interval(of: losses) { exp($0) } == nil && Statistics.interval(of: losses) != nil)
    #expect(Statistics.pairedDifference(first: losses, second: losses) { exp($0) } == nil)
  }

  @Test("one unit that outweighs all others has no interval around it")
  func outweighed() {
    let units = [WeightedSum(sum: 1e6, weight: 1e6)] + (0..<9).map { WeightedSum(sum: Double($0), weight: 1) }
    #expect(Statistics.interval(of: units) == nil)
  }
}
