import Evaluation
import Metrics
import Text

/// What a table of methods by lengths says: where plain ends, and which settings hold the longest length.
///
/// A method *holds* a length where its interval does not lie wholly on the worse side of its interval at the shortest
/// length, no test tells it from the best there, a test could have told it, and its number is not the worst that there is.
struct LengthFinding {
  struct Length {
    let column: Grid.Column
    let label: String
  }

  /// What is known of a method at a length.
  private enum State: Equatable {
    case holds
    /// Neither fallen nor shown to hold: no interval, or no test that could tell.
    case unknown
    case fallen(Fall)
  }
  private enum Fall: Equatable {
    /// Its interval lies wholly on the worse side of that at the shortest length.
    case interval
    /// The test tells it from the best.
    case test(best: String, p: Double)
    /// 0 % and the like.
    case worst
  }

  let longest: Length
  /// Methods that hold the longest length.
  let holding: [String]
  /// Methods that no test tells from the best at the longest length and whose numbers have not fallen: those that hold it,
  /// and where no test can tell, those of which nothing is known.
  let unfallen: [String]
  /// True where no test can tell methods apart at the longest length.
  let isBlind: Bool
  let words: String

  /// Nil where the longest length has no two methods with units enough for a test.
  init?(_ section: Section, _ grid: Grid) {
    let distinctions = grid.distinctions
    let columns = grid.columns.sorted { ($0.number ?? 0) < ($1.number ?? 0) }.map { column in
      guard let number = column.number, column.contextWindow > 0 else {
        return Length(column: column, label: column.value)
      }
      let windows = NumberText.fixed(number / Double(column.contextWindow), 1)
      return Length(column: column, label: "\(windows) L (\(column.value) tokens)")
    }
    guard let last = columns.last, let first = columns.first,
      distinctions[last.column].best != nil || grid.methods.count == 1
    else { return nil }
    longest = last
    let reader = Reader(grid: grid, distinctions: distinctions, first: first)
    isBlind = distinctions.isBlind(grid, last.column)
    let found = distinctions[last.column]
    let canDoIt = grid.methods.contains { method in
      guard first.column.metric.higherIsBetter else { return true }
      return (reader.aggregate(method, first.column)?.value ?? 0) > 0
    }
    let states = found.alike.map { (method: $0, state: reader.state($0, last.column)) }
    holding = canDoIt ? states.filter { $0.state == .holds }.map(\.method) : []
    unfallen = canDoIt ? states.filter { [.holds, .unknown].contains($0.state) }.map(\.method) : []
    var parts: [String] = []
    if !canDoIt {
      parts.append("no method solves the task at \(first.label): there is nothing that a longer length could lose")
    } else {
      if let reference = grid.reference, let end = Self.end(of: reference, columns, reader) { parts.append(end) }
      if let best = found.best {
        parts +=
          isBlind
          ? Self.blind(best, unfallen, last, reader)
          : Self.verdict(best, holding, states.filter { $0.state == .fallen(.interval) }.map(\.method), last, reader)
      }
      let worse = found.worse.map(\.method).filter { $0 != grid.reference }
      if !worse.isEmpty { parts.append("worse there: \(MethodText.list(worse))") }
    }
    words = parts.isEmpty ? "nothing differs." : parts.joined(separator: "; ") + "."
  }

  /// The numbers of a grid, and what they say of a method at a length.
  private struct Reader {
    let grid: Grid
    let distinctions: Distinctions
    let first: Length

    func aggregate(_ method: String, _ column: Grid.Column) -> Aggregate? {
      let cells = grid.cells(method, column)
      return cells.isEmpty ? nil : cells.aggregate(column.metric)
    }

    func text(_ aggregate: Aggregate?, _ metric: MetricDescription) -> String {
      guard let aggregate, let value = aggregate.value else { return "no number" }
      let interval = metric.text(aggregate.low, aggregate.high, beside: value)
      return "\(metric.text(value))\(metric.isPercentage ? " %" : "") \(interval)".trimmedEnd
    }

