import Evaluation
import Metrics
import Text

/// What may be concluded of one model, in words, from the tests of its tables and from nothing else.
struct Conclusion {
  /// Sentences in which code stands in backticks; the first one is over all tasks where there is one.
  private(set) var sentences: [String] = []
  /// Samples that show it: what the reference loses at the longest length and the smallest setting that holds it finds.
  private(set) var example: SampleExample?

  init(_ sections: [Section]) {
    var judged: [(section: Section, grid: Grid, finding: LengthFinding)] = []
    var others: [String] = []
    for section in sections {
      for grid in section.grids {
        if grid.isLength, grid.columns.count > 1, grid.metric != nil {
          if let finding = LengthFinding(section, grid) {
            judged.append((section, grid, finding))
          } else {
            others.append(Self.tooFew(section, grid))
          }
        } else if let sentence = Self.columns(section, grid) {
          others.append(sentence)
        }
      }
    }
    if judged.count > 1, let overall = Self.overall(judged.map(\.finding)) { sentences.append(overall) }
    example = judged.lazy.compactMap(Self.example).first
    for (section, grid, finding) in judged {
      let variant = grid.variant.isEmpty ? "" : " (\(grid.variant))"
      sentences.append("\(section.title)\(variant): " + finding.words)
    }
    sentences += others
    if sentences.isEmpty { sentences = ["Nothing was measured of which a test could say anything."] }
  }

  /// The smallest setting that no table tells from its best at the longest length, over all tables.
  private static func overall(_ findings: [LengthFinding]) -> String? {
    guard let longest = findings.map(\.longest.label).first,
      findings.allSatisfy({ $0.longest.label == longest })
    else { return nil }
    guard var common = findings.first?.holding else { return nil }
    for finding in findings.dropFirst() { common = common.filter(finding.holding.contains) }
    let count = "\(findings.count) tables with enough samples for a test"
    guard let smallest = common.min(by: LengthFinding.isSmaller) else {
      return "At \(longest) no setting holds in all \(count)."
    }
    let rest = common.filter { $0 != smallest }
    return
      "**The smallest setting that holds \(longest) in all \(count) is \(MethodText.code(smallest))**"
      + (rest.isEmpty ? "." : "; nothing distinguishes it from \(MethodText.list(rest)).")
  }

  private static func example(_ section: Section, _ grid: Grid, _ finding: LengthFinding) -> SampleExample? {
    guard let reference = grid.reference, let metric = grid.metric, metric.isPercentage else { return nil }
    let column = finding.longest.column
    guard
      let smallest = finding.holding.filter({ $0 != reference }).min(by: LengthFinding.isSmaller),
      Pairing.difference(grid.cells(smallest, column), grid.cells(reference, column), metric).better > 0
    else { return nil }
    return SampleExample(
      query: SampleQuery(
        model: section.model, entry: section.title, method: reference, other: smallest, isGained: true, axis: grid.axis,
        place: column.value),
      text: "See one that \(MethodText.code(reference)) gets wrong and \(MethodText.code(smallest)) right, "
        + "\(section.title), \(finding.longest.label)")
  }

  /// Why there is no verdict: nothing to compare yet, or too few units for a test.
  private static func tooFew(_ section: Section, _ grid: Grid) -> String {
    let variant = grid.variant.isEmpty ? "" : " (\(grid.variant))"
    let head = "\(section.title)\(variant): no verdict. "
    var units = 0
    var measured: Set<String> = []
    for column in grid.columns {
      for method in grid.methods {
        let count = grid.cells(method, column).aggregate(column.metric).estimate.unitCount
        units = max(units, count)
        if count > 0 { measured.insert(method) }
      }
    }
    if measured.isEmpty || (measured.count == 1 && grid.methods.count > 1) {
      let there = measured.first.map { "Only \(MethodText.code($0)) has results so far" } ?? "There are no results yet"
      return head + there + "; the sweep goes on where it stopped."
    }
    if units >= Statistics.minimumUnitCount {
      return head + "No two methods have \(Statistics.minimumUnitCount) independent units in common for a test."
    }
    let things = "\(units) independent \(units == 1 ? "unit" : "units")"
    return
      head + "A number here rests on at most \(things), and no test over fewer than "
      + "\(Statistics.minimumUnitCount) can say 5 %; the numbers stand below without one."
  }

