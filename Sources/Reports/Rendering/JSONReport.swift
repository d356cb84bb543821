import Evaluation
import Gates
import JSON
import Store

/// The report for programs: every table's numbers, every cell, every gap.
struct JSONReport: Encodable {
  struct Number: Encodable {
    let text: String
    let value: Double?
    let low: Double?
    let high: Double?
    let n: Int?
    let planned: Int?
    let detail: String
    let best: Bool
    let incomplete: Bool
  }
  struct Row: Encodable {
    let label: String
    let cells: [Number]
  }
  struct TableReport: Encodable {
    let id: String
    let title: String
    let corner: String
    let columns: [String]
    let rows: [Row]
    let note: String?
    let of: [String: String]
  }
  struct CellReport: Encodable {
    let model: String
    let contextWindow: Int
    let modelHash: String
    let method: String
    let task: String
    let entry: String
    let settings: String
    let protocolName: String
    let protocolNotes: [String]
    let dataHash: String
    let coordinates: [String: String]
    let planned: Int
    let stored: Int
    let failures: [String: String]
    let metrics: [MetricReport]
  }
  struct MetricReport: Encodable {
    let name: String
    let aggregation: String
    let higherIsBetter: Bool
    let value: Double?
    let low: Double?
    let high: Double?
    let n: Int
    let unscored: Int
  }

  let format = "se-eval report 1"
  let name: String
  let complete: Bool
  let configuration: JSONValue
  let configurationHash: String
  let environment: [String: String]
  let warnings: [String]
  /// The sentences of the first screen.
  let verdict: [String]
  let gates: GateResult?
  let tables: [TableReport]
  let figures: [String]
  let cells: [CellReport]

  init(_ document: Document, _ evaluations: Evaluations, _ gates: [Judgement]) {
    name = document.title
    verdict = document.flattened.flatMap { block -> [String] in
      if case .verdict(let sentences) = block { sentences.map(PlainText.stripped) } else { [] }
    }
    self.gates = gates.isEmpty ? nil : GateResult(gates)
    let run = evaluations.run
    configuration = run.flatMap { JSONValue(json: $0.configuration) } ?? .null
    configurationHash = run?.configurationHash ?? ""
    environment = evaluations.environment
    warnings = run?.warnings ?? []
    tables = document.tables.map { table in
      TableReport(
        id: table.id, title: table.title, corner: table.corner,
        columns: table.columns.indices.map { table.qualifiedHeading($0) },
        rows: table.rows.map { row in
          Row(
            label: row.label,
            cells: row.cells.map {
              Number(
                text: $0.text, value: $0.value, low: $0.low, high: $0.high, n: $0.count, planned: $0.expected,
                detail: $0.detail, best: $0.isBest, incomplete: $0.isGap)
            })
        }, note: table.note, of: table.coordinates)
    }
    figures = document.figures.map(\.id)
    cells = evaluations.cells.map(CellReport.init)
    complete = evaluations.isComplete
  }
}

extension JSONReport {
  /// The file's text; settings stand in it as what they are.
  var text: String { JSONValue.text(of: self, .pretty, unfolding: ["settings"]) + "\n" }
}

extension JSONReport.CellReport {
  init(_ cell: LoadedCell) {
    let record = cell.record
    model = record.model
    contextWindow = record.contextWindow
    modelHash = record.modelHash
    method = record.method
    task = record.task
    entry = cell.entry
    settings = record.settings
    protocolName = record.protocolName
    protocolNotes = record.protocolNotes
    dataHash = record.dataHash
    coordinates = Dictionary(record.coordinates.map { ($0.name, $0.text) }) { first, _ in first }
    planned = record.sampleCount
    stored = cell.samples.count
    failures = Dictionary(cell.failures.map { ($0.sampleID, $0.message) }) { first, _ in first }
    metrics = record.metrics.map { metric in
      let aggregate = cell.aggregate(metric)
      return JSONReport.MetricReport(
        name: metric.name, aggregation: metric.aggregation.rawValue, higherIsBetter: metric.higherIsBetter,
        value: aggregate.value, low: aggregate.low, high: aggregate.high, n: aggregate.count,
        unscored: aggregate.unscored)
    }
  }
}
