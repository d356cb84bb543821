import Positions
import Testing

@Suite struct AttentionLayoutTests {
  private func row(_ method: String, query: Int, window: Int = 64) throws -> [Double?] {
    let layout = AttentionLayout(try Method(parsing: method), contextWindow: window, slidingWindow: nil)
    return (0...query).map { seenDistance(layout, query: query, key: $0) }
  }

  @Test("sliding window masks keys at a distance of W or more")
  func slidingWindow() throws {
    #expect(try row("sliding-window:W=3", query: 5) == [nil, nil, nil, 2, 1, 0])
  }

  @Test("attention sinks see cache positions: sinks directly before the recent window")
  func sinks() throws {
    #expect(try row("attention-sinks:sinks=2,W=3", query: 6) == [4, 3, nil, nil, 2, 1, 0])
    #expect(try row("attention-sinks:sinks=2,W=3", query: 3) == [3, 2, 1, 0])
  }

  @Test("LM-Infinite sees its global keys at the clipped distance")
  func lmInfinite() throws {
    #expect(try row("lm-infinite:sinks=2,W=3", query: 6) == [3, 3, nil, nil, 2, 1, 0])
  }

  @Test("ReRoPE clips the distance and leaky ReRoPE slows it")
  func rerope() throws {
    #expect(try row("rerope:W=3", query: 6) == [3, 3, 3, 3, 2, 1, 0])
    #expect(try row("leaky-rerope:W=2,leak=4", query: 6) == [3, 2.75, 2.5, 2.25, 2, 1, 0])
  }

  @Test("dual chunk attention: own chunk, previous chunk, older chunks")
  func dualChunk() throws {
    // Chunks of 4 in a window of 6: query 9 is at 1 of its chunk; older keys are seen from position 5.
    #expect(try row("dual-chunk:chunk=4", query: 9, window: 6) == [5, 4, 3, 2, 5, 4, 3, 2, 1, 0])
    #expect(try row("dual-chunk:chunk=4", query: 10, window: 6) == [5, 4, 3, 2, 5, 4, 3, 2, 2, 1, 0])
  }

  @Test("ranges of every method tile the keys in order", arguments: Method.names)
  func rangesTile(name: String) throws {
    let values = Dictionary(
      uniqueKeysWithValues: Method.parameters(of: name).filter(\.isRequired).map { ($0.name, "3") })
    let layout = AttentionLayout(
      try Method(name: name, parameters: values), contextWindow: 12, slidingWindow: name == "plain" ? 5 : nil)
    for query in 0..<40 {
      let starts = layout.starts(query: query)
      #expect(starts.count == layout.ranges.count)
      #expect(starts.first == 0)
      #expect(starts == starts.sorted())
      #expect((starts.last ?? 0) <= query)
    }
  }
}
