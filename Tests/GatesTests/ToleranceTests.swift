import Testing

@testable import Gates

@Suite struct ToleranceTests {
  @Test(
    "a share is 5% or 0.05; 5 is none", arguments: [("5%", 0.05), ("0.05", 0.05), ("0", 0), ("500%", 5), ("0%", 0)])
  func shares(_ text: String, _ share: Double) {
    #expect(Tolerance.share(parsing: text) == share)
  }

  @Test("what is no share", arguments: ["5", "1", "-1%", "-0.1", "", "%", "nan", "inf", "nan%", "1 %x"])
  func none(_ text: String) {
    #expect(Tolerance.share(parsing: text) == nil)
  }

  @Test("a gate's tolerance is a share with a per cent sign, else an amount")
  func tolerances() {
    #expect(Tolerance(parsing: "1%") == Tolerance(relative: 0.01))
    #expect(Tolerance(parsing: "5") == Tolerance(absolute: 5))
    for text in ["-1", "-1%", "x", "inf"] { #expect(Tolerance(parsing: text) == nil) }
    #expect(Tolerance(absolute: 0.1, relative: 0.01).allowance(of: -20) == 0.2)
    #expect(Tolerance(absolute: 0.5, relative: 0.01).allowance(of: -20) == 0.5)
  }

  @Test(
    "a change of exactly what is allowed passes, whatever the last bits are; more fails",
    arguments: [(1, 0.95, 0.05), (0.8, 0.75, 0.05), (0.3, 0.2, 0.1), (100, 99.9, 0.1)])
  func exact(_ before: Double, _ after: Double, _ allowed: Double) {
    let tolerance = Tolerance(absolute: allowed)
    func verdict(_ after: Double, _ tolerance: Tolerance) -> Verdict {
      .comparing(after, with: before, higherIsBetter: true, tolerance: tolerance)
    }
    #expect(verdict(after, tolerance) == .passed)
    #expect(verdict(after - 1e-9, tolerance) == .worse)
    // Without a tolerance not even the last bit may move.
    #expect(verdict(before.nextDown, Tolerance()) == .worse)
  }
}