    func number(_ method: String, _ column: Grid.Column) -> String {
      text(aggregate(method, column), column.metric)
    }

    /// The shortest length holds by itself, unless the test says that another method is better there.
    func state(_ method: String, _ column: Grid.Column) -> State {
      let found = distinctions[column]
      if let best = found.best, let p = found.worse.first(where: { $0.method == method })?.p {
        return .fallen(.test(best: best, p: p))
      }
      guard let here = aggregate(method, column), let value = here.value else { return .unknown }
      if column.metric.higherIsBetter ? value <= 0 : !value.isFinite { return .fallen(.worst) }
      if column == first.column { return .holds }
      guard let interval = here.estimate.interval, let start = aggregate(method, first.column)?.estimate.interval else {
        return .unknown
      }
      let isWorse = column.metric.higherIsBetter ? interval.high < start.low : interval.low > start.high
      if isWorse { return .fallen(.interval) }
      return found.alike.contains(method) && !distinctions.isBlind(grid, column) ? .holds : .unknown
    }
  }

  // MARK: Words

  /// Where the reference ends, by the same rule as all that holds; nil where nothing can be said.
  private static func end(of reference: String, _ columns: [Length], _ reader: Reader) -> String? {
    let name = MethodText.code(reference)
    let measured = columns.filter { reader.aggregate(reference, $0.column)?.value != nil }
    guard let last = measured.last, last.column == columns.last?.column || measured.count > 1 else { return nil }
    let states = measured.map { reader.state(reference, $0.column) }
    func isFallen(_ state: State) -> Bool { if case .fallen = state { true } else { false } }
    func number(_ length: Length) -> String { reader.number(reference, length.column) }
    guard let fall = states.firstIndex(where: isFallen) else {
      if states.allSatisfy({ $0 == .holds }), last.column == columns.last?.column {
        return "\(name) holds every length, \(last.label) with \(number(last))"
      }
      return
        "\(name) shows no clear fall up to \(last.label), \(number(last)), and no test shows that it holds every length"
    }
    var why = ""
    if case .fallen(.test(let best, let p)) = states[fall] {
      let column = measured[fall].column
      why = ", worse than \(MethodText.code(best)), \(reader.number(best, column)) (\(PValueText.text(p)))"
    }
    let lost = "at \(measured[fall].label) it is at \(number(measured[fall]))\(why)"
    guard fall > 0 else {
      return "\(name) does not hold even the shortest length: \(lost)"
    }
    // What lies between the last length that it is known to hold and the first one that it does not.
    let held = measured[states[..<fall].lastIndex(of: .holds) ?? 0]
    let isNext = states[..<fall].allSatisfy { $0 == .holds }
    return "\(name) ends \(isNext ? "at" : "somewhere after") \(held.label), \(number(held)); \(lost)"
  }

  /// The longest length where a test can tell methods apart.
  private static func verdict(
    _ best: String, _ holding: [String], _ fallen: [String], _ last: Length, _ reader: Reader
  ) -> [String] {
    let top = reader.number(best, last.column)
    guard let smallest = holding.min(by: isSmaller) else {
      let hasIntervals =
        reader.aggregate(best, last.column)?.estimate.interval != nil
        && reader.aggregate(best, reader.first.column)?.estimate.interval != nil
      return [
        hasIntervals
          ? "no method holds \(last.label); the best there is \(MethodText.code(best)), \(top)"
          : "at \(last.label) the best is \(MethodText.code(best)), \(top)"
      ]
    }
    var parts = [
      "the smallest setting that holds \(last.label) is \(MethodText.code(smallest)), \(reader.number(smallest, last.column))"
    ]
    // Each method was tested against the best, and no two others against each other.
    let rest = holding.filter { $0 != best }
    if smallest != best {
      parts.append(
        "the best there is \(MethodText.code(best)), \(top), and no test tells it from \(MethodText.list(rest))")
    } else if !rest.isEmpty {
      parts.append("nothing distinguishes it from \(MethodText.list(rest))")
    }
    if let weak = DepthFinding(smallest, reader.grid, last.column)?.words { parts.append(weak) }
    let others = fallen.filter { $0 != reader.grid.reference }
    if !others.isEmpty {
      parts.append(
        "not told from the best, but by \(others.count == 1 ? "its interval" : "their intervals") worse than at "
          + "\(reader.first.label): \(MethodText.list(others))")
    }
    return parts
  }

