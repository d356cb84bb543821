/// What one shard of a sweep has to do.
public struct ShardLoad: Hashable, Sendable {
  /// The shard, from 1.
  public var index: Int
  /// Samples that belong to it.
  public var sampleCount: Int
  /// Seconds for all of them, done or not.
  public var seconds: Double
  /// Its share of the work, 0...1.
  public var share: Double
  /// The models that it loads.
  public var models: [String]
  /// Where no division could make the largest shard smaller by much: its work, as a share of all.
  public var leastLargestShare: Double?
}

extension Sweep {
  /// What each of a number of shards would have to do.
  ///
  /// - Parameters:
  ///   - count: the number of shards.
  ///   - plan: a plan of the whole sweep, for the speed of its models.
  /// - Returns: one entry for each shard; an empty one has no models.
  /// - Throws: `SweepError` where a task cannot make its samples.
  public func shardLoads(_ count: Int, plan: Plan) throws(SweepError) -> [ShardLoad] {
    let division = try samples.division(into: count)
    let loads = division.loads
    let total = loads.reduce(0) { $0 + $1.total }
    return loads.enumerated().map { index, load in
      let seconds = load.cellWork.sorted { $0.key < $1.key }.reduce(0) { seconds, part in
        guard plan.cells.indices.contains(part.key) else { return seconds }
        return seconds + part.value * plan.cells[part.key].secondsPerMultiplyAdd
      }
      return ShardLoad(
        index: index + 1, sampleCount: load.sampleCount, seconds: seconds, share: total > 0 ? load.total / total : 0,
        models: load.work.keys.sorted().filter { models.indices.contains($0) }.map { models[$0].name },
        leastLargestShare: total > 0 ? division.leastLargest / total : nil)
    }
  }
}
