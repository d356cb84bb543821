/// Work that was divided as for many threads and done by one, with the time of every item.
public struct WorkRecord: Sendable {
  /// A piece of work that one thread takes at a time.
  public struct Item: Sendable {
    /// How long it took.
    public var seconds: Double
    /// The thread to whose part it belongs; nil where all threads count in one row.
    public var part: Int?

    /// An item.
    public init(seconds: Double, part: Int? = nil) {
      self.seconds = seconds
      self.part = part
    }
  }

  /// What is done between the opening of the pool's gate and its closing, or by the caller alone.
  public struct Region: Sendable {
    /// What it does.
    public var kind: WorkKind
    /// Whether threads share it; too little work is left to the caller.
    public var isShared: Bool
    /// What the caller did alone since the region before.
    public var secondsBefore: Double
    /// The items in the order in which one thread takes them: those of a part follow each other.
    public var items: [Item]

    /// A region.
    public init(kind: WorkKind, isShared: Bool = true, secondsBefore: Double = 0, items: [Item]) {
      self.kind = kind
      self.isShared = isShared
      self.secondsBefore = secondsBefore
      self.items = items
    }

    /// The time of all items.
    public var seconds: Double { items.reduce(0) { $0 + $1.seconds } }
  }

  /// The number of threads that the work is divided for.
  public let threads: Int
  /// All regions in order.
  public private(set) var regions: [Region]
  /// What the caller did alone after the last region.
  public private(set) var secondsAfter: Double

  /// A record of these regions.
  public init(threads: Int, regions: [Region], secondsAfter: Double = 0) {
    self.threads = threads
    self.regions = regions
    self.secondsAfter = secondsAfter
  }

  /// The time of everything on one thread.
  public var seconds: Double { regions.reduce(secondsAfter) { $0 + $1.secondsBefore + $1.seconds } }

  /// Takes the lesser of two times of everything: what an interruption took is in one of two records of the same work.
  ///
  /// - Returns: false, and changes nothing, where the other is a record of other work.
  public mutating func takeLeast(of other: WorkRecord) -> Bool {
    let isSame =
      threads == other.threads && regions.count == other.regions.count
      && zip(regions, other.regions).allSatisfy { $0.kind == $1.kind && $0.items.count == $1.items.count }
    guard isSame else { return false }
    for index in regions.indices {
      regions[index].secondsBefore = min(regions[index].secondsBefore, other.regions[index].secondsBefore)
      for item in regions[index].items.indices {
        let seconds = min(regions[index].items[item].seconds, other.regions[index].items[item].seconds)
        regions[index].items[item].seconds = seconds
      }
    }
    secondsAfter = min(secondsAfter, other.secondsAfter)
    return true
  }
}
