import Positions
import TestSupport
import Testing

/// Positions and effective distances read off the authors' code (Fixtures/positions.json).
private struct Observations: Decodable {
  struct Observation: Decodable {
    struct Prefill: Decodable {
      let distance: [[Double]]
      let kind: [String]
    }
    let architecture: String
    let offset: String
    let G: Int
    let W: Int
    let n: Int
    let prefill: Prefill
  }
  let observations: [Observation]
}

@Suite struct SelfExtendTests {
  @Test("the golden matrix for L=7, N=10, G=2, W=4")
  func goldenMatrix() {
    let parameters = SelfExtend(groupSize: 2, neighborWindow: 4)
    let rows = [
      [4, 3, 2, 1, 0], [4, 4, 3, 2, 1, 0], [5, 5, 4, 3, 2, 1, 0], [5, 5, 4, 4, 3, 2, 1, 0],
      [6, 6, 5, 5, 4, 3, 2, 1, 0], [6, 6, 5, 5, 4, 4, 3, 2, 1, 0],
    ]
    for (row, wanted) in rows.enumerated() {
      let query = row + 4
      #expect((0...query).map { parameters.relativePosition(query: query, key: $0) } == wanted.map { Double($0) })
    }
    #expect(parameters.maximumLength(contextWindow: 7) == 10)
  }

  @Test("every position that was read off the authors' code")
  func observed() throws {
    let observations = try Fixture.decode(Observations.self, "positions.json").observations
    #expect(observations.count == 48)
    for observed in observations {
      let offset = try #require(SelfExtend.Offset(rawValue: observed.offset))
      let parameters = SelfExtend(groupSize: observed.G, neighborWindow: observed.W, offset: offset)
      let layout = AttentionLayout(.selfExtend(parameters, logBase: nil), contextWindow: 64, slidingWindow: nil)
      for query in 0..<observed.n {
        let relative = (0...query).map { parameters.relativePosition(query: query, key: $0) }
        let name = "\(observed.architecture) G=\(observed.G) W=\(observed.W) query \(query)"
        // The reference adds the fractional offset in float32.
        let error = zip(relative, observed.prefill.distance[query]).map { abs($0 - $1) }.max() ?? 0
        #expect(relative.count == query + 1 && error < 1e-6, "\(name)")
        let neighborStart = layout.starts(query: query).last ?? 0
        let kinds = (0...query).map { layout.ranges.count > 1 && $0 < neighborStart ? "g" : "n" }.joined()
        #expect(observed.G == 1 || kinds == observed.prefill.kind[query], "\(name)")
      }
    }
  }

  @Test("the layout gives the formula's relative positions", arguments: 0..<60)
  func layoutEqualsFormula(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let group = Int.random(in: 1...9, using: &random)
    let window = Int.random(in: 1...20, using: &random)
    let parameters = SelfExtend(groupSize: group, neighborWindow: window, offset: seed % 2 == 0 ? .floor : .fractional)
    let layout = AttentionLayout(.selfExtend(parameters, logBase: nil), contextWindow: 64, slidingWindow: 7)
    for query in 0..<64 {
      for key in 0...query {
        #expect(
          seenDistance(layout, query: query, key: key) == parameters.relativePosition(query: query, key: key),
          "G=\(group) W=\(window) \(query) \(key)")
      }
    }
  }

  @Test("G = 1 and sequences no longer than W are plain attention")
  func plainCases() throws {
    #expect(try Method(parsing: "self-extend:G=1,W=4").isPlain(forLength: 1000))
    #expect(try Method(parsing: "self-extend:G=8,W=512").isPlain(forLength: 512))
    #expect(try !Method(parsing: "self-extend:G=8,W=512").isPlain(forLength: 513))
    #expect(try !Method(parsing: "self-extend:G=8,W=512").isPlain(forLength: 500, slidingWindow: 64))
    #expect(try !Method(parsing: "self-extend:G=1,W=4,logn=64").isPlain(forLength: 65))
  }
}

/// The relative position that a layout shows for a pair, nil where the key is masked.
func seenDistance(_ layout: AttentionLayout, query: Int, key: Int) -> Double? {
  let starts = layout.starts(query: query)
  guard let index = starts.lastIndex(where: { $0 <= key }) else { return nil }
  let range = layout.ranges[index]
  return range.isMasked ? nil : layout.queryMaps[range.query](query) - layout.keyMaps[range.key](key)
}
