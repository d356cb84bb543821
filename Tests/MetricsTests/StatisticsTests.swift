import Evaluation
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

  @Test("blocks join consecutive units, lose none, and leave six where there are six")
  func blocks() {
    let blocks = WeightedSum.blocks(of: (0..<29).map { WeightedSum(Double($0)) })
    #expect(blocks.count == 10 && blocks[0].sum == 3 && blocks[9].weight == 2)
    #expect(WeightedSum.blocks(of: []).isEmpty)
    #expect([8, 11, 12, 27].map { WeightedSum.blockLength(unitCount: $0) } == [1, 2, 2, 3])
    #expect(WeightedSum.blocks(of: (0..<11).map { WeightedSum(Double($0)) }).count == 6)
  }

  @Test("positions are counted from 1 for the first predicted token; what is not finite is left out")
  func positions() {
    var buckets = PositionCurve()
    buckets.add([-1, -2, -3, -.infinity], unit: "a")
    buckets.add([-3, -2], unit: "b")
    #expect(buckets.excludedCount == 1)
    let found = buckets.perplexities(width: 2)
    #expect(found.map(\.position) == [1.5, 3.5])
    #expect(found.map(\.estimate.meanNLL) == [2, 3])
    #expect(found.map(\.estimate.unitCount) == [2, 1])
    #expect(buckets.mean(0..<2)?.mean == 2)
    #expect(PositionCurve.width(for: 64, count: 64) == 1)
    #expect(PositionCurve.width(for: 65, count: 64) == 2)
    #expect(PositionCurve.width(for: 16_384, count: 64) == 256)
  }

  @Test("a position's perplexity has the interval of its documents, whatever the lengths of their windows")
  func positionBands() throws {
    var curve = PositionCurve()
    // Windows of 128 tokens have buckets of 2, those of 256 of 4: the curve has 4.
    for document in 0..<8 {
      let level = -Float(document) / 4
      curve.add([Float](repeating: level, count: 256), unit: "\(document)")
      curve.add([Float](repeating: level, count: 128), unit: "\(document)")
    }
    let places = curve.perplexities(width: PositionCurve.width(for: curve.length, count: PositionCurve.bucketLimit))
    #expect(places.count == 64 && places[0].position == 2.5)
    let metric = MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)
    let units = (0..<8).map {
      Contribution(sums: WeightedSum(sum: Double($0) * 2, weight: 8), unit: "\($0)")
    }
    #expect(places[0].estimate.interval == metric.estimate(units).interval)
    #expect(places[0].estimate.count == 16 && places[0].estimate.unitCount == 8)
    #expect(places[63].estimate.count == 8)
  }
}