  /// Datasets and other columns: on how many of them each method differs from the one that all are compared with.
  private static func columns(_ section: Section, _ grid: Grid) -> String? {
    guard let against = grid.againstReference else { return nil }
    let variant = grid.variant.isEmpty ? "" : " (\(grid.variant))"
    var better: [String] = []
    var worse: [String] = []
    var testCount = 0
    for method in grid.methods where method != against.reference {
      var (up, down): ([String], [String]) = ([], [])
      for column in grid.columns {
        guard let entry = against[method, column], let difference = entry.difference.difference else { continue }
        if entry.p != nil { testCount += 1 }
        guard entry.isClear else { continue }
        let name = column.value.isEmpty ? column.metric.name : column.value
        if (difference > 0) == column.metric.higherIsBetter { up.append(name) } else { down.append(name) }
      }
      if !up.isEmpty { better.append("\(MethodText.code(method)) (\(shortened(up)))") }
      if !down.isEmpty { worse.append("\(MethodText.code(method)) (\(shortened(down)))") }
    }
    guard testCount > 0 else { return tooFew(section, grid) }
    let head = "\(section.title)\(variant), against \(MethodText.code(against.reference)): "
    if better.isEmpty, worse.isEmpty {
      return head + "no difference stands after Holm's correction for \(testCount) tests."
    }
    var parts: [String] = []
    if !better.isEmpty { parts.append("better: " + better.joined(separator: ", ")) }
    if !worse.isEmpty { parts.append("worse: " + worse.joined(separator: ", ")) }
    return head + parts.joined(separator: "; ") + "; the rest of \(testCount) tests shows no difference."
  }

  private static func shortened(_ names: [String]) -> String {
    names.count <= 4
      ? names.joined(separator: ", ") : "\(names.prefix(3).joined(separator: ", ")) and \(names.count - 3) more"
  }
}

/// What a table of methods by lengths says: where plain ends, and which settings hold the longest length.
struct LengthFinding {
  struct Length {
    let column: Grid.Column
    let label: String
  }

  let longest: Length
  /// Methods that hold the longest length and that no test tells from the best there.
  let holding: [String]
  let words: String

