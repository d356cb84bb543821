import CKernels

/// What the thread pool itself costs, in seconds.
public struct PoolCost: Sendable {
  /// From the caller's opening of a region until another thread, which waits for it awake, begins.
  public var open: Double
  /// From another thread's end until the caller goes on.
  public var close: Double
  /// A line of the cache goes from one thread to another, which writes to it.
  public var handover: Double

  /// A pool with these costs.
  public init(open: Double, close: Double, handover: Double) {
    self.open = open
    self.close = close
    self.handover = handover
  }

  /// A pool that costs nothing.
  public static let none = PoolCost(open: 0, close: 0, handover: 0)
}

extension Workers {
  /// Does work on the calling thread alone, divided as for `threads` threads, and records the time of every item.
  ///
  /// The bits of every result are those of any number of threads. Nothing else may use this pool meanwhile.
  ///
  /// - Parameters:
  ///   - threads: 1 to 1024.
  ///   - body: what uses this pool.
  /// - Returns: what `body` gives, and the record; without one where memory ended.
  public func recordWork<Result>(
    dividedFor threads: Int, _ body: () throws -> Result
  ) rethrows -> (result: Result, record: WorkRecord?) {
    guard (1...1024).contains(threads) else { fatalError("recordWork: \(threads) threads, expected 1 to 1024") }
    let clock = unsafe ckernels_measure_regions(handle, 0).clock
    let isOn = unsafe ckernels_workers_record(handle, Int32(threads)) != 0
    let result: Result
    do {
      // Ending a record needs no memory.
      defer { _ = unsafe ckernels_workers_record(handle, 0) }
      result = try body()
    }
    return (result, isOn ? events(threads: threads, clock: clock) : nil)
  }

  /// The events of the last record, by regions.
  private func events(threads: Int, clock: Double) -> WorkRecord? {
    var count: Int64 = 0
    let events = unsafe ckernels_workers_events(handle, &count)
    guard count > 0, let events = unsafe events else { return nil }
    var reader = EventReader(start: unsafe events[0].nanoseconds, clock: clock)
    for index in 1..<Int(count) { reader.take(unsafe events[index]) }
    return WorkRecord(threads: threads, regions: reader.regions, secondsAfter: reader.secondsAfter)
  }

  /// Measures what opening and closing a region costs with the threads of this pool; nil where the caller is alone, or on
  /// a machine so busy that no other thread ever came.
  public func measurePoolCost() -> PoolCost? {
    let cost = unsafe ckernels_measure_regions(handle, 300)
    guard cost.open > 0, cost.handover > 0 else { return nil }
    return PoolCost(open: cost.open * 1e-9, close: cost.close * 1e-9, handover: cost.handover * 1e-9)
  }

  /// Scratch memory that operations have asked for so far: once for all threads, and once for each.
  public var scratchByteCounts: (shared: Int, perThread: Int) {
    var (shared, local): (Int64, Int64) = (0, 0)
    unsafe ckernels_workers_scratch(handle, &shared, &local)
    return (Int(shared), Int(local))
  }
}

/// Makes regions of events.
private struct EventReader {
  private(set) var regions: [WorkRecord.Region] = []
  private(set) var secondsAfter = 0.0
  private let clock: Double
  private var end: Int64
  private var start: Int64 = 0
  private var isInside = false
  private var kind = WorkKind.measurement
  private var isShared = false
  private var takes: [(time: Int64, part: Int?)] = []

  init(start: Int64, clock: Double) {
    end = start
    self.clock = clock
  }

  mutating func take(_ event: ckernels_event) {
    switch Int(event.event) {
    case Int(ckernels_event_start):
      start = event.nanoseconds
      isInside = true
      kind = WorkKind(code: Int(event.value) & 0xffff)
      isShared = event.value >> 16 != 0
      takes.removeAll(keepingCapacity: true)
    case Int(ckernels_event_item):
      takes.append((event.nanoseconds, event.value < 0 ? nil : Int(event.value)))
    default:
      if isInside {
        finish(at: event.nanoseconds)
      } else {
        secondsAfter = seconds(from: end, to: event.nanoseconds)
      }
      isInside = false
      end = event.nanoseconds
    }
  }

  private mutating func finish(at time: Int64) {
    // The last look for an item finds none. Work that takes no items is one.
    var items = zip(takes, takes.dropFirst()).map { take, next in
      WorkRecord.Item(seconds: seconds(from: take.time, to: next.time), part: take.part)
    }
    if takes.isEmpty { items = [WorkRecord.Item(seconds: seconds(from: start, to: time))] }
    regions.append(
      WorkRecord.Region(
        kind: kind, isShared: isShared, secondsBefore: seconds(from: end, to: start), items: items))
  }

  /// A look at the clock is in every interval.
  private func seconds(from start: Int64, to end: Int64) -> Double { max(0, Double(end - start) - clock) * 1e-9 }
}
