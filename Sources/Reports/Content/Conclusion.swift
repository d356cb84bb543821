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
    if judged.count > 1, let overall = Self.overall(judged) { sentences.append(overall) }
    example = judged.lazy.compactMap(Self.example).first
    for (section, grid, finding) in judged {
      let variant = grid.variant.isEmpty ? "" : " (\(grid.variant))"
      let depths = grid.depths.count > 1 ? ", over all \(grid.depths.count) depths" : ""
      sentences.append("\(section.title)\(variant)\(depths): " + finding.words)
    }
    sentences += others
    if sentences.isEmpty { sentences = ["Nothing was measured of which a test could say anything."] }
  }

  /// The smallest setting that no table tells from its best at the longest length, over all tables in which a test can
  /// tell anything there; the others neither carry nor spoil what it says.
  private static func overall(_ all: [(section: Section, grid: Grid, finding: LengthFinding)]) -> String? {
    // A method alone has nothing to be told from, however many samples there are.
    let judged = all.filter { $0.grid.methods.count > 1 }
    guard judged.count > 1 || judged.count == all.count else { return nil }
    guard let longest = judged.first?.finding.longest.label,
      judged.allSatisfy({ $0.finding.longest.label == longest })
    else { return nil }
    let telling = judged.filter { !$0.finding.isBlind }
    guard let first = telling.first else {
      return
        "**No setting can be said to hold \(longest)**: in none of the \(judged.count) tables can a test tell methods "
        + "apart there; the samples are too few."
    }
    var common = first.finding.holding
    for other in telling.dropFirst() { common = common.filter(other.finding.holding.contains) }
    let blind = judged.filter(\.finding.isBlind).map(\.section.title)
    let tables =
      blind.isEmpty
      ? "all \(judged.count) tables"
      : telling.count == 1 ? first.section.title : "\(telling.count) of \(judged.count) tables"
    let depths = telling.contains { $0.grid.depths.count > 1 } ? ", over all depths," : ""
    let rest =
      blind.isEmpty ? "" : " No test can tell methods apart there in \(blind.joined(separator: ", ")): too few samples."
    guard let smallest = common.min(by: LengthFinding.isSmaller) else {
      return "At \(longest) no setting holds in \(tables)." + rest
    }
    let others = common.filter { $0 != smallest }
    return
      "**The smallest setting that holds \(longest)\(depths) in \(tables) is \(MethodText.code(smallest))**"
      + (others.isEmpty ? "." : "; so \(others.count == 1 ? "does" : "do") \(MethodText.list(others)).") + rest
  }

  private static func example(_ section: Section, _ grid: Grid, _ finding: LengthFinding) -> SampleExample? {
    guard let reference = grid.reference, let metric = grid.metric, metric.isPercentage else { return nil }
    let column = finding.longest.column
    guard
      let smallest = finding.unfallen.filter({ $0 != reference }).min(by: LengthFinding.isSmaller),
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
