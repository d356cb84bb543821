public import Gates
import JSON
import Text

extension GateResult {
  /// The result as aligned text: the whole table, what cannot be compared, then the counts.
  public var text: String {
    var parts: [String] = []
    if !worse.isEmpty { parts.append(table("Moved for the worse", worse)) }
    if !notCompared.isEmpty {
      var table = Table(
        id: "", title: "Not comparable", corner: "number", columns: ["reason", "baseline", "store"], isMeasured: false)
      table.rows = notCompared.map { judgement, reason in
        .init(
          label: judgement.name,
          cells: [
            .init(reason.rawValue), .init(judgement.sides?.before ?? ""), .init(judgement.sides?.after ?? ""),
          ])
      }
      parts.append(PlainText.render(table))
    }
    if !improved.isEmpty { parts.append(table("Better", improved)) }
    if !unchanged.isEmpty { parts.append(table("Within tolerance", unchanged)) }
    if !added.isEmpty { parts.append("Not in the baseline:\n" + added.map { "- " + $0 }.joined(separator: "\n")) }
    let models = judgements.count { $0.modelDiffers }
    if models > 0 { parts.append("\(models) numbers are of other weights than the baseline's.") }
    if let unseeded { parts.append(unseeded) }
    parts.append(
      "\(worse.count) worse, \(improved.count) better, \(unchanged.count) within tolerance, "
        + "\(notCompared.count) not comparable, \(added.count) new.")
    return VisibleText.escaped(parts.joined(separator: "\n\n") + "\n")
  }

  /// What a person must know of numbers whose seed the baseline does not say.
  private var unseeded: String? {
    guard unseededCount > 0 else { return nil }
    return
      "\(NumberText.count(unseededCount, "number")) of the baseline without a seed: whether \(unseededCount == 1 ? "it is" : "they are") of the same samples cannot "
      + "be told. Write them down again with `check --accept`."
  }

  /// Every number that was judged, as one table of a report.
  var table: Table { table(of: judgements, title: "Gates") }

  private func table(of judgements: [Judgement], title: String) -> Table {
    var table = Table(
      id: "gates", title: title, corner: "number",
      columns: ["result", "compared with", "now", "change", "allowed", "n"], isMeasured: false)
    // A gate's own limits, where it has any.
    let hasBounds = judgements.contains { !$0.boundWords.isEmpty }
    if hasBounds { table.columns.insert("must be", at: 1) }
    table.rows = judgements.map { judgement in
      .init(
        label: judgement.name,
        cells: [.init(judgement.word)] + (hasBounds ? [.init(judgement.boundWords)] : []) + Self.numbers(judgement))
    }
    return table
  }

  /// Baseline, now, change, allowed and n of a judgement.
  private static func numbers(_ judgement: Judgement) -> [Table.Cell] {
    func text(_ value: Double?) -> Table.Cell { .init(value.map { NumberText.precise($0) } ?? "") }
    let change = judgement.before.flatMap { before in judgement.after.map { $0 == before ? 0 : $0 - before } }
    return [
      text(judgement.before), text(judgement.after),
      .init(change.map { NumberText.signed(NumberText.precise($0)) } ?? ""), text(judgement.allowed),
      .init(judgement.n),
    ]
  }

  /// The result as a page of GitHub-flavoured Markdown: a sentence, what did not pass, and the rest folded below it.
  public func markdown(title: String) -> String {
    var document = Document(title: title)
    document.paragraph(
      "\(worse.count) worse, \(improved.count) better, \(unchanged.count) within tolerance, "
        + "\(notCompared.count) not comparable, \(added.count) new.")
    if let unseeded { document.paragraph(unseeded) }
    let failed = worse + notCompared.map(\.0)
    if !failed.isEmpty { document.table(table(of: failed, title: "Not passed")) }
    let passed = improved + unchanged
    if !passed.isEmpty {
      document.blocks.append(.fold(title: "Passed (\(passed.count))", [.table(table(of: passed, title: "Passed"))]))
    }
    return Markdown.render(document, figureFolder: nil)
  }

  /// The result as JSON with sorted keys.
  public var json: String { JSONValue.text(of: self, .pretty) + "\n" }

  private func table(_ title: String, _ judgements: [Judgement]) -> String {
    var table = Table(
      id: "", title: title, corner: "number", columns: ["baseline", "store", "change", "allowed", "n"],
      isMeasured: false)
    table.rows = judgements.map { .init(label: $0.name, cells: Self.numbers($0)) }
    return PlainText.render(table)
  }
}

extension Judgement {
  /// What a gate of bounds asks for: `at least 0.9`; empty without bounds.
  public var boundWords: String {
    [minimum.map { "at least \(Self.text($0))" }, maximum.map { "at most \(Self.text($0))" }].compactMap { $0 }
      .joined(separator: ", ")
  }

  private static func text(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }

  /// The verdict in a word or two.
  public var word: String {
    switch verdict {
    case .passed: return "passed"
    case .improved: return "better"
    case .worse: return "FAILED"
    case .notCompared(let reason):
      let parts = sides.map { [$0.before, $0.after].filter { !$0.isEmpty } } ?? []
      return "not judged (\(([reason.rawValue] + parts).joined(separator: ": ")))"
    }
  }
}
