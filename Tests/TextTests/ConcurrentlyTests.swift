import Synchronization
import Testing

@testable import Text

// In turn: one test changes what all use.
@Suite(.serialized) struct ConcurrentlyTests {
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

  @Test("no more run at a time than are allowed")
  func limited() {
    let before = Concurrently.threadLimit
    defer { Concurrently.threadLimit = before }
    Concurrently.threadLimit = 1
    let running = Atomic(0)
    let most = Concurrently.map(200) { _ in
      let now = running.add(1, ordering: .relaxed).newValue
      var sum = 0
      for step in 0..<1000 { sum &+= step }
      running.subtract(1, ordering: .relaxed)
      return sum == -1 ? -1 : now
    }
    #expect(most.max() == 1)
    Concurrently.threadLimit = 0
    #expect(Concurrently.threadLimit == 1)
  }

  @Test("a result that is nothing counts")
  func nothing() {
    let results: [Int?] = Concurrently.map(3) { $0 == 1 ? nil : $0 }
    #expect(results == [0, nil, 2])
  }
}
