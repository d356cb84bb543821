import Checkpoints
import Foundation
import Kernels
import Positions
import Text
import Transformer

/// `bench`: speed and memory of the engine on this machine.
enum BenchCommand {
  private static let prefill = Option.value("--prefill", "N,...", "prompt lengths to measure (default 512)")
  private static let decode = Option.value("--decode", "N", "tokens to decode one at a time (default 32; 0 for none)")
  private static let depth = Option.value("--depth", "N,...", "tokens in the cache before each decode (default 0)")
  private static let repetitions = Option.value("--repeat", "R", "repetitions of each measurement (default 3)")
  private static let peak = Option.flag("--peak", "measure the device's peak rates and the share that is reached")

  static let simulation = Option.value(
    "--simulate-threads", "N,...",
    "replay the schedule of each measurement on so many threads, from times of one (Docs/many-cores.md)")
  static let memoryRate = Option.value(
    "--memory-rate", "GB/S", "memory of the simulated machine (default: this machine's, measured)")
  static let handover = Option.value(
    "--handover", "NS", "a cache line's way from core to core in the simulated machine (default: measured here)")

  private static let profile = Option.flag("--profile", "show where the time of each measurement goes, in per cent")

  struct Measurement: Encodable {
    let phase: String
    let tokens: Int
    let depth: Int
    let method: String
    let threads: Int
    let compute: String
    let kv: String
    let isa: String
    let device: String
    let seconds: [Double]
    let tokens_per_second: Double
    let peak_bytes: Int
    let cache_bytes: Int
    let gflops: Double
    let gigabytes_per_second: Double
    /// The processor's rate just before; null on other devices.
    let calibration_gflops: Double?
    let share_of_peak: Double?
    var profile: [String: Double]?
    /// How products are cut into work groups on an OpenCL device, by kind; with a profile.
    var product_shapes: [String: String]?
    /// The schedule on other numbers of threads, where that was asked for.
    var simulation: Simulation?
  }

  static let command = Command(
    name: "bench", summary: "Measure prefill and decode speed and peak memory",
    details: [
      "Machines are noisy: compare ratios of runs made in turn, and look at the calibration rate beside each "
        + "(a fixed arithmetic kernel run just before). Peak memory is the process's, so it includes the mapped weights."
    ],
    options: [
      EngineOptions.model, prefill, decode, depth, repetitions, peak, profile, simulation, memoryRate, handover,
    ] + EngineOptions.all
  ) { arguments in
    let lengths = try arguments.integers(prefill) ?? [512]
    let decodeCount = try arguments.integer(decode, atLeast: 0) ?? 32
    let depths = try arguments.integers(depth, atLeast: 0) ?? [0]
    if let long = (lengths + depths + [decodeCount]).first(where: { $0 > EngineOptions.mostTokens }) {
      throw UsageError("'bench' measures at most \(EngineOptions.mostTokens) tokens, \(long) are asked for")
    }
    let wanted = try simulationWish(arguments)
    let bench = try Bench(
      arguments, simulating: wanted, repetitions: arguments.integer(repetitions) ?? 3,
      measuresPeak: arguments.has(peak),
      wantsProfile: arguments.has(profile))
    bench.printHeading()
    for length in lengths { try bench.report(bench.prefill(length)) }
    if decodeCount > 0 {
      for depth in depths { try bench.report(bench.decode(decodeCount, depth: depth)) }
    }
    return .complete
  }

  /// One bench run: a model, a method, and the rates of this machine.
  struct Bench {
    let model: Model
    let method: Method
    let workers: Workers
    let device: any Device
    let options: SessionOptions
    let repetitions: Int
    let peak: DevicePeak?
    let simulated: SimulationWish?
    let wantsProfile: Bool
    let asJSON: Bool

    init(
      _ arguments: Arguments, simulating simulated: SimulationWish?, repetitions: Int, measuresPeak: Bool,
      wantsProfile: Bool
    ) throws {
      self.simulated = simulated
      method = try arguments.method(EngineOptions.method)
      options = try EngineOptions.session(arguments)
      workers = try EngineOptions.workers(arguments)
      device = try EngineOptions.open(arguments, workers)
      model = try Model.load(path: arguments.required(EngineOptions.model), device: device)
      try EngineOptions.checkMemory(model, options)
      try model.prepareProducts(in: options.compute)
      // Touches every weight and buffer once, as a sweep's first sample does for all others.
      _ = try Session(model: model, method: method, options: options).logits([0], last: 1)
      self.repetitions = repetitions
      peak = measuresPeak ? device.measurePeak() : nil
      self.wantsProfile = wantsProfile
      asJSON = arguments.has(GlobalOptions.json)
    }

