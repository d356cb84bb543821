import Foundation
import Store
import Sweeps
import Text

/// Finds which shards have to be submitted again: by what the division gives each, what its store holds, and the queue.
struct MissingShards {
  let settings: SlurmScripts.Settings
  let configuration: Configuration
  let sweep: Sweep
  /// Models whose device is not at work here.
  let unopened: Set<String>

  /// A store of a shard, with its newest run.
  struct ShardStore {
    let path: String
    let part: PartProgress
    /// How its configuration differs from the one that is asked for, in words; nil where it does not.
    let difference: String?
  }

  /// The stores of the shards, by number; the file that the array writes comes before others of the same shard.
  static func stores(_ settings: SlurmScripts.Settings, _ configuration: RunConfiguration) throws -> [Int: ShardStore] {
    guard FileManager.default.fileExists(atPath: settings.shardFolder),
      let files = try? ResultStore.storeFiles(settings.shardFolder)
    else { return [:] }
    var stores: [Int: ShardStore] = [:]
    for file in files {
      do throws(StoreError) {
        let store = try ResultStore.open(file, mode: .readOnly, options: Registry.storeOptions)
        let difference = try store.difference(from: configuration)
        for part in try store.progress().parts {
          guard let shard = part.run.record.shard else { continue }
          let isOwn = file.hasSuffix("/shard-\(shard.index)-of-\(shard.count).sqlite")
          if stores[shard.index] != nil, !isOwn { continue }
          stores[shard.index] = ShardStore(path: file, part: part, difference: difference?.words)
        }
      } catch {
        // A shard that was started a moment ago has an empty file.
        guard case .empty = error else { throw error }
      }
    }
    return stores
  }

  /// The tasks to submit; nil, with words, where there is none.
  ///
  /// - Throws: `FileError` where jobs were submitted and Slurm cannot be asked for them: nothing is submitted twice.
  func tasks() throws -> [Int]? {
    // The queue first: what ends between the two questions has said so in its store.
    let jobs = SubmittedJobs(settings.folder)
    let queue = jobs.queue()
    var queued: Set<Int> = []
    var isKnown = false
    if case .tasks(let tasks) = queue {
      queued = jobs.shards(of: tasks, shardCount: settings.shardCount, taskCount: settings.taskCount)
      isKnown = !jobs.jobs.isEmpty
    }
    let now = Date().timeIntervalSince1970
    let stores = try Self.stores(settings, configuration.ofRuns)
    func isGone(_ store: ShardStore) -> Bool { isKnown && jobs.includes(store.part.heartbeat?.heartbeat.job) }
    func isAtWork(_ shard: Int) -> Bool {
      if queued.contains(shard) { return true }
      guard let store = stores[shard] else { return false }
      return store.part.state(at: now) == .running && !isGone(store)
    }
    let all = 1...max(1, settings.shardCount)
    let atWork = Set(all.filter(isAtWork))
    let compared = all.filter { !atWork.contains($0) && stores[$0] != nil && stores[$0]?.difference == nil }
    let standings = try sweep.standings(of: compared, among: settings.shardCount, unopened: unopened) {
      (shard) throws(StoreError) in
      try ResultStore.open(stores[shard]?.path ?? "", mode: .readOnly, options: Registry.storeOptions)
    }
    let standing = Dictionary(standings.map { ($0.index, $0) }) { first, _ in first }
    var lacking: [Int] = []
    for shard in all where !atWork.contains(shard) {
      if let standing = standing[shard], standing.missingCount == 0 { continue }
      lacking.append(shard)
      let words = words(stores[shard], standing[shard], now: now)
      Terminal.message("shard \(shard)/\(settings.shardCount): \(words)")
    }
    if !atWork.isEmpty { Terminal.message("\(atWork.count) shards are at work or in the queue") }
    if lacking.isEmpty {
      Terminal.message(atWork.isEmpty ? "nothing is missing: every shard is done" : "nothing more to submit")
      return nil
    }
    if case .unknown(let reason) = queue { throw jobs.notAsked(reason) }
    let busy = Set(atWork.map { settings.task(ofShard: $0) })
    let wanted = Set(lacking.map { settings.task(ofShard: $0) })
    for task in wanted.intersection(busy).sorted() {
      Terminal.message(
        "task \(task) is not submitted yet: another shard of it is at work; ask again when that has ended")
    }
    let tasks = wanted.subtracting(busy).sorted()
    return tasks.isEmpty ? nil : tasks
  }

  /// Why a shard is missing.
  private func words(_ store: ShardStore?, _ standing: ShardStanding?, now: Double) -> String {
    guard let store else { return "not started" }
    if let difference = store.difference { return "its store is of another configuration: \(difference)" }
    var words: [String] = []
    if let standing {
      words.append(
        "\(NumberText.grouped(standing.missingCount)) of \(NumberText.grouped(standing.sampleCount)) samples are missing"
      )
    }
    switch store.part.state(at: now) {
    // Its last sign of life may be younger than two minutes: cancelled, or lost with its node.
    case .running: words.append("ended without a word, and is no longer in Slurm's queue")
    case .ended(0): break
    case .ended, .silent: words.append(StatusText.state(store.part, now: now))
    }
    return words.joined(separator: "; ")
  }
}