  /// The longest length where no test can tell methods apart: the best number, and nothing that holds.
  private static func blind(_ best: String, _ unfallen: [String], _ last: Length, _ reader: Reader) -> [String] {
    let tests = reader.distinctions.testCount
    let p = reader.distinctions.bestP(reader.grid, last.column)
    let reason =
      p.map {
        ": too few units for \(NumberText.count(tests, "test")), whose p is \(PValueText.bare(min(1, $0))) at best (Holm)"
      } ?? ""
    var parts = [
      "no verdict at \(last.label), for no test can tell methods apart there\(reason)",
      "the best number there is that of \(MethodText.code(best)), \(reader.number(best, last.column))",
    ]
    if !unfallen.isEmpty {
      parts.append("without a clear fall from \(reader.first.label): \(MethodText.list(unfallen))")
    }
    return parts
  }

  /// Smaller group sizes first, then smaller windows; plain before all.
  static func isSmaller(_ a: String, _ b: String) -> Bool {
    let (x, y) = (StoredMethod(a), StoredMethod(b))
    if x.isPlain != y.isPlain { return x.isPlain }
    switch (x.groupAndWindow, y.groupAndWindow) {
    case (let p?, let q?): return (p.group, p.window) < (q.group, q.window)
    case (.some, nil): return true
    case (nil, .some): return false
    case (nil, nil): return StoredMethod.isBefore(a, b)
    }
  }
}

/// The depths at which a method is clearly worse than at the others, which a number over all depths hides.
struct DepthFinding {
  let words: String

  /// Nil where no depth, and no third of them, has an interval wholly on the worse side of that of the others together.
  init?(_ method: String, _ grid: Grid, _ column: Grid.Column) {
    let depths = grid.depths
    guard depths.count > 1 else { return nil }
    let (cells, metric) = (grid.cells(method, column), column.metric)
    func aggregate(_ group: ArraySlice<String>, isInside: Bool) -> Aggregate {
      cells.filter { group.contains($0.coordinate(Grid.depth) ?? "") == isInside }.aggregate(metric)
    }
    let third = (depths.count + 2) / 3
    let thirds =
      depths.count < 6
      ? [] : stride(from: 0, to: depths.count, by: third).map { depths[$0..<min($0 + third, depths.count)] }
    for groups in [depths.indices.map { depths[$0...$0] }, thirds] {
      let found = groups.compactMap { group -> (group: ArraySlice<String>, own: Aggregate, rest: Aggregate)? in
        let (own, rest) = (aggregate(group, isInside: true), aggregate(group, isInside: false))
        guard let low = own.estimate.interval, let high = rest.estimate.interval,
          metric.higherIsBetter ? low.high < high.low : low.low > high.high
        else { return nil }
        return (group, own, rest)
      }
      let worst = found.min {
        let (a, b) = ($0.own.value ?? 0, $1.own.value ?? 0)
        return metric.higherIsBetter ? a < b : a > b
      }
      guard let worst, let start = worst.group.first, let end = worst.group.last else { continue }
      func text(_ aggregate: Aggregate) -> String {
        guard let value = aggregate.value else { return "no number" }
        return "\(metric.text(value))\(metric.isPercentage ? " %" : "") "
          + metric.text(aggregate.low, aggregate.high, beside: value).trimmedEnd
      }
      let place =
        start == end
        ? "depth \(ReportBuilder.depthLabel(start))"
        : "depths \(ReportBuilder.depthLabel(start)) to \(ReportBuilder.depthLabel(end))"
      words =
        "\(MethodText.code(method)) is clearly worse at \(place), \(text(worst.own)), than at the others, \(text(worst.rest))"
      return
    }
    return nil
  }
}
