import Testing

@testable import Tasks

/// Python's and numpy's generators; the numbers are those of CPython 3.11 and numpy.
@Suite struct RandomTests {
  @Test("choices and sample are Python's")
  func python() {
    var random = PythonRandom(seed: 42)
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    let words = (0..<2).map { _ in String(random.choices(of: 26, count: 5).map { letters[$0] }) }
    #expect(words == ["QAHFT", "RXCKA"])
    #expect(random.sample(of: 154, count: 5) == [55, 59, 129, 6, 143])
  }

  @Test("whole numbers of any width, and seeds of more than 32 bits, are Python's")
  func wide() {
    var negative = PythonRandom(seed: -7)
    #expect(
      (0..<3).map { _ in negative.below(1_000_000_000_000) } == [434_439_589_175, 54_335_349_840, 902_254_243_635])
    #expect(negative.random() == 0.5358820043066892)
    var zero = PythonRandom(seed: 0)
    #expect(zero.below(1) == 0)
    #expect(zero.below(1 << 40) == 87_705_687_125)
    #expect(zero.integer(in: 3...9) == 5)
    #expect(zero.below(0) == 0)
  }

  @Test("a shuffle is Python's, and so are samples from short and long lists after it")
  func shuffle() {
    var random = PythonRandom(seed: (1 << 40) + 5)
    var list = Array(0..<30)
    random.shuffle(&list)
    #expect(
      list == [
        22, 11, 18, 9, 13, 14, 26, 10, 6, 23, 25, 17, 15, 27, 24, 3, 12, 19, 20, 7, 4, 2, 5, 1, 28, 0, 21, 8, 29, 16,
      ])
    #expect(random.sample(of: 1000, count: 8) == [834, 180, 681, 346, 58, 228, 825, 473])
    #expect(
      random.sample(of: 50, count: 20) == [7, 9, 35, 14, 39, 8, 45, 37, 29, 6, 33, 18, 10, 44, 3, 34, 38, 19, 23, 41])
  }

  @Test("randint, choice and uniform are those of numpy's RandomState")
  func numpy() {
    var random = NumPyRandom(seed: 42)
    #expect((0..<6).map { _ in random.integer(in: 10_000..<99_999) } == [25795, 10860, 86820, 64886, 16265, 92386])
    var other = NumPyRandom(seed: 443)
    #expect((0..<10).map { _ in other.choice(of: 10) } == [9, 0, 2, 2, 0, 2, 7, 2, 4, 4])
    var third = NumPyRandom(seed: 42)
    #expect(third.uniform(0, 1) == 0.3745401188473625)
    #expect(third.uniform(0, 0.5) == 0.4753571532049581)
    #expect(third.choice(of: 1) == 0)
  }
}
