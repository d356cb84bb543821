import Backends
import Kernels
import Text
import Transformer

// The schedule of a measurement on numbers of threads that this machine does not have (Docs/many-cores.md).
extension BenchCommand {
  /// What `--simulate-threads` and its companions ask for.
  struct SimulationWish {
    let threads: [Int]
    let memoryGigabytesPerSecond: Double?
    let handoverSeconds: Double?
  }

  /// The wish of a command line; nil where there is none.
  static func simulationWish(_ arguments: Arguments) throws(UsageError) -> SimulationWish? {
    let rate = try arguments.integer(memoryRate)
    let nanoseconds = try arguments.integer(handover)
    guard let threads = try arguments.integers(simulation) else {
      if rate != nil || nanoseconds != nil {
        throw UsageError("--memory-rate and --handover describe a machine for --simulate-threads, which is not given")
      }
      return nil
    }
    if let many = threads.first(where: { $0 > 1024 }) {
      throw UsageError("--simulate-threads has \(many), expected at most 1024")
    }
    let device = try EngineOptions.deviceChoice(arguments) ?? .cpu
    guard device == .cpu, try EngineOptions.arithmetic(arguments, on: device) != .openBLAS else {
      throw UsageError(
        "--simulate-threads replays the engine's own thread pool; --device \(device) or --compute openblas has none")
    }
    return SimulationWish(
      threads: threads, memoryGigabytesPerSecond: rate.map(Double.init),
      handoverSeconds: nanoseconds.map { Double($0) * 1e-9 })
  }

  /// Why nothing could be simulated.
  struct SimulationFailure: FaultReporting, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }

    var fault: Fault { .runtime }
  }

  /// The schedule of one measurement on several numbers of threads.
  struct Simulation: Encodable {
    /// One number of threads.
    struct Row: Encodable {
      let threads: Int
      let seconds: Double
      let tokens_per_second: Double
      /// Over everything on one thread, divided for one.
      let speedup: Double
      /// What a run of this process with so many threads took, where that is what was measured.
      let measured_seconds: Double?
      let one_thread_seconds: Double
      /// Parts of the time; they add up to 1.
      let even_share: Double
      let serial_share: Double
      let imbalance_share: Double
      let pool_share: Double
      /// Barriers of a pass, or of a decoded token.
      let barriers: Double
      let items: Int
      let barrier_microseconds: Double
      let item_microseconds: Double
      let serial_by_work: [String: Double]
      let imbalance_by_work: [String: Double]
    }
    let rows: [Row]
    let open_nanoseconds: Double
    let close_nanoseconds: Double
    let handover_nanoseconds: Double
    /// What all threads read: stored weights, keys and values, activations, packed rows.
    let weight_bytes: Int
    let cache_bytes: Int
    let activation_bytes: Int
    let shared_scratch_bytes: Int
    let thread_scratch_bytes: Int
    /// Of decoding: the rate of memory, and what it allows where every token reads all weights, keys and values.
    let memory_gigabytes_per_second: Double?
    let memory_tokens_per_second: Double?
  }

  /// How many tokens of decoding are recorded: each is as the next.
  static let simulatedTokens = 8
}

extension BenchCommand.Bench {
  var simulatedTokens: Int { BenchCommand.simulatedTokens }

  /// Records a piece of work for every number of threads, and replays each record.
  ///
  /// - Parameters:
  ///   - wish: the numbers.
  ///   - measured: the measurement with real threads.
  ///   - bytesPerToken: what a decoded token reads; nil for a prefill.
  ///   - prepare: gets ready, and gives the work and how often the measurement contains it.
  /// - Returns: a row for every number.
  /// - Throws: what the work throws, or why it could not be recorded.
  func simulate(
    _ wish: BenchCommand.SimulationWish, _ measured: BenchCommand.Measurement, bytesPerToken: Double?,
    prepare: () throws -> (times: Double, work: () throws -> Void)
  ) throws -> BenchCommand.Simulation {
    guard var cost = workers.measurePoolCost() ?? Workers(threads: 2).measurePoolCost() else {
      throw BenchCommand.SimulationFailure(
        "--simulate-threads: this machine is too busy to measure what the thread pool costs; try again")
    }
    if let seconds = wish.handoverSeconds {
      // Opening and closing are made of such ways, too.
      cost.open = max(cost.open, seconds)
      cost.close = max(cost.close, seconds)
      cost.handover = seconds
    }
    var records: [WorkRecord] = []
    var times = 1.0
    for threads in [1] + wish.threads {
      var least: WorkRecord?
      for _ in 0..<repetitions {
        let (factor, work) = try prepare()
        times = factor
        guard let record = try workers.recordWork(dividedFor: threads, work).record else {
          throw BenchCommand.SimulationFailure(
            "--simulate-threads: no memory for the record of a pass; measure fewer tokens")
        }
        if least?.takeLeast(of: record) != true { least = record }
      }
      if let least { records.append(least) }
    }
    let alone = records.removeFirst().seconds
    let tokens = Double(measured.tokens)
    let rows = records.map { record in
      row(
        ScheduleSimulation(record, cost: cost), of: record, alone: alone, times: times, tokens: tokens,
        isDecoding: bytesPerToken != nil, measured: measured)
    }
    let scratch = workers.scratchByteCounts
    let rate = wish.memoryGigabytesPerSecond ?? workers.measurePeak().memoryGigabytesPerSecond.allThreads
    return BenchCommand.Simulation(
      rows: rows, open_nanoseconds: cost.open * 1e9, close_nanoseconds: cost.close * 1e9,
      handover_nanoseconds: cost.handover * 1e9, weight_bytes: model.decodedByteCount,
      cache_bytes: measured.cache_bytes,
      activation_bytes: description.activationByteCount(
        chunkSize: bytesPerToken == nil ? min(measured.tokens, options.chunkSize ?? device.chunkSize) : 1),
      shared_scratch_bytes: scratch.shared, thread_scratch_bytes: scratch.perThread,
      memory_gigabytes_per_second: bytesPerToken == nil ? nil : rate,
      memory_tokens_per_second: bytesPerToken.map { rate * 1e9 / $0 })
  }

