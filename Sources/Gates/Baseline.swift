import Evaluation
import JSON
import Metrics
public import Store
import Text

/// The numbers of a store in a small file for git, which a later store is held to.
public struct Baseline: Hashable, Sendable, Codable {
  /// One number: a cell and one of its metrics.
  public struct Entry: Hashable, Sendable, Codable {
    /// The model's name.
    public var model: String
    /// The method's canonical spelling.
    public var method: String
    /// The task's name.
    public var task: String
    /// The task entry's settings, canonical JSON.
    public var settings: String
    /// The cell's coordinates, `length=4096,depth=0.5`.
    public var coordinates: String
    /// The protocol's versioned name.
    public var protocolName: String
    /// SHA-256 of the data; empty for a generator.
    public var dataHash: String
    /// SHA-256 of weights, tokenizer and hyperparameters.
    public var modelHash: String
    /// The seed of the sweep, which decides a generator's samples; nil in a file of an older program.
    public var seed: Int?
    /// The metric.
    public var metric: String
    /// True where a larger number is better.
    public var higherIsBetter: Bool
    /// The number, `inf` where a perplexity overflows; nil when no sample has a score.
    public var value: Double?
    /// 95 % interval, lower bound.
    public var low: Double?
    /// 95 % interval, upper bound.
    public var high: Double?
    /// Scored samples.
    public var n: Int

    /// The number of a measurement.
    public init(_ measurement: Measurement) {
      let record = measurement.record
      (model, method, task, settings) = (record.model, record.method, record.task, record.settings)
      (protocolName, dataHash, modelHash) = (record.protocolName, record.dataHash, record.modelHash)
      coordinates = record.coordinates.label
      seed = measurement.seed
      (metric, higherIsBetter) = (measurement.metric.name, measurement.metric.higherIsBetter)
      value = measurement.estimate.value
      low = measurement.estimate.interval?.low
      high = measurement.estimate.interval?.high
      n = measurement.estimate.count
    }

    var key: String { [model, method, task, settings, coordinates, metric].joined(separator: "\u{1f}") }
    /// For a person: everything that names the number.
    public var name: String { name(TaskEntries([])) }

    func name(_ entries: TaskEntries) -> String {
      "\(model) \(method) \(entries.label(task, settings))\(coordinates.isEmpty ? "" : " \(coordinates)") \(metric)"
    }
  }

  static let currentFormat = "se-eval baseline 1"

  /// The version of the file.
  public var format: String
  /// Tolerances by metric; a metric without one must not get worse at all.
  public var tolerances: [String: Tolerance]
  /// The numbers, sorted.
  public var entries: [Entry]

  /// A baseline of numbers, with tolerances by metric.
  public init(_ measurements: [Measurement], tolerances: [String: Tolerance] = [:]) {
    format = Self.currentFormat
    self.tolerances = tolerances
    entries = measurements.map(Entry.init)
  }

  /// The numbers of a store, in its order of cells.
  ///
  /// - Parameters:
  ///   - store: the results.
  ///   - absolute: written into the file for every metric; nil for none.
  ///   - relative: the same, as a share of each number.
  /// - Throws: `GateError`: the store cannot be read or holds nothing, or a tolerance lets everything pass.
  public init(
    from store: ResultStore, absolute: ToleranceAmount? = nil, relative: Double? = nil
  ) throws(GateError) {
    let measurements = try Measurement.sorted(in: store)
    self.init(measurements)
    guard absolute != nil || relative != nil else { return }
    tolerances = try tolerances(for: measurements, absolute, relative)
  }

