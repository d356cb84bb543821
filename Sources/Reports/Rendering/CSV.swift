import Evaluation
import JSON
import Store
import Text

/// Comma-separated values (RFC 4180, lines end in a newline); numbers in full precision.
///
/// A text that a spreadsheet would compute has a `'` before it, and control characters are written as `\u{1b}`.
struct CSV {
  private(set) var text = ""

  /// Lines without a header.
  private init() {}

  init(_ header: [String]) { add(header) }

  mutating func add(_ fields: [String]) { add(spelled: Self.spelled(fields)) }

  /// Adds a line from parts that are spelled already.
  mutating func add(spelled parts: String...) {
    for (index, part) in parts.enumerated() {
      if index > 0 { text += "," }
      text += part
    }
    text += "\n"
  }

  /// Fields of a line, quoted where it is needed: for those that many lines have.
  static func spelled(_ fields: [String]) -> String {
    var text = ""
    for (index, field) in fields.enumerated() {
      if index > 0 { text += "," }
      text += isPlain(field) ? field : quoted(field)
    }
    return text
  }

  /// True for a text of which nothing has to be looked at twice: printable ASCII without what quoting is about.
  private static func isPlain(_ field: String) -> Bool {
    var isFirst = true
    for byte in field.utf8 {
      guard byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: ","), byte != UInt8(ascii: "\"") else { return false }
      if isFirst,
        byte == UInt8(ascii: "=") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "@")
      {
        return false
      }
      isFirst = false
    }
    return true
  }

  /// What was written since the last time, without the last line's end.
  mutating func takeLine() -> String {
    defer { text = "" }
    return String(text.dropLast())
  }

  private static func quoted(_ field: String) -> String {
    let text = (isFormula(field) ? "'" : "") + VisibleText.escaped(field)
    let needsQuotes = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
    guard needsQuotes else { return text }
    var quoted = "\""
    // By scalars: a quote with a combining mark is another character, and a quote all the same to a reader.
    for scalar in text.unicodeScalars { quoted += scalar == "\"" ? "\"\"" : String(scalar) }
    return quoted + "\""
  }

  /// True where a spreadsheet would compute the text; a number is none, and a sign alone is none.
  private static func isFormula(_ field: String) -> Bool {
    guard let first = field.unicodeScalars.first, "=+-@\t".unicodeScalars.contains(first) else { return false }
    return field.unicodeScalars.count > 1 && Double(field) == nil
  }

  static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}

extension CSV {
  /// One table: for measured columns the value, its interval and its count.
  static func render(_ table: Table) -> String {
    let suffixes = table.isMeasured ? ["", " low", " high", " n"] : [""]
    var csv = CSV(
      [table.corner] + table.columns.indices.flatMap { column in suffixes.map { table.qualifiedHeading(column) + $0 } })
    for row in table.rows {
      let fields = row.cells.flatMap { cell in
        table.isMeasured
          ? [number(cell.value), number(cell.low), number(cell.high), cell.count.map { "\($0)" } ?? ""] : [cell.text]
      }
      csv.add([row.label] + fields)
    }
    return csv.text
  }

  /// One row for each cell and metric.
  static func cells(_ evaluations: Evaluations) -> String {
    let axes = axes(evaluations)
    var csv = CSV(
      cellHeader + axes + [
        "metric", "aggregation", "higher_is_better", "value", "low", "high", "n", "unscored", "failed", "missing",
        "planned", "truncated", "ended_by_eos", "ended_by_limit", "ended_by_stop", "empty",
      ] + parameterHeader)
    for cell in evaluations.cells {
      let counts = AnswerCounts([cell])
      for metric in cell.record.metrics {
        let aggregate = cell.aggregate(metric)
        csv.add(
          cellFields(cell, axes) + [
            metric.name, metric.aggregation.rawValue, "\(metric.higherIsBetter)", number(aggregate.value),
            number(aggregate.low), number(aggregate.high), "\(aggregate.count)",
            "\(aggregate.unscored)", "\(aggregate.failed)", "\(aggregate.missing)", "\(aggregate.expected)",
            "\(counts.truncated)", "\(counts.endedByEOS)", "\(counts.endedByLimit)", "\(counts.endedByStop)",
            "\(counts.empty)",
          ] + parameters(cell))
      }
    }
    return csv.text
  }

