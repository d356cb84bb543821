import Foundation
import Positions
import Store
import Tasks
import TestSupport
import Testing

@testable import Sweeps

@Suite struct ReuseOrderTests {
  private func places(_ order: [ReuseOrder.Place]) -> [[Int]] { order.map { [$0.cell, $0.sample] } }

  @Test("prompts that share beginnings follow each other, across cells")
  func shared() {
    let document = Array(0..<100)
    let other = Array(200..<300)
    let order = ReuseOrder.order([[document + [1], other + [1]], [document + [2], other + [2]]])
    #expect(places(order) == [[0, 0], [1, 0], [0, 1], [1, 1]])
  }

  @Test("the given order stays where another one saves nothing")
  func unshared() {
    #expect(places(ReuseOrder.order([[[9, 9], [5, 5]], [[7, 7]]])) == [[0, 0], [0, 1], [1, 0]])
    #expect(ReuseOrder.order([]).isEmpty)
    #expect(ReuseOrder.order([[], []]).isEmpty)
  }

  @Test("no order computes fewer tokens", arguments: 0..<30 as Range<UInt64>)
  func optimal(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let prompts = (0..<2).map { _ in
      (0..<3).map { _ in (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 0...1, using: &random) }
      }
    }
    let order = ReuseOrder.order(prompts)
    #expect(Set(order).count == 6)
    let count = ReuseOrder.computedTokens(order, prompts)
    for _ in 0..<200 {
      let other = order.shuffled(using: &random)
      // The rule may leave a saving of less than a token in fifty.
      #expect(Double(count) <= Double(ReuseOrder.computedTokens(other, prompts)) * 1.03 + 1)
    }
  }

  @Test("cells of one task share a batch while they fit into memory")
  func batches() throws {
    let folder = try modelFolder()
    let sweep = try Sweep(
      configuration(
        in: folder, methods: "[plain, self-extend:G=2,W=6]", tasks: "[counting: {lengths: [4, 8]}, scoring]"),
      options: SweepOptions(), provider: ScriptedProvider(), purpose: .execution)
    let batches = try sweep.samples.batches(sweep.cells)
    #expect(batches.map { $0.map { sweep.cells.firstIndex(of: $0) } } == [[0, 1], [2], [3, 4], [5]])
  }
}