  /// A baseline from its file's text.
  ///
  /// - Parameters:
  ///   - json: what `json` gave.
  ///   - path: the file, for the error.
  /// - Throws: `GateError.damagedBaseline` with the file and what is wrong with it.
  public init(json: String, path: String) throws(GateError) {
    do {
      // Settings are compared as texts; in the file they stand as what they are, in older ones as the texts.
      self = try JSONReader.value(of: Array(json.utf8)).folded(Self.nested).decoded(as: Baseline.self)
    } catch {
      throw .damagedBaseline(path: path, problem: Self.problem(error))
    }
    guard format == Self.currentFormat else {
      throw .damagedBaseline(
        path: path, problem: "its format is '\(format)', this se-eval reads '\(Self.currentFormat)'")
    }
    let repeated = Dictionary(grouping: entries, by: \.key).values.first { $0.count > 1 }?.first
    if let repeated { throw .damagedBaseline(path: path, problem: "it holds two numbers for \(repeated.name)") }
    let bad = entries.first { $0.value?.isNaN == true || $0.n < 0 }
    if let bad { throw .damagedBaseline(path: path, problem: "the number of \(bad.name) is none") }
    let tolerance = tolerances.first { !($0.value.absolute >= 0 && $0.value.relative >= 0) }
    if let tolerance { throw .damagedBaseline(path: path, problem: "the tolerance of \(tolerance.key) is negative") }
  }

  /// Where the text stops to be a baseline.
  private static func problem(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
      return path.isEmpty ? "it" : "`\(path)`"
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "\(place(context)) lacks `\(key.stringValue)`"
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(place(context)) is of another form than a baseline's"
    default: return "it is no JSON"
    }
  }

  /// The file's text: sorted keys, one to a line, infinite numbers as `"inf"`.
  public var json: String { JSONValue.text(of: self, .pretty, unfolding: Self.nested) + "\n" }

  private static let nested: Set = ["settings"]
}

extension Baseline {
  /// The entry that a number may be compared with, or why there is none.
  enum Match {
    case comparable(Entry)
    case not(Verdict.Reason, before: String, after: String)
  }

  /// Looks up the entry of a measurement: one of the same settings, else of the same place under other settings' text.
  func entry(of measurement: Measurement) -> Match {
    let own = Entry(measurement)
    guard let entry = entries.first(where: { $0.key == own.key }) else {
      return .not(.missing, before: "no such cell", after: "n=\(own.n)")
    }
    return Self.match(entry, measurement)
  }

  /// Numbers are compared only under the same protocol, data and samples.
  static func match(_ entry: Entry, _ measurement: Measurement) -> Match {
    let (record, n) = (measurement.record, measurement.estimate.count)
    if entry.protocolName != record.protocolName {
      return .not(.protocolDiffers, before: entry.protocolName, after: record.protocolName)
    }
    if entry.dataHash != record.dataHash { return .not(.dataDiffers, before: entry.dataHash, after: record.dataHash) }
    if let before = entry.seed, let after = measurement.seed, before != after {
      return .not(.seedDiffers, before: "seed \(before)", after: "seed \(after)")
    }
    guard entry.n == n, entry.value != nil, measurement.estimate.value != nil else {
      let isIncomplete = !measurement.isComplete && n < entry.n
      return .not(isIncomplete ? .incomplete : .samplesDiffer, before: "n=\(entry.n)", after: "n=\(n)")
    }
    return .comparable(entry)
  }

  /// Holds a store to the baseline.
  ///
  /// Another model hash is compared, and said: to see what a quantisation or a kernel does is what the gate is for. So
  /// are numbers of an older file, which does not say the seed.
  ///
  /// - Parameters:
  ///   - store: the results to judge.
  ///   - absolute: replaces the file's absolute tolerances.
  ///   - relative: replaces the file's relative tolerances.
  /// - Returns: what moved; its `fault` decides the command's exit status.
  /// - Throws: `GateError`: the store cannot be read or holds nothing, or a tolerance lets everything pass.
  public func check(
    _ store: ResultStore, absolute: ToleranceAmount? = nil, relative: Double? = nil
  ) throws(GateError) -> GateResult {
    let measurements = try Measurement.sorted(in: store)
    let current = Dictionary(measurements.map { (Entry($0).key, $0) }) { first, _ in first }
    let tolerances = try tolerances(for: measurements, absolute, relative)
    var result = GateResult()
    let names = TaskEntries(
      entries.map { ($0.task, $0.settings) } + measurements.map { ($0.record.task, $0.record.settings) })
    for entry in entries {
      // Neither side has a number: nothing to compare, and nothing lost.
      if entry.value == nil, let now = current[entry.key], now.estimate.value == nil { continue }
      let judgement = Self.judge(entry, current[entry.key], tolerances[entry.metric] ?? Tolerance(), names)
      if entry.seed == nil, judgement.after != nil { result.unseededCount += 1 }
      result.judgements.append(judgement)
    }
    let known = Set(entries.map(\.key))
    // A baseline of an older program has no pooled numbers: they are not news.
    let hasPooled = entries.contains { $0.coordinates.contains(Pooling.coordinate + "=") }
    result.added = measurements.filter { !known.contains(Entry($0).key) && (hasPooled || $0.pooling == .cell) }
      .map { $0.name(names) }
    return result
  }

