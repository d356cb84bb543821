import Testing

@testable import Text

@Suite struct ConcurrentlyTests {
  @Test("results stand in the order of their numbers, however many there are", arguments: [0, 1, 2, 1000])
  func order(count: Int) {
    let results = Concurrently.map(count) { index in
      // The first ones take longest.
      var sum = 0
      for step in 0..<(count - index) * 100 { sum &+= step }
      return sum == -1 ? -1 : index
    }
    #expect(results == Array(0..<count))
  }

  @Test("a result that is nothing counts")
  func nothing() {
    let results: [Int?] = Concurrently.map(3) { $0 == 1 ? nil : $0 }
    #expect(results == [0, nil, 2])
  }
}