  /// Nil where no length has two methods with units enough for a test.
  init?(_ section: Section, _ grid: Grid) {
    let distinctions = grid.distinctions
    let columns = grid.columns.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
    func label(_ column: Grid.Column) -> String {
      guard let number = column.number, column.contextWindow > 0 else { return column.value }
      return "\(NumberText.fixed(number / Double(column.contextWindow), 1)) L (\(column.value) tokens)"
    }
    guard let last = columns.last, let first = columns.first, distinctions[last].best != nil || grid.methods.count == 1
    else { return nil }
    longest = Length(column: last, label: label(last))
    func aggregate(_ method: String, _ column: Grid.Column) -> Aggregate? {
      let cells = grid.cells(method, column)
      return cells.isEmpty ? nil : cells.aggregate(column.metric)
    }
    func number(_ method: String, _ column: Grid.Column) -> String {
      guard let aggregate = aggregate(method, column), let value = aggregate.value else { return "no number" }
      let interval = column.metric.text(aggregate.low, aggregate.high, beside: value)
      return "\(column.metric.text(value))\(column.metric.isPercentage ? " %" : "") \(interval)".trimmedEnd
    }
    /// True where the interval does not lie wholly on the worse side of that of the shortest length.
    func holds(_ method: String, _ column: Grid.Column) -> Bool? {
      if column == first { return true }
      guard let here = aggregate(method, column)?.estimate.interval,
        let start = aggregate(method, first)?.estimate.interval
      else { return nil }
      return column.metric.higherIsBetter ? here.high >= start.low : here.low <= start.high
    }
    var parts: [String] = []
    let canDoIt = grid.methods.contains { method in
      guard first.metric.higherIsBetter else { return true }
      return (aggregate(method, first)?.value ?? 0) > 0
    }
    if !canDoIt {
      parts.append("no method solves the task at \(label(first)): there is nothing that a longer length could lose")
    } else if let reference = grid.reference {
      var held: Grid.Column?
      var lost: Grid.Column?
      for column in columns where aggregate(reference, column) != nil {
        guard let isHeld = holds(reference, column) else { break }
        if !isHeld {
          lost = column
          break
        }
        held = column
      }
      if let held, let lost {
        parts.append(
          "\(MethodText.code(reference)) ends at \(label(held)), \(number(reference, held)); at \(label(lost)) it is at "
            + number(reference, lost))
      } else if let held, held == last, distinctions[last].worse.contains(where: { $0.method == reference }) {
        parts.append(
          "\(MethodText.code(reference)) shows no clear fall up to \(label(last)), \(number(reference, last)), but is worse "
            + "there than the best")
      } else if let held, held == last {
        parts.append("\(MethodText.code(reference)) holds every length, \(label(last)) with \(number(reference, last))")
      }
    }
    let found = distinctions[last]
    let alike = found.alike
    let holders = canDoIt ? alike.filter { holds($0, last) == true } : []
    holding = holders
    let bestP = found.tellsApart ? nil : distinctions.bestP(grid, last)
    let blindness = bestP.flatMap { $0 < Distinctions.level ? nil : $0 }
    if let best = found.best, canDoIt {
      if let smallest = holders.min(by: Self.isSmaller) {
        var rest = holders.filter { $0 != smallest }
        parts.append(
          "the smallest setting \(blindness == nil ? "that" : "whose interval") holds \(label(last)) is "
            + "\(MethodText.code(smallest)), \(number(smallest, last))")
        if let blindness {
          if !rest.isEmpty { parts.append("those of \(MethodText.list(rest)) do, too") }
          parts.append(
            "no test can tell methods apart there: too few units for \(distinctions.testCount) tests, whose p is "
              + "\(PValueText.bare(min(1, blindness))) at best (Holm)")
        } else if rest.contains(best), aggregate(best, last)?.value != aggregate(smallest, last)?.value {
          rest.removeAll { $0 == best }
          parts.append(
            "no test tells it from the best there, \(MethodText.code(best)), \(number(best, last))"
              + (rest.isEmpty ? "" : ", nor from \(MethodText.list(rest))"))
        } else if !rest.isEmpty {
          parts.append("nothing distinguishes it from \(MethodText.list(rest))")
        }
        let fallen = alike.filter { holds($0, last) == false && $0 != grid.reference }
        if !fallen.isEmpty {
          parts.append(
            "not told from it, but by \(fallen.count == 1 ? "its interval" : "their intervals") worse than at "
              + "\(label(first)): \(MethodText.list(fallen))")
        }
      } else if aggregate(best, last)?.estimate.interval == nil || aggregate(best, first)?.estimate.interval == nil {
        parts.append("at \(label(last)) the best is \(MethodText.code(best)), \(number(best, last))")
      } else {
        parts.append(
          "no method holds \(label(last)); the best there is \(MethodText.code(best)), \(number(best, last))")
      }
      let worse = found.worse.map(\.method).filter { $0 != grid.reference }
      if !worse.isEmpty { parts.append("worse there: \(MethodText.list(worse))") }
    }
    words = parts.isEmpty ? "nothing differs." : parts.joined(separator: "; ") + "."
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

/// Methods in a sentence.
enum MethodText {
  /// `G=8, W=64` where a method is Self-Extend with nothing else, the spelling else.
  static func short(_ method: String) -> String {
    let parsed = StoredMethod(method)
    guard let pair = parsed.groupAndWindow else { return method }
    let rest = parsed.gridName.dropFirst(parsed.name.count + 1)
    return "G=\(pair.group), W=\(pair.window)" + (rest.isEmpty ? "" : ", \(rest)")
  }

  static func code(_ method: String) -> String { "`\(short(method))`" }

  /// Names in a sentence, settings with the same windows together; many of them are counted.
  static func list(_ methods: [String]) -> String {
    let sorted = joined(methods.sorted(by: LengthFinding.isSmaller))
    guard sorted.count > 1 else { return sorted.first?.text ?? "none" }
    if sorted.count > 6 {
      let left = sorted.dropFirst(4).reduce(0) { $0 + $1.count }
      return sorted.prefix(4).map(\.text).joined(separator: ", ") + " and \(left) more"
    }
    return sorted.dropLast().map(\.text).joined(separator: ", ") + " and " + (sorted.last?.text ?? "")
  }

  /// `G=16 or 32, W=32 or 64` in place of four names: a rectangle of settings is read at once, a list is not.
  private static func joined(_ methods: [String]) -> [(text: String, count: Int)] {
    var blocks: [(groups: [Int], windows: [Int])] = []
    var others: [(text: String, count: Int)] = []
    for method in methods {
      let parsed = StoredMethod(method)
      guard let pair = parsed.groupAndWindow, parsed.gridName == parsed.name else {
        others.append((code(method), 1))
        continue
      }
      if blocks.last?.groups == [pair.group] {
        blocks[blocks.count - 1].windows.append(pair.window)
      } else {
        blocks.append(([pair.group], [pair.window]))
      }
    }
    var merged: [(groups: [Int], windows: [Int])] = []
    for block in blocks {
      if merged.last?.windows == block.windows {
        merged[merged.count - 1].groups += block.groups
      } else {
        merged.append(block)
      }
    }
    let settings = merged.map { block in
      ("`G=\(either(block.groups)), W=\(either(block.windows))`", block.groups.count * block.windows.count)
    }
    // Plain stands before the settings, as everywhere.
    let plain = others.filter { methods.first.map(code) == $0.text }
    return plain + settings + others.dropFirst(plain.count)
  }

  private static func either(_ numbers: [Int]) -> String {
    let texts = numbers.map(String.init)
    return texts.count < 2 ? texts.joined() : texts.dropLast().joined(separator: ", ") + " or " + texts[texts.count - 1]
  }
}

extension String {
  /// Without spaces at the end.
  var trimmedEnd: String {
    var text = self
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
