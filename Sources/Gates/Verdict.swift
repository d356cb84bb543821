public import Text

/// How a number stands to the one that it is compared with.
public enum Verdict: Hashable, Sendable {
  /// Within the tolerance.
  case passed
  /// Better by more than the tolerance.
  case improved
  /// Worse by more than the tolerance, beyond a bound, or no number at all where there was one.
  case worse
  /// Not compared, and why: the reason decides the exit status.
  case notCompared(Reason)

  /// Why a number is not compared.
  public enum Reason: String, Hashable, Sendable, Encodable {
    /// Another protocol or another version of it.
    case protocolDiffers = "protocol differs"
    /// Other data.
    case dataDiffers = "data differ"
    /// Samples that another seed made.
    case seedDiffers = "seed differs"
    /// A complete run of other samples, more or fewer.
    case samplesDiffer = "samples differ"
    /// There is no such cell.
    case missing = "missing"
    /// Samples of the cell are missing, failed or without a score.
    case incomplete = "incomplete"
  }

  /// The one comparison.
  ///
  /// - Parameters:
  ///   - after: the number to judge.
  ///   - before: the number that it is compared with.
  ///   - higherIsBetter: the direction of what is worse.
  ///   - tolerance: how far it may move.
  /// - Returns: the verdict; infinite numbers are equal to each other, and what is no number is worse.
  static func comparing(
    _ after: Double, with before: Double, higherIsBetter: Bool, tolerance: Tolerance
  ) -> Verdict {
    if after == before { return .passed }
    let change = higherIsBetter ? before - after : after - before
    guard !change.isNaN else { return .worse }
    var allowed = before.isFinite ? tolerance.allowance(of: before) : 0
    // Without a tolerance nothing may move at all.
    if allowed > 0 { allowed += Tolerance.rounding(before, after) }
    return change > allowed ? .worse : -change > allowed ? .improved : .passed
  }
}

/// One number that was judged.
public struct Judgement: Hashable, Sendable {
  /// Model, method, task, coordinates and metric.
  public let name: String
  /// The number that it is compared with; nil where there is none.
  public var before: Double?
  /// The number.
  public var after: Double?
  /// How far it may move for the worse.
  public var allowed: Double?
  /// The least that it may be, whatever it is compared with.
  public var minimum: Double?
  /// The most that it may be.
  public var maximum: Double?
  /// Which gate of a configuration asked, from 0; nil for a baseline's number.
  public var gate: Int?
  /// Scored samples.
  public var n = 0
  /// True when weights, tokenizer or hyperparameters are not those of the number that it is compared with.
  public var modelDiffers = false
  /// The verdict.
  public let verdict: Verdict
  /// Both sides of what keeps numbers from being compared, for a person.
  public var sides: (before: String, after: String)?

  /// A judgement.
  public init(name: String, verdict: Verdict) {
    self.name = name
    self.verdict = verdict
  }

  /// Equality of everything.
  public static func == (a: Judgement, b: Judgement) -> Bool {
    a.name == b.name && a.before == b.before && a.after == b.after && a.allowed == b.allowed && a.n == b.n
      && a.modelDiffers == b.modelDiffers && a.verdict == b.verdict && a.sides?.before == b.sides?.before
      && a.minimum == b.minimum && a.maximum == b.maximum && a.gate == b.gate
      && a.sides?.after == b.sides?.after
  }

  /// Hashes name and verdict.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(verdict)
  }
}

/// What a store did against a baseline, or a sweep against its gates.
public struct GateResult: Hashable, Sendable {
  /// Every number, in order.
  public var judgements: [Judgement]
  /// Numbers of the store that the baseline does not have.
  public var added: [String] = []
  /// Numbers that were compared though the baseline, one of an older program, does not say of which seed they are.
  public var unseededCount = 0

  /// A result.
  public init(_ judgements: [Judgement] = []) { self.judgements = judgements }

  /// Worse beyond the tolerance.
  public var worse: [Judgement] { judgements.filter { $0.verdict == .worse } }
  /// Better by more than the tolerance.
  public var improved: [Judgement] { judgements.filter { $0.verdict == .improved } }
  /// Within the tolerance.
  public var unchanged: [Judgement] { judgements.filter { $0.verdict == .passed } }
  /// Not compared, and why.
  public var notCompared: [(judgement: Judgement, reason: Verdict.Reason)] {
    judgements.compactMap { judgement in
      if case .notCompared(let reason) = judgement.verdict { (judgement, reason) } else { nil }
    }
  }

  /// The gates of a configuration: how many there are, failed, and could not be judged; all 0 for a baseline.
  ///
  /// A gate is judged over many numbers, and fails by one.
  public var gateCounts: (all: Int, failed: Int, open: Int) {
    func gates(_ judgements: [Judgement]) -> Set<Int> { Set(judgements.compactMap(\.gate)) }
    let failed = gates(worse)
    return (gates(judgements).count, failed.count, gates(notCompared.map(\.judgement)).subtracting(failed).count)
  }

  /// That of the gate when something is worse; else usage when protocol, data or samples differ, cells are missing, or
  /// nothing could be compared; else incomplete when a cell is; nil for a pass.
  public var fault: Fault? {
    if !worse.isEmpty { return .gateFailed }
    let reasons = notCompared.map(\.reason)
    if reasons.contains(where: { $0 != .incomplete }) { return .usage }
    if !reasons.isEmpty { return .incomplete }
    return judgements.isEmpty ? .usage : nil
  }
}

extension GateResult: Encodable {
  private enum CodingKeys: String, CodingKey { case moved, improved, unchanged, incomparable, added, unseeded }
  private struct Change: Encodable {
    let name: String
    let before: Double?
    let after: Double?
    let allowed: Double?
    let min: Double?
    let max: Double?
    let gate: Int?
    let n: Int
    let modelDiffers: Bool

    init(_ judgement: Judgement) {
      (name, before, after) = (judgement.name, judgement.before, judgement.after)
      (allowed, n, modelDiffers) = (judgement.allowed, judgement.n, judgement.modelDiffers)
      (min, max, gate) = (judgement.minimum, judgement.maximum, judgement.gate)
    }
  }
  private struct Incomparable: Encodable {
    let name: String
    let reason: Verdict.Reason
    let before: String
    let after: String
    let gate: Int?
  }

  /// Writes `moved`, `improved`, `unchanged`, `incomparable` and `added`, and `unseeded` where there are any.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(worse.map(Change.init), forKey: .moved)
    try container.encode(improved.map(Change.init), forKey: .improved)
    try container.encode(unchanged.map(Change.init), forKey: .unchanged)
    try container.encode(
      notCompared.map { judgement, reason in
        Incomparable(
          name: judgement.name, reason: reason, before: judgement.sides?.before ?? "",
          after: judgement.sides?.after ?? "", gate: judgement.gate)
      }, forKey: .incomparable)
    try container.encode(added, forKey: .added)
    if unseededCount > 0 { try container.encode(unseededCount, forKey: .unseeded) }
  }
}