  /// One row for each sample and score, with everything known of the sample but its prompt and its times.
  static func samples(_ evaluations: Evaluations) -> String {
    let axes = axes(evaluations)
    var known: Set<String> = []
    for sample in evaluations.cells.lazy.flatMap(\.samples) { known.formUnion(sample.facts.keys) }
    let facts = known.sorted()
    let csv = CSV(
      cellHeader + axes + ["sample", "identity", "prompt_tokens", "truncated_tokens", "first_tokens"]
        + facts.map { "fact_\($0)" } + [
          "expected", "output", "finish_reason", "metric", "value", "unscored", "failure",
        ] + parameterHeader)
    let parts = Concurrently.map(evaluations.cells.count) { samples(evaluations.cells[$0], axes, facts) }
    return csv.text + parts.joined()
  }

  /// The rows of one cell.
  private static func samples(_ cell: LoadedCell, _ axes: [String], _ facts: [String]) -> String {
    var csv = CSV()
    let (start, end) = (spelled(cellFields(cell, axes)), spelled(parameters(cell)))
    for sample in cell.samples {
      let result = sample.result
      let known = spelled(
        [
          result.sampleID, result.identity, "\(result.promptTokenCount)", "\(result.truncatedTokenCount)",
          result.firstTokens.map(String.init).joined(separator: " "),
        ] + facts.map { sample.facts[$0]?.plain ?? "" } + [
          JSONValue.text(of: result.expected, .compact), result.output ?? "", result.finishReason?.rawValue ?? "",
        ])
      for score in result.scores {
        csv.add(spelled: start, known, spelled([score.metric, number(score.value), score.unscored ?? "", ""]), end)
      }
      if result.scores.isEmpty {
        csv.add(spelled: start, known, spelled(["", "", "the task gave no score", ""]), end)
      }
    }
    for failure in cell.failures {
      let empty = [String](repeating: "", count: 4 + facts.count + 3 + 3)
      csv.add(spelled: start, spelled([failure.sampleID] + empty + [failure.message]), end)
    }
    return csv.text
  }

  /// Wall time and computed tokens of each cell: the part of a report that differs from run to run.
  static func timing(_ evaluations: Evaluations) -> String {
    let axes = axes(evaluations)
    var csv = CSV(
      cellHeader + axes + ["samples", "seconds", "prompt_tokens", "computed_tokens", "computed_tokens_per_second"])
    for cell in evaluations.cells {
      let results = cell.samples.map(\.result)
      let seconds = results.reduce(0) { $0 + $1.durationSeconds }
      let computed = results.reduce(0) { $0 + $1.computedTokenCount }
      csv.add(
        cellFields(cell, axes) + [
          "\(results.count)", NumberText.fixed(seconds, 3), "\(results.reduce(0) { $0 + $1.promptTokenCount })",
          "\(computed)", seconds > 0 ? NumberText.fixed(Double(computed) / seconds, 2) : "",
        ])
    }
    return csv.text
  }

  private static let cellHeader = [
    "model", "context_window", "model_sha256", "method", "task", "settings", "protocol", "data_sha256",
  ]

  /// The parameters of Self-Extend apart and the entry's own name, after all other columns.
  private static let parameterHeader = ["group_size", "neighbor_window", "entry"]

  private static func parameters(_ cell: LoadedCell) -> [String] {
    let pair = StoredMethod(cell.record.method).groupAndWindow
    return [
      pair.map { "\($0.group)" } ?? "", pair.map { "\($0.window)" } ?? "",
      TaskEntries.name(in: cell.record.settings) ?? "",
    ]
  }

  private static func cellFields(_ cell: LoadedCell, _ axes: [String]) -> [String] {
    let record = cell.record
    return [
      record.model, "\(record.contextWindow)", record.modelHash, record.method, record.task, record.settings,
      record.protocolName, record.dataHash,
    ] + axes.map { cell.coordinate($0) ?? "" }
  }

  /// The coordinates of any cell, sorted.
  private static func axes(_ evaluations: Evaluations) -> [String] {
    Set(evaluations.cells.flatMap { $0.record.coordinates.map(\.name) }).sorted()
  }
}
