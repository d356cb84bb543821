import Foundation
import Metrics
import Store
import TestSupport
import Testing
import Text

@testable import Reports

@Suite struct NumbersTests {
  @Test("names with numbers stand in the order of the numbers, plain first")
  func order() {
    let methods = [
      "yarn:factor=4", "self-extend:G=16,W=512", "self-extend:G=4,W=1024", "plain:window=none", "self-extend:G=4,W=512",
      "plain", "linear:factor=10", "linear:factor=2.5",
    ]
    #expect(
      methods.sorted(by: StoredMethod.isBefore) == [
        "plain", "plain:window=none", "linear:factor=2.5", "linear:factor=10", "self-extend:G=4,W=512",
        "self-extend:G=4,W=1024", "self-extend:G=16,W=512", "yarn:factor=4",
      ])
    #expect(["0.5", "10", "0.25", "2", ""].sorted(by: NaturalOrder.isBefore) == ["", "0.25", "0.5", "2", "10"])
  }

  @Test("methods stand in one grid when only G and W differ")
  func grid() {
    let families = MethodGrid.families(of: [
      "plain", "self-extend:G=4,W=512", "self-extend:G=8,W=512", "self-extend:G=8,W=1024",
      "self-extend:G=8,W=1024,logn=4096",
    ])
    #expect(families.map(\.name) == ["self-extend"])
    #expect(families.first?.groups == [4, 8])
    #expect(families.first?.windows == [512, 1024])
    #expect(MethodGrid.families(of: ["self-extend:G=4,W=512", "self-extend:G=8,W=512", "plain"]).isEmpty)
  }

  @Test("perplexity weighs documents by their tokens")
  func perplexity() throws {
    let metric = SyntheticStore.perplexity
    let parts = [("a", 10.0, 10.0), ("b", 60, 20), ("b", 20, 10)].map {
      Contribution(sums: WeightedSum(sum: $0.1, weight: $0.2), unit: $0.0)
    }
    #expect(abs(try #require(metric.combined(parts)) - exp(90.0 / 40)) < 1e-12)
    // One document: blocks of its windows are the units, of one window for so few.
    #expect([metric.estimate(parts), metric.estimate(Array(parts.dropFirst()))].map(\.unitCount) == [2, 2])
    #expect(metric.estimate(parts).interval == nil)
    let documents = (0..<6).map { Contribution(sums: WeightedSum(sum: 10 + Double($0), weight: 10), unit: "\($0)") }
    let interval = try #require(metric.estimate(documents).interval)
    #expect(interval.low < exp(1.25) && exp(1.25) < interval.high)
  }

  @Test("ticks are round and lie inside", arguments: UInt64(0)..<50)
  func ticks(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let low = exp(Double(random.unit()) * 6)
    let high = low * (1.01 + Double(random.unit() + 1) * 500)
    for kind in [Scale.Kind.linear, .logarithmic] {
      let ticks = Scale(kind, low: low, high: high, start: 0, end: 100).ticks(6)
      #expect((1...14).contains(ticks.count), "\(low) \(high) \(ticks)")
      #expect(ticks.allSatisfy { $0 >= low * 0.999 && $0 <= high * 1.001 }, "\(low) \(high) \(ticks)")
      #expect(ticks == ticks.sorted())
    }
  }

  @Test("the palette grows lighter all the way, and its numbers can be read")
  func palette() {
    let colors = (0...50).map { Palette.sequential(Double($0) / 50) }
    for (a, b) in zip(colors, colors.dropFirst()) { #expect(a.luminance < b.luminance) }
    for color in colors {
      let text = color.textColor == "#ffffff" ? 1.0 : 0.016
      let contrast = (max(text, color.luminance) + 0.05) / (min(text, color.luminance) + 0.05)
      #expect(contrast > 3.5, "\(color.hexadecimal)")
    }
  }

  @Test("no text can leave its place in a file")
  func escaping() {
    #expect(Canvas.escaped("<b> & \"c\"\u{1}") == #"&lt;b&gt; &amp; &quot;c&quot;\u{1}"#)
    #expect(
      LaTeX.escaped("100 % of a_b & {c} \\ ~") == "100 \\% of a\\_b \\& \\{c\\} \\textbackslash{} \\textasciitilde{}")
    var csv = CSV(["a", "b"])
    csv.add(["x,y", "say \"no\"\nnow"])
    #expect(csv.text == "a,b\n\"x,y\",\"say \"\"no\"\"\nnow\"\n")
  }

  @Test("a line holds every number that a store may hold: what is near the end of them is no crash")
  func extremeScales() {
    for values in [
      [1.0, 1e300], [1e300, 1.7e308], [-1.7e308, 1.7e308], [1e-308, 1e-300], [.leastNonzeroMagnitude, 1],
      [.infinity, 3],
    ] {
      let scale = Scale.around(values, start: 0, end: 100)
      #expect(scale.low.isFinite && scale.high.isFinite && scale.low < scale.high)
      #expect(scale.ticks(6).allSatisfy { $0.isFinite } && scale.ticks(6).count < 1000)
      #expect(values.allSatisfy { (0...100).contains(scale.pixel($0)) })
    }
  }
}