  private static func judge(
    _ entry: Entry, _ measurement: Measurement?, _ tolerance: Tolerance, _ names: TaskEntries
  ) -> Judgement {
    let match = measurement.map { Self.match(entry, $0) }
    guard let measurement, case .comparable? = match, let before = entry.value, let after = measurement.estimate.value
    else {
      guard case .not(let reason, let before, let after)? = match else {
        return skipped(entry, .missing, "n=\(entry.n)", "no such cell", names)
      }
      return skipped(entry, reason, before, after, names)
    }
    let verdict = Verdict.comparing(
      after, with: before, higherIsBetter: entry.higherIsBetter, tolerance: tolerance)
    var judgement = Judgement(name: entry.name(names), verdict: verdict)
    (judgement.before, judgement.after, judgement.n) = (before, after, measurement.estimate.count)
    judgement.allowed = before.isFinite ? tolerance.allowance(of: before) : 0
    judgement.modelDiffers = entry.modelHash != measurement.record.modelHash
    return judgement
  }

  private static func skipped(
    _ entry: Entry, _ reason: Verdict.Reason, _ before: String, _ after: String, _ names: TaskEntries
  ) -> Judgement {
    var judgement = Judgement(name: entry.name(names), verdict: .notCompared(reason))
    (judgement.before, judgement.n) = (entry.value, entry.n)
    judgement.sides = (before, after)
    return judgement
  }
}

extension Baseline {
  /// What differs from another baseline, a line for each number: `-` gone, `+` new, `~` moved.
  ///
  /// - Parameter old: the baseline that this one replaces.
  /// - Returns: lines in the order of the numbers; none where all are equal.
  public func changes(from old: Baseline) -> [String] {
    let names = TaskEntries((old.entries + entries).map { ($0.task, $0.settings) })
    func number(_ value: Double?) -> String { value.map { NumberText.precise($0) } ?? "none" }
    let before = Dictionary(old.entries.map { ($0.key, $0) }) { $1 }
    let known = Set(entries.map(\.key))
    var lines = old.entries.filter { !known.contains($0.key) }.map {
      "- \($0.name(names)): \(number($0.value)), n=\($0.n)"
    }
    for entry in entries {
      guard let other = before[entry.key] else {
        lines.append("+ \(entry.name(names)): \(number(entry.value)), n=\(entry.n)")
        continue
      }
      guard other != entry else { continue }
      var what: [String] = []
      if other.value != entry.value { what.append("\(number(other.value)) -> \(number(entry.value))") }
      if other.n != entry.n { what.append("n=\(other.n) -> n=\(entry.n)") }
      if other.protocolName != entry.protocolName { what.append("\(other.protocolName) -> \(entry.protocolName)") }
      if other.dataHash != entry.dataHash { what.append("other data") }
      if other.seed != entry.seed {
        what.append("seed \(other.seed.map(String.init) ?? "not said") -> \(entry.seed.map(String.init) ?? "not said")")
      }
      if other.modelHash != entry.modelHash { what.append("other weights") }
      if what.isEmpty { what.append("another interval or direction") }
      lines.append("~ \(entry.name(names)): \(what.joined(separator: ", "))")
    }
    return lines
  }
}
