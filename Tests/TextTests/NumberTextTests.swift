import TestSupport
import Testing
import Text

@Suite struct NumberTextTests {
  @Test(
    "numbers are rounded half away from zero, without minus zero",
    arguments: [
      (3.5, 2, "3.50"), (0.005, 2, "0.01"), (-0.004, 2, "0.00"), (-1.25, 1, "-1.3"), (0, 0, "0"), (12, 0, "12"),
      (0.5, 0, "1"), (1.5, 0, "2"), (2.5, 0, "3"), (-2.5, 0, "-3"), (2.625, 2, "2.63"), (0.125, 2, "0.13"),
      (99.95, 1, "100.0"), (.infinity, 2, "inf"), (-.infinity, 0, "-inf"), (.nan, 1, "nan"),
      (999_999_999_999_999, 0, "999999999999999"), (1e15, 0, "1000000000000000"), (1e15, 4, "1000000000000000.0"),
      (123_456_789_012.5, 4, "123456789012.5000"), (1e300, 1, "1e+300"), (-1e300, 1, "-1e+300"),
      (5e-324, 3, "0.000"),
    ])
  func fixed(value: Double, decimals: Int, text: String) {
    #expect(NumberText.fixed(value, decimals) == text)
  }

  @Test("no number stops the program, and what is shown is within half of the last decimal", arguments: UInt64(0)..<40)
  func anyDouble(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<250 {
      let value = Double(bitPattern: random.next())
      for decimals in 0...6 {
        let text = NumberText.fixed(value, decimals)
        guard value.isFinite, value.magnitude < 1e9 else { continue }
        let shown = try #require(Double(text))
        var half = 0.5
        for _ in 0..<decimals { half /= 10 }
        #expect((shown - value).magnitude <= half * 1.000_001 + value.magnitude * 1e-15, "\(value) \(decimals)")
      }
      for text in [
        NumberText.adaptive(value), NumberText.precise(value), NumberText.short(value), NumberText.tick(value),
        NumberText.tokens(value), NumberText.duration(value),
      ] { #expect(!text.isEmpty) }
    }
  }

  @Test(
    "a value shows three to four digits",
    arguments: [
      (3.5312, "3.531"), (35.312, "35.31"), (353.12, "353.1"), (3531.2, "3531"), (1.234e7, "1.23e+07"),
      (9.999e9, "1.00e+10"), (0.0312, "0.031"), (-1e300, "-1.00e+300"), (.nan, "nan"),
    ])
  func adaptive(value: Double, text: String) {
    #expect(NumberText.adaptive(value) == text)
  }

  @Test(
    "short numbers have no trailing zeros, and no size is lost",
    arguments: [
      (0.5, "0.5"), (4096, "4096"), (1e15, "1000000000000000"), (1e20, "1e+20"), (0.333_333_33, "0.333333"),
      (1e-9, "1e-09"), (-0.0, "0"), (1.5e10, "15000000000"), (.infinity, "inf"),
    ])
  func short(value: Double, text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test("small drifts show, signs stand before what is above zero as shown")
  func drifts() {
    #expect(NumberText.precise(3.531_249_9) == "3.531250")
    #expect(NumberText.precise(0.000_001) == "1e-06")
    #expect(NumberText.precise(0) == "0.000000")
    #expect(NumberText.signed("0.12") == "+0.12")
    #expect(NumberText.signed("0.00") == "0.00")
    #expect(NumberText.signed("-0.12") == "-0.12")
    #expect(NumberText.signed("inf") == "inf")
  }

  @Test("counts are grouped by thousands")
  func grouped() {
    #expect(
      [0, 999, 1000, 1_234_567, -12_345].map(NumberText.grouped) == ["0", "999", "1,000", "1,234,567", "-12,345"])
    #expect(NumberText.grouped(.min) == "-9,223,372,036,854,775,808")
  }

  @Test("bytes stand in the largest fitting unit")
  func bytes() {
    let texts = [0, 1023, 1024, 10_240, 1_610_612_736, 5 << 40, 2048 << 40, -5].map(NumberText.bytes)
    #expect(texts == ["0 B", "1023 B", "1.00 KiB", "10.0 KiB", "1.50 GiB", "5.00 TiB", "2048.0 TiB", "-5 B"])
  }

  @Test(
    "durations are rounded up and change their units",
    arguments: [
      (0.0, "0 s"), (-3, "0 s"), (40.2, "41 s"), (59.2, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min"),
      (300_000, "3 d 11 h"), (1e12, "unknown"), (.nan, "unknown"), (.infinity, "unknown"),
    ])
  func duration(seconds: Double, text: String) {
    #expect(NumberText.duration(seconds) == text)
  }

  @Test("whole multiples of 1,024 tokens are so many K")
  func tokens() {
    #expect([16384, 512, 1024, 5000, 0.5].map(NumberText.tokens) == ["16K", "512", "1K", "5000", "0.5"])
  }
}