    func prefill(_ count: Int) throws -> Measurement {
      let tokens = makeTokens(count)
      var seconds: [Double] = []
      var cacheBytes = 0
      let calibration = calibrationRate()
      let profile = wantsProfile ? ForwardProfile() : nil
      // Kernels are compiled when they are first used: those of a whole chunk, and of attention to one before it.
      if !isOnProcessor {
        let chunk = options.chunkSize ?? device.chunkSize
        _ = try makeSession().logits(Array(tokens.prefix(2 * chunk)), last: 1)
      }
      for _ in 0..<repetitions {
        let session = makeSession()
        session.profile = profile
        seconds.append(try time { _ = try session.logits(tokens, last: 1) })
        cacheBytes = session.cacheByteCount
      }
      let flops = 2 * description.multiplyAdds(newTokens: count, cached: 0, logitCount: 1)
      var result = measurement(
        "prefill", tokens: count, depth: 0, seconds, flops: flops, bytes: Double(model.weightByteCount),
        cacheBytes: cacheBytes, calibration: calibration)
      if let profile { add(profile, of: seconds.reduce(0, +), to: &result) }
      if let simulated {
        result.simulation = try simulate(simulated, result, bytesPerToken: nil) {
          let session = makeSession()
          return (1, { _ = try session.logits(tokens, last: 1) })
        }
      }
      return result
    }

    func decode(_ count: Int, depth: Int) throws -> Measurement {
      let session = makeSession()
      session.plannedLength = depth + count + 1
      let prompt = makeTokens(max(1, depth))
      _ = try session.logits(prompt, last: 1)
      // One token outside the clock: every 1,024th makes the system hand out new pages of the cache, which weighs in a
      // measurement of 32 tokens as it never does in a generation. llama-bench, too, warms up first.
      _ = try session.decode(prompt[0], count: 1)
      let start = session.tokens.count
      var seconds: [Double] = []
      let calibration = calibrationRate()
      let profile = wantsProfile ? ForwardProfile() : nil
      session.profile = profile
      for _ in 0..<repetitions {
        session.truncate(to: start)
        seconds.append(try time { _ = try session.decode(prompt[0], count: count) })
      }
      let flops = 2 * description.multiplyAdds(newTokens: count, cached: depth, logitCount: count)
      // What one token reads: every weight, and the keys and values before it.
      let cached = description.cacheByteCount(perTokenUnder: method, type: options.keyValueType, on: device)
      let meanDepth = Double(depth) + Double(count) / 2
      let bytes = Double(count) * (Double(model.decodedByteCount) + meanDepth * Double(cached))
      var result = measurement(
        "decode", tokens: count, depth: depth, seconds, flops: flops, bytes: bytes,
        cacheBytes: session.cacheByteCount, calibration: calibration)
      if let profile { add(profile, of: seconds.reduce(0, +), to: &result) }
      if let simulated {
        session.profile = nil
        let some = min(count, simulatedTokens)
        result.simulation = try simulate(simulated, result, bytesPerToken: bytes / Double(count)) {
          session.truncate(to: start)
          return (Double(count) / Double(some), { _ = try session.decode(prompt[0], count: some) })
        }
      }
      return result
    }

    private var isOnProcessor: Bool { device is CPUDevice }

    private func calibrationRate() -> Double? { isOnProcessor ? workers.calibrationRate() : nil }

    func printHeading() {
      guard !asJSON else { return }
      let h = model.hyperparameters
      Terminal.print(
        "\(h.architecture.rawValue), \(NumberText.grouped(model.parameterCount)) parameters, "
          + "\(NumberText.bytes(model.weightByteCount)); \(method); \(device.summary), "
          + "\(options.compute.rawValue) products, \(options.keyValueType.rawValue) cache")
      if let peak {
        Terminal.print(
          "measured peak of the device: \(NumberText.fixed(peak.gigaflopsPerSecond, 0)) GFLOP/s, "
            + "\(NumberText.fixed(peak.gigabytesPerSecond, 1)) GB/s")
      }
      Terminal.print(
        "phase    tokens  depth   tokens/s   seconds (all repetitions)     GFLOP/s  GB/s  calibration  peak memory")
    }

