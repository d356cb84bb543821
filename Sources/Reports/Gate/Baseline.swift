import Evaluation
import Foundation
import JSON
public import Store

/// The numbers of a store in a small file for git, and the gate that compares a later store with them.
public struct Baseline: Hashable, Sendable, Codable {
  /// How far a metric may move for the worse; the larger of the two allowances counts.
  public struct Tolerance: Hashable, Sendable, Codable {
    /// In the metric's own unit; accuracy from 0 to 1.
    public var absolute: Double
    /// As a share of the baseline's value.
    public var relative: Double

    /// A tolerance, by default none.
    public init(absolute: Double = 0, relative: Double = 0) {
      self.absolute = absolute
      self.relative = relative
    }

    func allowance(_ value: Double) -> Double { max(absolute, relative * value.magnitude) }
  }

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
    /// The metric.
    public var metric: String
    /// True where a larger number is better.
    public var higherIsBetter: Bool
    /// The number; nil when no sample has a score.
    public var value: Double?
    /// 95 % interval, lower bound.
    public var low: Double?
    /// 95 % interval, upper bound.
    public var high: Double?
    /// Scored samples.
    public var n: Int

    var key: String { [model, method, task, settings, coordinates, metric].joined(separator: "\u{1f}") }
    /// For a person: everything that names the number.
    var name: String { "\(model) \(method) \(task)\(coordinates.isEmpty ? "" : " \(coordinates)") \(metric)" }
  }

  static let currentFormat = "se-eval baseline 1"

  /// The version of the file.
  public var format: String
  /// Tolerances by metric; a metric without one must not get worse at all.
  public var tolerances: [String: Tolerance]
  /// The numbers, sorted.
  public var entries: [Entry]

  /// The numbers of a store.
  ///
  /// - Parameters:
  ///   - store: The results.
  ///   - tolerances: What is written into the file, by metric.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public init(from store: ResultStore, tolerances: [String: Tolerance] = [:]) throws(ReportError) {
    format = Self.currentFormat
    self.tolerances = tolerances
    entries = try Evaluations(store).cells.flatMap { cell in
      cell.record.metrics.map { Entry(cell, $0) }
    }
  }

  /// A baseline from its file's text.
  ///
  /// - Parameter json: What `json` gave.
  /// - Throws: `ReportError.damagedBaseline`.
  public init(json: String) throws(ReportError) {
    do {
      self = try JSONReader.value(of: Array(json.utf8)).decoded(as: Baseline.self)
    } catch {
      throw .damagedBaseline(problem: "it is not the JSON of a baseline (\(error))")
    }
    guard format == Self.currentFormat else {
      throw .damagedBaseline(problem: "its format is '\(format)', this se-eval reads '\(Self.currentFormat)'")
    }
    let repeated = Dictionary(grouping: entries, by: \.key).values.first { $0.count > 1 }?.first
    if let repeated { throw .damagedBaseline(problem: "it holds two numbers for \(repeated.name)") }
  }

  /// The file's text: sorted, one key to a line.
  public var json: String { JSONValue.text(of: self, .pretty) + "\n" }

  /// The baseline file of a store.
  ///
  /// - Parameters:
  ///   - store: The results.
  ///   - tolerances: What is written into the file, by metric.
  /// - Returns: JSON.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public static func make(
    from store: ResultStore, tolerances: [String: Tolerance] = [:]
  ) throws(ReportError) -> String {
    try Baseline(from: store, tolerances: tolerances).json
  }

  /// Compares a store with a baseline.
  ///
  /// Numbers are compared only under the same protocol, data and count of samples. Another model hash is compared, and
  /// said: to see what a quantisation or a kernel does is what the gate is for.
  ///
  /// - Parameters:
  ///   - store: The results to judge.
  ///   - baseline: The numbers to hold them to.
  ///   - absolute: Replaces the file's absolute tolerances.
  ///   - relative: Replaces the file's relative tolerances.
  /// - Returns: What moved, and the exit status.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public static func check(
    _ store: ResultStore, _ baseline: Baseline, absolute: Double? = nil, relative: Double? = nil
  ) throws(ReportError) -> GateResult {
    let now = try Baseline(from: store)
    let current = Dictionary(now.entries.map { ($0.key, $0) }) { first, _ in first }
    var result = GateResult()
    for entry in baseline.entries {
      var tolerance = baseline.tolerances[entry.metric] ?? Tolerance()
      if let absolute { tolerance.absolute = absolute }
      if let relative { tolerance.relative = relative }
      result.add(entry, current[entry.key], tolerance)
    }
    let known = Set(baseline.entries.map(\.key))
    result.added = now.entries.filter { !known.contains($0.key) }.map(\.name)
    return result
  }
}

extension Baseline.Entry {
  init(_ cell: LoadedCell, _ metric: MetricDescription) {
    let aggregate = cell.aggregate(metric)
    self.init(
      model: cell.record.model, method: cell.record.method, task: cell.record.task, settings: cell.record.settings,
      coordinates: cell.place, protocolName: cell.record.protocolName, dataHash: cell.record.dataHash,
      modelHash: cell.record.modelHash, metric: metric.name, higherIsBetter: metric.higherIsBetter,
      value: aggregate.value, low: aggregate.low, high: aggregate.high, n: aggregate.count)
  }
}
