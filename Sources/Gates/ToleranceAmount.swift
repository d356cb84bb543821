public import Evaluation

/// An absolute tolerance for every metric of a store, as a command line writes it.
public enum ToleranceAmount: Hashable, Sendable {
  /// In each metric's own unit.
  case units(Double)
  /// As a share of the metric's range: 0.05 is five points of an accuracy, and of a score from 0 to 100.
  case points(Double)

  /// Reads `0.05` or `5%`; nil for anything else.
  ///
  /// - Parameter text: what was written.
  public init?(parsing text: String) {
    let isShare = text.hasSuffix("%")
    guard let number = Double(isShare ? String(text.dropLast()) : text), number.isFinite, number >= 0 else {
      return nil
    }
    self = isShare ? .points(number / 100) : .units(number)
  }
}

extension MetricDescription {
  /// The difference between the best and the worst number; nil where nothing bounds them.
  private var width: Double? { possibleScores.map { $0.upperBound - $0.lowerBound } }

  private var rangeWords: String {
    guard let range = possibleScores else { return name }
    return "\(name) goes from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
  }

  private static func text(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  /// Why a tolerance would let every number pass, and what to write in its place; nil where it would not.
  ///
  /// - Parameter tolerance: how far the metric may move.
  /// - Returns: for example `accuracy goes from 0 to 1, and 5 allows every change; for 5 points write 0.05`.
  public func idleness(of tolerance: Tolerance) -> String? {
    if let width, tolerance.absolute >= width, width > 0 {
      let written = tolerance.absolute
      // Whoever writes 5 of a share means 5 points of what a report shows in per cent.
      let hint =
        width <= 1 && written <= 100
        ? "for \(Self.text(written)) of 100 points write \(Self.text(written / 100))"
        : "write less than \(Self.text(width))"
      return "\(rangeWords), and \(Self.text(written)) allows every change; \(hint)"
    }
    let canGrow = !higherIsBetter
    if tolerance.relative >= 1, !canGrow, (possibleScores?.lowerBound ?? 0) >= 0 {
      return "\(name) cannot lose more than 100 % of itself, and \(Self.text(100 * tolerance.relative))% allows every "
        + "change; write less, for example 5%"
    }
    return nil
  }

  /// Why a bound can never be met, or always is; nil where it is one.
  ///
  /// - Parameters:
  ///   - minimum: the least that a gate asks for.
  ///   - maximum: the most that it allows.
  /// - Returns: for example `accuracy goes from 0 to 1, and min is 90; for 90 % write 0.9`.
  public func idleness(minimum: Double?, maximum: Double?) -> String? {
    guard let range = possibleScores else { return nil }
    for (key, bound) in [("min", minimum), ("max", maximum)] {
      guard let bound, !range.contains(bound) else { continue }
      let hint =
        range.upperBound <= 1 && bound > 1 && bound <= 100
        ? "; for \(Self.text(bound)) % write \(Self.text(bound / 100))" : ""
      return "\(rangeWords), and \(key) is \(Self.text(bound))\(hint)"
    }
    return nil
  }

  /// The amount in this metric's unit; nil where it is in points and nothing bounds the metric.
  func units(_ amount: ToleranceAmount) -> Double? {
    switch amount {
    case .units(let units): units
    case .points(let share): width.map { share * $0 }
    }
  }
}

extension Baseline {
  /// The tolerance of each metric: the file's, those of the command line in their place.
  ///
  /// - Throws: `GateError.idleTolerance`: one that would let everything pass.
  func tolerances(
    for measurements: [Measurement], _ absolute: ToleranceAmount?, _ relative: Double?
  ) throws(GateError) -> [String: Tolerance] {
    var all = tolerances
    // What an older program stored has no range; what is not in the baseline is not compared.
    let metrics = Dictionary(measurements.map { ($0.metric.name, $0.metric) }) { $0.range == nil ? $1 : $0 }
    for name in Set(entries.map(\.metric)).sorted() {
      var tolerance = tolerances[name] ?? Tolerance()
      if let absolute {
        guard let amount = metrics[name].map({ $0.units(absolute) }) ?? Self.plainUnits(absolute) else {
          throw .idleTolerance(
            "\(name) has no largest number that 100% could be; write an amount in its unit, or a share of each number with --relative"
          )
        }
        tolerance.absolute = amount
      }
      if let relative { tolerance.relative = relative }
      if let problem = metrics[name]?.idleness(of: tolerance) {
        let isOfFile = absolute == nil && relative == nil
        throw .idleTolerance(
          isOfFile
            ? "tolerances.\(name) of the baseline file: \(problem); write a smaller one there, or give --absolute"
            : problem)
      }
      if absolute != nil || relative != nil { all[name] = tolerance }
    }
    return all
  }

  /// What a metric that the store lacks, and of which nothing is compared, is given.
  private static func plainUnits(_ amount: ToleranceAmount) -> Double? {
    switch amount {
    case .units(let units), .points(let units): units
    }
  }
}
