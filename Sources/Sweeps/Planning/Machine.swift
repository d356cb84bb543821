import Backends
import JSON
import Positions

/// What was measured of a machine, by model: written by `plan --calibrate`, read by every plan on it, or on another one
/// with `--machine`.
public struct Machine: Hashable, Sendable, Codable {
  /// The measurements of one model.
  public struct Entry: Hashable, Sendable, Codable {
    /// Which model, by what can be known without reading its weights.
    public var model: String
    /// The threads that computed.
    public var threads: Int
    /// The longest prompt that was timed, in tokens.
    public var tokens: Int
    /// What each kind of arithmetic takes.
    public var costs: CostModel
    /// How many times longer one thread reads a prompt, and generates; 1 where it was not measured.
    public var aloneReading: Double
    /// See `aloneReading`.
    public var aloneGenerating: Double
    /// Seconds since 1970.
    public var measuredAt: Double

    /// False for what was written by something else, or damaged.
    var isPossible: Bool {
      (1...Self.threadLimit).contains(threads) && tokens >= 0 && costs.isPossible
        && [aloneReading, aloneGenerating].allSatisfy { $0 >= 1 && $0 <= Double(Self.threadLimit) }
    }
    private static let threadLimit = 1 << 16
  }

  /// Host and processor.
  public var name: String
  /// The newest measurement of each model and number of threads.
  public var entries: [Entry]

  /// A machine of which nothing was measured.
  public init(name: String, entries: [Entry] = []) {
    self.name = name
    self.entries = entries
  }

  /// This machine's name: host and processor.
  public static var currentName: String {
    let values = RunEnvironment.collect(threads: 1, seed: 0, more: [:])
    return "\(values["host"] ?? "unknown") (\(values["cpu"] ?? "unknown"))"
  }

  /// The measurements in a file's text; nil for another file, or for numbers that no measurement gives.
  public init?(json: String) {
    guard let read = try? JSONValue(json: json)?.decoded(as: Machine.self),
      read.entries.allSatisfy(\.isPossible)
    else { return nil }
    self = read
  }

  /// The text of its file.
  public var json: String { JSONValue.text(of: self, .pretty) + "\n" }

  /// Takes a measurement, in place of an older one of the same model and threads.
  public mutating func remember(_ entry: Entry) {
    entries.removeAll { $0.model == entry.model && $0.threads == entry.threads }
    entries.append(entry)
  }

  /// What a model costs with a number of threads: measured with it, or else reckoned from the nearest number by Amdahl's
  /// law with the part that one thread was measured to need.
  func costs(of model: String, threads: Int) -> (costs: CostModel, entry: Entry)? {
    let own = entries.filter { $0.model == model }
    let nearest = own.min { abs($0.threads - threads) < abs($1.threads - threads) }
    guard let entry = nearest else { return nil }
    func factor(_ alone: Double) -> Double {
      Self.time(threads, alone, entry.threads) / Self.time(entry.threads, alone, entry.threads)
    }
    return (
      entry.costs.scaled(reading: factor(entry.aloneReading), generating: factor(entry.aloneGenerating)), entry
    )
  }

  /// The time of some threads as a share of one thread's, where `measured` threads are `alone` times as fast as one.
  private static func time(_ threads: Int, _ alone: Double, _ measured: Int) -> Double {
    let count = Double(max(1, threads))
    guard measured > 1 else { return 1 / count }
    let whole = Double(measured)
    // 1/alone = serial + (1 - serial)/measured.
    let serial = min(1, max(0, (1 / max(1, alone) - 1 / whole) / (1 - 1 / whole)))
    return serial + (1 - serial) / count
  }
}

extension PreparedModel {
  /// What says which model it is to a machine's measurements: file, size, parameters, cache, arithmetic.
  var machineKey: String {
    let file = specification.path.split(separator: "/").last.map(String.init) ?? specification.path
    return
      "\(file) \(inventory.weightByteCount) bytes, \(facts.parameterCount) parameters, cache \(entry.cache.rawValue), "
      + numerics
  }
}

extension Rate {
  /// The speed that a machine's measurements give for a model; nil where it was not measured.
  init?(_ machine: Machine, _ model: PreparedModel, threads: Int) {
    guard !model.facts.isRemote, let (costs, entry) = machine.costs(of: model.machineKey, threads: threads),
      let plain = costs.methods[Method.plain.description] ?? costs.methods.sorted(by: { $0.key < $1.key }).first?.value
    else { return nil }
    self.init(
      multiplyAddsPerSecond: 1 / max(1e-15, plain.product),
      source: .calibrated(machine: machine.name, threads: max(1, threads), tokens: entry.tokens), costs: costs)
  }
}
