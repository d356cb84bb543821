/// A record of work replayed as the thread pool would share it among as many threads as it is divided for.
///
/// The replay does what the pool does (`workers.c`): the caller opens a region, the others come in one after the other; each
/// thread takes one item at a time, of its own part and then of the others' in order, or of the row in which all count;
/// the caller goes on when all that came in have left. Every item takes the time that it took alone: memory and caches
/// that threads share are left out, and so are clock rates that fall with the number of busy cores.
public struct ScheduleSimulation: Sendable {
  /// The number of threads.
  public let threads: Int
  /// The time of everything.
  public let seconds: Double
  /// The time that the caller works alone: between regions, and regions too small to be shared.
  public let serialSeconds: Double
  /// What is left of all shared items for each thread where they divide evenly.
  public let evenSeconds: Double
  /// The time lost because threads wait for the last item of a region, or have none.
  public let imbalanceSeconds: Double
  /// The time lost to opening and closing regions, and to counting in lines of the cache that threads share.
  public let poolSeconds: Double
  /// The number of shared regions: barriers.
  public let regionCount: Int
  /// Of the shared regions, the median number of items.
  public let medianItemCount: Int
  /// Of the shared regions, the median of their work: the time of all items.
  public let medianRegionSeconds: Double
  /// Of all items of shared regions, the median time.
  public let medianItemSeconds: Double
  /// Serial seconds by what the caller does: a kind of work, or `before KIND` for what precedes it.
  public private(set) var serialSecondsByWork: [String: Double] = [:]
  /// Seconds lost to imbalance by kind of work.
  public private(set) var imbalanceSecondsByWork: [String: Double] = [:]

  /// Replays a record.
  ///
  /// - Parameters:
  ///   - record: divided for the number of threads that is simulated.
  ///   - cost: what the pool costs.
  public init(_ record: WorkRecord, cost: PoolCost) {
    let threads = record.threads
    var (serial, even, ideal, real) = (record.secondsAfter, 0.0, 0.0, 0.0)
    var itemCounts: [Int] = []
    var regionSeconds: [Double] = []
    var itemSeconds: [Double] = []
    if record.secondsAfter > 0 { serialSecondsByWork["after all"] = record.secondsAfter }
    for region in record.regions {
      let work = region.seconds
      serial += region.secondsBefore
      serialSecondsByWork["before \(region.kind)", default: 0] += region.secondsBefore
      guard region.isShared, threads > 1 else {
        serial += work
        serialSecondsByWork["\(region.kind)", default: 0] += work
        continue
      }
      let free = Self.replay(region, threads: threads, cost: .none)
      even += work / Double(threads)
      ideal += free
      real += Self.replay(region, threads: threads, cost: cost)
      imbalanceSecondsByWork["\(region.kind)", default: 0] += free - work / Double(threads)
      itemCounts.append(region.items.count)
      regionSeconds.append(work)
      itemSeconds += region.items.map(\.seconds)
    }
    self.threads = threads
    seconds = serial + real
    serialSeconds = serial
    evenSeconds = even
    imbalanceSeconds = ideal - even
    poolSeconds = real - ideal
    regionCount = itemCounts.count
    medianItemCount = Self.median(itemCounts) ?? 0
    medianRegionSeconds = Self.median(regionSeconds) ?? 0
    medianItemSeconds = Self.median(itemSeconds) ?? 0
  }

  /// The time from the opening of a region until the caller goes on.
  static func replay(_ region: WorkRecord.Region, threads: Int, cost: PoolCost) -> Double {
    var queue = EarliestFirst()
    queue.push(0, 0)
    for worker in 1..<max(2, threads) where worker < threads {
      queue.push(cost.open + Double(worker - 1) * cost.handover, worker)
    }
    var supply = ItemSupply(region, threads: threads, handover: cost.handover)
    var caller = 0.0
    var left: [Double] = []
    var isClosed = false
    while let (time, worker) = queue.pop() {
      if let end = supply.take(at: time, worker) {
        queue.push(end, worker)
      } else if worker == 0 {
        caller = time
        isClosed = true
      } else if !isClosed || supply.hasWorked[worker] {
        left.append(time)
      }
    }
    // Threads leave through the same gate, one after the other.
    var end = 0.0
    for time in left.sorted() { end = max(time, end) + cost.handover }
    return left.isEmpty ? caller : max(caller, end + max(0, cost.close - cost.handover))
  }

  private static func median<Number: Comparable>(_ values: [Number]) -> Number? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }
}

/// The items of a region as threads take them.
private struct ItemSupply {
  private let items: [WorkRecord.Item]
  private let handover: Double
  private var shared: Range<Int>
  private var parts: [Range<Int>]
  /// The last that wrote to a counter, and when: the one that all share, or of each part.
  private var lastTime: [Double]
  private var lastWorker: [Int]
  /// Whether a thread has taken an item.
  private(set) var hasWorked: [Bool]

  init(_ region: WorkRecord.Region, threads: Int, handover: Double) {
    items = region.items
    self.handover = handover
    hasWorked = [Bool](repeating: false, count: threads)
    parts = [Range<Int>](repeating: 0..<0, count: threads)
    shared = 0..<(items.first?.part == nil ? items.count : 0)
    lastTime = [Double](repeating: -.infinity, count: threads)
    lastWorker = shared.isEmpty ? Array(0..<threads) : [Int](repeating: 0, count: threads)
    guard shared.isEmpty else { return }
    for (index, item) in items.enumerated() {
      let part = min(item.part ?? 0, threads - 1)
      parts[part] = parts[part].isEmpty ? index..<index + 1 : parts[part].lowerBound..<index + 1
    }
  }

  /// The time at which a worker that looks for an item has done the next one; nil where there is none.
  mutating func take(at time: Double, _ worker: Int) -> Double? {
    if let item = shared.popFirst() { return end(of: item, at: time, worker, counter: 0) }
    for step in parts.indices {
      let part = (worker + step) % parts.count
      if let item = parts[part].popFirst() { return end(of: item, at: time, worker, counter: part) }
    }
    return nil
  }

  private mutating func end(of item: Int, at time: Double, _ worker: Int, counter: Int) -> Double {
    // A counter that another thread has written to must come from there first, and goes to one thread at a time.
    let isOwn = lastWorker[counter] == worker
    let taken = isOwn ? time : max(time, lastTime[counter]) + handover
    lastTime[counter] = taken
    lastWorker[counter] = worker
    hasWorked[worker] = true
    return taken + items[item].seconds
  }
}

/// Threads by the time at which they look for work; of two at the same time the lower one.
private struct EarliestFirst {
  private var heap: [(time: Double, worker: Int)] = []

  mutating func push(_ time: Double, _ worker: Int) {
    heap.append((time, worker))
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (time: Double, worker: Int)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
        least = child
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