  private func row(
    _ s: ScheduleSimulation, of record: WorkRecord, alone: Double, times: Double, tokens: Double, isDecoding: Bool,
    measured: BenchCommand.Measurement
  ) -> BenchCommand.Simulation.Row {
    BenchCommand.Simulation.Row(
      threads: s.threads, seconds: s.seconds * times, tokens_per_second: tokens / (s.seconds * times),
      speedup: alone / s.seconds,
      measured_seconds: s.threads == workers.threads ? tokens / measured.tokens_per_second : nil,
      one_thread_seconds: record.seconds * times, even_share: s.evenSeconds / s.seconds,
      serial_share: s.serialSeconds / s.seconds, imbalance_share: s.imbalanceSeconds / s.seconds,
      pool_share: s.poolSeconds / s.seconds,
      barriers: Double(s.regionCount) * (isDecoding ? times / tokens : 1), items: s.medianItemCount,
      barrier_microseconds: s.medianRegionSeconds * 1e6, item_microseconds: s.medianItemSeconds * 1e6,
      serial_by_work: s.serialSecondsByWork.mapValues { $0 / s.seconds },
      imbalance_by_work: s.imbalanceSecondsByWork.mapValues { $0 / s.seconds })
  }
}

extension BenchCommand.Simulation {
  /// The table, with what it rests on above it.
  var lines: [String] {
    let head = [
      "threads", "tokens/s", "measured", "speed-up", "even", "serial", "imbalance", "pool", "barriers", "items",
      "us each", "us a barrier",
    ]
    let body = rows.map { row in
      [
        "\(row.threads)", NumberText.fixed(row.tokens_per_second, 1),
        row.measured_seconds.map { NumberText.fixed(row.tokens_per_second * row.seconds / $0, 1) } ?? "-",
        NumberText.fixed(row.speedup, 1), percent(row.even_share), percent(row.serial_share),
        percent(row.imbalance_share), percent(row.pool_share), NumberText.fixed(row.barriers, 0), "\(row.items)",
        NumberText.fixed(row.item_microseconds, 1), NumberText.fixed(row.barrier_microseconds, 0),
      ]
    }
    return [title] + TextTable.lines([head] + body, side: { _ in .right }) + losses
  }

  private var title: String {
    let pool =
      "replayed from one thread's times; pool: open \(NumberText.fixed(open_nanoseconds, 0)), close "
      + "\(NumberText.fixed(close_nanoseconds, 0)), handover \(NumberText.fixed(handover_nanoseconds, 0)) ns; shared: "
      + "weights \(NumberText.bytes(weight_bytes)), keys and values \(NumberText.bytes(cache_bytes)), activations "
      + "\(NumberText.bytes(activation_bytes)), packed rows \(NumberText.bytes(shared_scratch_bytes)); "
      + "\(NumberText.bytes(thread_scratch_bytes)) a thread"
    guard let rate = memory_gigabytes_per_second, let tokens = memory_tokens_per_second else { return pool }
    return pool
      + "; memory of \(NumberText.fixed(rate, 0)) GB/s allows \(NumberText.fixed(tokens, 1)) tokens/s at most"
  }

  /// Where most is lost on the most threads.
  private var losses: [String] {
    guard let last = rows.max(by: { $0.threads < $1.threads }), last.threads > 1 else { return [] }
    return [("serial", last.serial_by_work), ("imbalance", last.imbalance_by_work)].map { name, parts in
      let most = parts.filter { $0.value >= 0.005 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6)
      let text = most.map { "\($0.key) \(percent($0.value))" }.joined(separator: ", ")
      return "\(name) at \(last.threads): " + (text.isEmpty ? "nothing of 0.5 %" : text)
    }
  }

  private func percent(_ share: Double) -> String { NumberText.fixed(share * 100, 1) + " %" }
}