    func report(_ m: Measurement) throws {
      guard !asJSON else { return try Terminal.printJSON(m) }
      let seconds = m.seconds.map { NumberText.fixed($0, 3) }.joined(separator: " ")
      let share = m.share_of_peak.map { " (\(NumberText.fixed($0 * 100, 0)) % of peak)" } ?? ""
      Terminal.print(
        left(m.phase, 8) + right("\(m.tokens)", 7) + right("\(m.depth)", 7)
          + right(NumberText.fixed(m.tokens_per_second, 1), 11) + "   " + left(seconds, 28)
          + right(NumberText.fixed(m.gflops, 0), 9) + right(NumberText.fixed(m.gigabytes_per_second, 1), 6)
          + right(m.calibration_gflops.map { NumberText.fixed($0, 0) } ?? "-", 13) + "  "
          + NumberText.bytes(m.peak_bytes) + share)
      if let simulation = m.simulation { simulation.lines.forEach { Terminal.print("         " + $0) } }
      guard let profile = m.profile else { return }
      let parts = profile.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      Terminal.print("         " + parts.map { "\($0.key) \(NumberText.fixed($0.value, 1)) %" }.joined(separator: ", "))
      guard let shapes = m.product_shapes else { return }
      Terminal.print("         shapes of products: \(DevicesCommand.text(shapes))")
    }

    private func add(_ profile: ForwardProfile, of total: Double, to result: inout Measurement) {
      result.profile = shares(profile, of: total)
      let shapes = (device as? OpenCLDevice)?.productShapes ?? [:]
      result.product_shapes = shapes.isEmpty ? nil : shapes
    }

    /// Per cent of the time by phase; what no phase covers is `other`.
    private func shares(_ profile: ForwardProfile, of total: Double) -> [String: Double] {
      var shares: [String: Double] = [:]
      for phase in ForwardProfile.Phase.allCases { shares[phase.rawValue] = profile.seconds(phase) / total * 100 }
      shares["other"] = max(0, 100 - shares.values.reduce(0, +))
      return shares
    }

    var description: ModelDescription { ModelDescription(model.hyperparameters) }

    private func makeSession() -> Session {
      Session(model: model, method: method, options: options)
    }

    /// Ids spread over the vocabulary; the speed does not depend on them.
    private func makeTokens(_ count: Int) -> [Int] {
      (0..<count).map { ($0 * 7919 + 13) % model.hyperparameters.vocabularySize }
    }

    private func time(_ work: () throws -> Void) rethrows -> Double {
      let clock = ContinuousClock()
      let elapsed = try clock.measure(work).components
      return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }

    private func measurement(
      _ phase: String, tokens: Int, depth: Int, _ seconds: [Double], flops: Double, bytes: Double, cacheBytes: Int,
      calibration: Double?
    ) -> Measurement {
      let sorted = seconds.sorted()
      let middle = sorted.count / 2
      let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      let share = peak.map { peak in
        phase == "prefill"
          ? flops / median / 1e9 / peak.gigaflopsPerSecond
          : bytes / median / 1e9 / peak.gigabytesPerSecond
      }
      return Measurement(
        phase: phase, tokens: tokens, depth: depth, method: "\(method)", threads: workers.threads,
        compute: options.compute.rawValue, kv: options.keyValueType.rawValue,
        isa: isOnProcessor ? workers.instructionSet.rawValue : device.kind, device: device.summary, seconds: seconds,
        tokens_per_second: Double(tokens) / median, peak_bytes: ProcessMemory.peakByteCount,
        cache_bytes: cacheBytes, gflops: flops / median / 1e9, gigabytes_per_second: bytes / median / 1e9,
        calibration_gflops: calibration, share_of_peak: share)
    }

    private func left(_ text: String, _ width: Int) -> String { TextTable.padded(text, width, .left) }
    private func right(_ text: String, _ width: Int) -> String { TextTable.padded(text, width, .right) }
  }
}
