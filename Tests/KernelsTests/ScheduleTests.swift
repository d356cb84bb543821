import TestSupport
import Testing

@testable import Kernels

@Suite struct ScheduleTests {
  private typealias Item = WorkRecord.Item
  private typealias Region = WorkRecord.Region

  private func simulation(
    _ threads: Int, _ items: [Double], parts: [Int]? = nil, before: Double = 0, cost: PoolCost = .none
  ) -> ScheduleSimulation {
    let items = items.enumerated().map { Item(seconds: $1, part: parts?[$0]) }
    let region = Region(kind: .tiles, secondsBefore: before, items: items)
    return ScheduleSimulation(WorkRecord(threads: threads, regions: [region]), cost: cost)
  }

  @Test("equal items take as many rounds as they need", arguments: [1, 2, 7, 64])
  func equal(threads: Int) {
    for count in [1, threads, threads + 1, 3 * threads] {
      let s = simulation(threads, [Double](repeating: 2, count: count))
      #expect(s.seconds == Double((count + threads - 1) / threads) * 2, "\(count) items")
      let shares = s.serialSeconds + s.evenSeconds + s.imbalanceSeconds + s.poolSeconds
      #expect(abs(shares - s.seconds) < 1e-9)
      #expect(s.poolSeconds == 0)
    }
  }

  @Test("a long item at the end is waited for, one at the beginning is not")
  func longItem() {
    let last = simulation(4, [1, 1, 1, 1, 1, 1, 8])
    #expect(last.seconds == 9)  // after one item of the thread's own
    #expect(last.imbalanceSeconds == 9 - 14.0 / 4)
    let first = simulation(4, [8, 1, 1, 1, 1, 1, 1])
    #expect(first.seconds == 8)
  }

  @Test("a thread takes its own part first, then the others' in order")
  func stealing() {
    // Thread 0 has ten seconds, thread 1 two: it takes from the end of nothing, one item at a time.
    let parts = [0, 0, 0, 0, 0, 1, 1]
    #expect(simulation(2, [2, 2, 2, 2, 2, 1, 1], parts: parts).seconds == 6)
    // Without a part of its own a thread helps from the first item on.
    #expect(simulation(3, [2, 2, 2, 2, 2, 1, 1], parts: parts).seconds == 4)
    // Its own long item comes first, whatever the others have left.
    #expect(simulation(2, [1, 1, 1, 1, 9], parts: [0, 0, 0, 0, 1]).seconds == 9)
    // In one row it would come last.
    #expect(simulation(2, [1, 1, 1, 1, 9]).seconds == 11)
  }

  @Test("what the caller does alone stays, and is named")
  func serial() {
    let regions = [
      Region(kind: .norm, isShared: false, secondsBefore: 1, items: [Item(seconds: 2), Item(seconds: 2)]),
      Region(kind: .vectors, secondsBefore: 3, items: [Item(seconds: 4, part: 0), Item(seconds: 4, part: 1)]),
    ]
    let record = WorkRecord(threads: 2, regions: regions, secondsAfter: 5)
    let s = ScheduleSimulation(record, cost: .none)
    #expect(record.seconds == 21 && s.seconds == 17 && s.serialSeconds == 13 && s.evenSeconds == 4)
    #expect(s.regionCount == 1 && s.medianItemCount == 2 && s.medianRegionSeconds == 8 && s.medianItemSeconds == 4)
    #expect(s.serialSecondsByWork == ["before norm": 1, "norm": 4, "before vectors": 3, "after all": 5])
    // On one thread nothing is shared.
    let alone = ScheduleSimulation(WorkRecord(threads: 1, regions: regions, secondsAfter: 5), cost: .none)
    #expect(alone.seconds == 21 && alone.serialSeconds == 21 && alone.regionCount == 0)
  }

  @Test("the pool's costs are those of opening, closing and of lines that threads hand over")
  func poolCost() {
    // Thread 1 begins at 10, and its item ends at 110; the caller's ended at 100, and it goes on 5 after the other's end.
    let cost = PoolCost(open: 10, close: 5, handover: 0)
    #expect(simulation(2, [100, 100], parts: [0, 1], cost: cost).seconds == 115)
    // Every thread comes in 3 after the one before, and leaves 3 after it.
    let handing = PoolCost(open: 0, close: 3, handover: 3)
    #expect(simulation(4, [10, 10, 10, 10], parts: [0, 1, 2, 3], cost: handing).seconds == 19)
    // One thread that comes when all is done is not waited for.
    #expect(simulation(2, [1, 1], parts: [0, 1], cost: PoolCost(open: 50, close: 9, handover: 0)).seconds == 2)
    #expect(simulation(2, [100, 100], parts: [0, 1], cost: cost).poolSeconds == 15)
  }

  @Test("of two records of the same work the lesser times stay; of other work nothing is taken")
  func least() {
    func record(_ times: [Double], kind: WorkKind = .tiles) -> WorkRecord {
      WorkRecord(threads: 2, regions: [Region(kind: kind, items: times.map { Item(seconds: $0) })], secondsAfter: 0)
    }
    var one = record([1, 5])
    #expect(one.takeLeast(of: record([2, 3])) && one.seconds == 4)
    #expect(!one.takeLeast(of: record([0])) && !one.takeLeast(of: record([0, 0], kind: .pack)) && one.seconds == 4)
  }

  @Test("work divided for many threads and done by one has the bits of real threads", arguments: [1, 3, 7, 64, 200])
  func bitsOfProducts(threads: Int) {
    let pool = Workers(threads: 2)
    for (rows, columns) in [(1, 512), (90, 256), (300, 64)] {
      let stored = StoredWeights(.q4_0, rows: 200, columns: columns, seed: 1)
      let x = randomFloats(rows * columns, seed: 2)
      for compute in [Compute.float32, .int8, .int16] {
        let real = bits(ProductTests.product(pool, x, stored.matrix(), compute: compute))
        let (made, record) = pool.recordWork(dividedFor: threads) {
          bits(ProductTests.product(pool, x, stored.matrix(), compute: compute))
        }
        #expect(made == real)
        #expect(record?.threads == threads)
        let regions = record?.regions ?? []
        #expect(regions.contains { $0.kind == (rows == 1 ? .vectors : .tiles) && !$0.items.isEmpty })
        #expect(regions.allSatisfy { $0.isShared == false || threads > 1 })
        // Parts are those of threads, in ascending order; or all count in one row.
        for region in regions {
          let parts = region.items.compactMap(\.part)
          #expect(parts.isEmpty || parts.count == region.items.count)
          #expect(parts == parts.sorted() && parts.allSatisfy { (0..<threads).contains($0) })
        }
      }
    }
    // The pool is as before.
    let stored = StoredWeights(.q4_0, rows: 64, columns: 256, seed: 1)
    let x = randomFloats(40 * 256, seed: 2)
    let expected = bits(ProductTests.product(Workers(threads: 1), x, stored.matrix()))
    #expect(bits(ProductTests.product(pool, x, stored.matrix())) == expected)
  }

  @Test("what the pool costs is measured with real threads, and is nothing where there is one")
  func measuring() {
    #expect(Workers(threads: 1).measurePoolCost() == nil)
    if let cost = Workers(threads: 2).measurePoolCost() {
      #expect(cost.open > 0 && cost.handover > 0 && cost.close >= 0)
    }
  }

  @Test("every kind of work has a number of its own")
  func kinds() {
    #expect(Set((0..<WorkKind.allCases.count).map(WorkKind.init(code:))) == Set(WorkKind.allCases))
  }
}
