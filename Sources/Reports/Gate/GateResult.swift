import Evaluation
import JSON
public import Text

/// What a store did against a baseline.
public struct GateResult: Hashable, Sendable, Encodable {
  /// A number in both.
  public struct Change: Hashable, Sendable, Encodable {
    /// Model, method, task, coordinates and metric.
    public let name: String
    /// The baseline's value.
    public let before: Double
    /// The store's value.
    public let after: Double
    /// How far it may move for the worse.
    public let allowed: Double
    /// Scored samples.
    public let n: Int
    /// True when weights, tokenizer or hyperparameters are not the baseline's.
    public let modelDiffers: Bool
  }

  /// A number of the baseline that cannot be compared.
  public struct Incomparable: Hashable, Sendable, Encodable {
    /// Why not.
    public enum Reason: String, Hashable, Sendable, Encodable {
      /// Another protocol or another version of it.
      case protocolDiffers = "protocol differs"
      /// Other data.
      case dataDiffers = "data differ"
      /// More samples than in the baseline.
      case samplesDiffer = "samples differ"
      /// The store lacks the cell, or some of its samples.
      case missing = "missing or incomplete"
    }
    /// Model, method, task, coordinates and metric.
    public let name: String
    /// Why not.
    public let reason: Reason
    /// The baseline's side.
    public let before: String
    /// The store's side.
    public let after: String
  }

  /// Worse beyond the tolerance.
  public internal(set) var moved: [Change] = []
  /// Better by more than the tolerance.
  public internal(set) var improved: [Change] = []
  /// Within the tolerance.
  public internal(set) var unchanged: [Change] = []
  /// Not compared.
  public internal(set) var incomparable: [Incomparable] = []
  /// Numbers of the store that the baseline does not have.
  public internal(set) var added: [String] = []

  /// That of the gate when something moved for the worse; else of usage when protocol, data or samples differ, or
  /// nothing could be compared; else incomplete when cells or samples are missing; nil for a pass.
  public var fault: Fault? {
    if !moved.isEmpty { return .gateFailed }
    if incomparable.contains(where: { $0.reason != .missing }) { return .usage }
    if !incomparable.isEmpty { return .incomplete }
    return improved.isEmpty && unchanged.isEmpty ? .usage : nil
  }

  mutating func add(_ old: Baseline.Entry, _ new: Baseline.Entry?, _ tolerance: Baseline.Tolerance) {
    guard let new else { return skip(old, .missing, "n=\(old.n)", "no such cell") }
    if old.protocolName != new.protocolName { return skip(old, .protocolDiffers, old.protocolName, new.protocolName) }
    if old.dataHash != new.dataHash { return skip(old, .dataDiffers, old.dataHash, new.dataHash) }
    guard let before = old.value, let after = new.value, old.n == new.n else {
      // Neither side has a number: nothing to compare, and nothing lost.
      if old.value == nil, new.value == nil { return }
      return skip(old, new.n < old.n ? .missing : .samplesDiffer, "n=\(old.n)", "n=\(new.n)")
    }
    let change = Change(
      name: old.name, before: before, after: after, allowed: tolerance.allowance(before), n: new.n,
      modelDiffers: old.modelHash != new.modelHash)
    let worse = old.higherIsBetter ? before - after : after - before
    if worse > change.allowed {
      moved.append(change)
    } else if -worse > change.allowed {
      improved.append(change)
    } else {
      unchanged.append(change)
    }
  }

  private mutating func skip(
    _ entry: Baseline.Entry, _ reason: Incomparable.Reason, _ before: String, _ after: String
  ) {
    incomparable.append(Incomparable(name: entry.name, reason: reason, before: before, after: after))
  }

  /// The result as aligned text: what moved first, then what cannot be compared, then the counts.
  public var text: String {
    var parts: [String] = []
    if !moved.isEmpty { parts.append(table("Moved for the worse", moved)) }
    if !incomparable.isEmpty {
      var table = Table(
        id: "", title: "Not comparable", corner: "number", columns: ["reason", "baseline", "store"], isMeasured: false)
      table.rows = incomparable.map {
        .init(label: $0.name, cells: [.init($0.reason.rawValue), .init($0.before), .init($0.after)])
      }
      parts.append(PlainText.render(table))
    }
    if !improved.isEmpty { parts.append(table("Better", improved)) }
    if !added.isEmpty { parts.append("Not in the baseline:\n" + added.map { "- " + $0 }.joined(separator: "\n")) }
    let models = (moved + improved + unchanged).filter(\.modelDiffers).count
    if models > 0 { parts.append("\(models) numbers are of other weights than the baseline's.") }
    parts.append(
      "\(moved.count) worse, \(improved.count) better, \(unchanged.count) within tolerance, "
        + "\(incomparable.count) not comparable, \(added.count) new.")
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The result as JSON with sorted keys.
  public var json: String { JSONValue.text(of: self, .pretty) + "\n" }

  private func table(_ title: String, _ changes: [Change]) -> String {
    var table = Table(
      id: "", title: title, corner: "number", columns: ["baseline", "store", "change", "allowed", "n"],
      isMeasured: false)
    table.rows = changes.map { change in
      let numbers = [change.before, change.after].map { NumberText.precise($0) }
      let moved = NumberText.signed(NumberText.precise(change.after - change.before))
      return .init(
        label: change.name,
        cells: [
          .init(numbers[0]), .init(numbers[1]), .init(moved), .init(NumberText.precise(change.allowed)),
          .init(change.n),
        ])
    }
    return PlainText.render(table)
  }
}
