import Evaluation
import JSON
import Store
import Text

/// Comma-separated values (RFC 4180, lines end in a newline); numbers in full precision.
///
/// A text that a spreadsheet would compute has a `'` before it, and control characters are written as `\u{1b}`.
struct CSV {
  /// In UTF-8: bytes take a field with less work than a text does.
  private(set) var bytes: [UInt8] = []
  var text: String { String(decoding: bytes, as: UTF8.self) }
  private var isAtStart = true

  /// Lines without a header.
  private init() {}

  init(_ header: [String]) { add(header) }

  mutating func add(_ fields: [String]) {
    for field in fields { add(field) }
    endLine()
  }

  /// Adds a field to the line that is being written.
  private mutating func add(_ field: String) {
    separate()
    let start = bytes.count
    bytes.append(contentsOf: field.utf8)
    guard !Self.isPlain(bytes[start...]) else { return }
    bytes.removeLast(bytes.count - start)
    bytes.append(contentsOf: Self.quoted(field).utf8)
  }

  /// Adds fields that are spelled already, with commas between them.
  private mutating func add(spelled fields: ArraySlice<UInt8>) {
    separate()
    bytes.append(contentsOf: fields)
  }

  private mutating func separate() {
    if !isAtStart { bytes.append(UInt8(ascii: ",")) }
    isAtStart = false
  }

  private mutating func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    isAtStart = true
  }

  /// Fields of a line, quoted where it is needed: for those that many lines have.
  private static func spelled(_ fields: [String]) -> ArraySlice<UInt8> {
    var csv = CSV()
    csv.add(fields)
    return csv.bytes.dropLast()
  }

  /// True for a text of which nothing has to be looked at twice: printable ASCII without what quoting is about.
  private static func isPlain(_ field: ArraySlice<UInt8>) -> Bool {
    switch field.first {
    case UInt8(ascii: "=")?, UInt8(ascii: "+")?, UInt8(ascii: "-")?, UInt8(ascii: "@")?: return false
    default:
      return field.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") }
    }
  }

  /// What was written since the last time, without the last line's end.
  mutating func takeLine() -> String {
    defer { bytes = [] }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
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
      [table.corner]
        + table.columns.indices.flatMap { column in
          // Values are in full precision and unscaled: a share from 0 to 1 where the page says per cent.
          suffixes.map {
            let heading = table.qualifiedHeading(column)
            return (table.isMeasured ? heading.replacing("(%)", with: "(share)") : heading) + $0
          }
        })
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
            "\(aggregate.unscored)", "\(aggregate.failed)", "\(aggregate.absent)", "\(aggregate.expected)",
            "\(counts.truncated)", "\(counts.endedByEOS)", "\(counts.endedByLimit)", "\(counts.endedByStop)",
            "\(counts.empty)",
          ] + parameters(cell))
      }
    }
    return csv.text
  }

  /// One row for each sample and score, with everything known of the sample but its prompt and its times.
  static func samples(_ evaluations: Evaluations) -> [UInt8] {
    let axes = axes(evaluations)
    let facts = factNames(evaluations)
    let csv = CSV(
      cellHeader + axes + ["sample", "identity", "prompt_tokens", "truncated_tokens", "first_tokens"]
        + facts.map { "fact_\($0)" } + [
          "expected", "output", "finish_reason", "metric", "value", "unscored", "failure",
        ] + parameterHeader)
    let parts = Concurrently.map(evaluations.cells.count) { samples(evaluations.cells[$0], axes, facts) }
    var bytes = csv.bytes
    bytes.reserveCapacity(parts.reduce(bytes.count) { $0 + $1.count })
    for part in parts { bytes += part }
    return bytes
  }

  /// The names of the facts of any sample, sorted.
  private static func factNames(_ evaluations: Evaluations) -> [String] {
    var known: Set<String> = []
    var former: SampleFacts?
    for cell in evaluations.cells {
      for sample in cell.samples {
        let facts = sample.facts
        defer { former = facts }
        // Mostly the names are those of the sample before.
        if let former, former === facts || former.members.elementsEqual(facts.members, by: { $0.key == $1.key }) {
          continue
        }
        known.formUnion(facts.members.lazy.map(\.key))
      }
    }
    return known.sorted()
  }

  /// The rows of one cell.
  private static func samples(_ cell: LoadedCell, _ axes: [String], _ facts: [String]) -> [UInt8] {
    var csv = CSV()
    let (start, end) = (spelled(cellFields(cell, axes)), spelled(parameters(cell)))
    for sample in cell.samples {
      let line = csv.bytes.count
      csv.add(spelled: start)
      csv.add(sample, facts)
      // What all scores of a sample have before them.
      let known = sample.result.scores.count > 1 ? Array(csv.bytes[line...]) : []
      for (index, score) in sample.result.scores.enumerated() {
        if index > 0 { csv.add(spelled: known[...]) }
        csv.add(score.metric)
        csv.add(number(score.value))
        csv.add(score.unscored ?? "")
        csv.add("")
        csv.add(spelled: end)
        csv.endLine()
      }
      if sample.result.scores.isEmpty {
        csv.add("")
        csv.add("")
        csv.add("the task gave no score")
        csv.add("")
        csv.add(spelled: end)
        csv.endLine()
      }
    }
    for failure in cell.failures {
      let empty = [String](repeating: "", count: 4 + facts.count + 3 + 3)
      csv.add(spelled: start)
      csv.add(spelled: spelled([failure.sampleID] + empty + [failure.message]))
      csv.add(spelled: end)
      csv.endLine()
    }
    return csv.bytes
  }

  /// Adds what stands before the scores of a sample.
  private mutating func add(_ sample: LoadedSample, _ facts: [String]) {
    let result = sample.result
    add(result.sampleID)
    add(result.identity)
    add("\(result.promptTokenCount)")
    add("\(result.truncatedTokenCount)")
    add(result.firstTokens.map(String.init).joined(separator: " "))
    for fact in facts { add(sample.facts[fact]?.plain ?? "") }
    add(JSONValue.array(result.expected.map { .string($0) }).written(.compact))
    add(result.output ?? "")
    add(result.finishReason?.rawValue ?? "")
  }

  /// Wall time and computed tokens of each cell: the part of a report that differs from run to run.
  static func timing(_ evaluations: Evaluations) -> String {
    let axes = axes(evaluations)
    var csv = CSV(
      cellHeader + axes + ["samples", "seconds", "prompt_tokens", "computed_tokens", "computed_tokens_per_second"]
        + parameterHeader)
    for cell in evaluations.cells {
      let seconds = cell.samples.reduce(0) { $0 + $1.result.durationSeconds }
      let computed = cell.samples.reduce(0) { $0 + $1.result.computedTokenCount }
      csv.add(
        cellFields(cell, axes) + [
          "\(cell.samples.count)", NumberText.fixed(seconds, 3),
          "\(cell.samples.reduce(0) { $0 + $1.result.promptTokenCount })",
          "\(computed)", seconds > 0 ? NumberText.fixed(Double(computed) / seconds, 2) : "",
        ] + parameters(cell))
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
      cell.entry,
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
