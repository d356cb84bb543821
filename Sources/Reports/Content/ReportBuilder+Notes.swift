import Evaluation
import JSON
import Metrics
import Store
import Text

extension ReportBuilder {
  /// Every sample that has no score, cell by cell: nothing is dropped in silence.
  mutating func addGaps() {
    let incomplete = evaluations.cells.filter { cell in
      cell.samples.count < cell.wantedCount || !cell.failures.isEmpty || cell.unscoredCount > 0
    }
    if let limit = evaluations.sampleLimit {
      document.paragraph(
        "The last run was limited to \(NumberText.count(limit, "sample")) a cell (`--limit`); what it left out is not "
          + "missing.")
    }
    guard !incomplete.isEmpty else {
      let which = evaluations.sampleLimit == nil ? "planned sample" : "sample within that limit"
      document.paragraph("None: every \(which) is stored and scored.")
      return
    }
    var table = Table(
      id: slugs.slug(["gaps"]), title: "Cells that are not complete", corner: "cell",
      columns: ["planned", "stored", "unscored", "failed", "missing"], isMeasured: false)
    var details: [String] = []
    for cell in incomplete {
      table.rows.append(
        .init(
          label: cell.name,
          cells: [
            cell.record.sampleCount, cell.samples.count, cell.unscoredCount, cell.failures.count, cell.missingCount,
          ].map { Table.Cell($0) }))
      for failure in cell.failures {
        details.append("`\(cell.name)`, sample `\(failure.sampleID)` failed: \(failure.message)")
      }
      guard let metric = cell.record.metrics.first else { continue }
      for sample in cell.samples
      where sample.contribution(metric) == nil {
        let score = sample.result.scores.first { $0.metric == metric.name }
        let reason =
          score?.unscored ?? "there is no score named \(metric.isPerplexity ? PerplexityParts.sum : metric.name)"
        details.append("`\(cell.name)`, sample `\(sample.result.sampleID)` unscored: \(reason)")
      }
    }
    document.table(table)
    document.bullets(details)
  }

  /// What the protocols say of themselves, deviations from an official one included.
  mutating func addProtocols() {
    var notes: [String: [String: [String]]] = [:]
    for cell in evaluations.cells {
      var known = notes[cell.record.protocolName]?[cell.entry] ?? []
      for note in cell.record.protocolNotes where !known.contains(note) { known.append(note) }
      notes[cell.record.protocolName, default: [:]][cell.entry] = known
    }
    // Entries of which the same is said stand together.
    for name in notes.keys.sorted(by: NaturalOrder.isBefore) {
      let ways = Dictionary(grouping: notes[name] ?? [:], by: \.value)
      let groups = ways.map { said, entries in
        (entries: entries.map(\.key).sorted(by: NaturalOrder.isBefore), notes: said)
      }
      for (entries, notes) in groups.sorted(by: { NaturalOrder.isBefore($0.entries[0], $1.entries[0]) }) {
        document.paragraph("`\(name)` (\(entries.joined(separator: ", "))):")
        document.bullets(notes.isEmpty ? ["No notes."] : notes)
      }
    }
  }

  /// Models, data, machine and versions.
  mutating func addProvenance() {
    var models = Table(
      id: slugs.slug(["models"]), title: "Models", corner: "model",
      columns: ["context window L", "SHA-256 of weights, tokenizer and hyperparameters"], isMeasured: false)
    for model in evaluations.names(\.model) {
      let records = evaluations.cells.map(\.record).filter { $0.model == model }
      for hash in Set(records.map(\.modelHash)).sorted() {
        let window = records.first { $0.modelHash == hash }?.contextWindow ?? 0
        models.rows.append(.init(label: model, cells: [.init(window), .init(hash)]))
      }
    }
    document.table(models)
    addData()
    let environment = evaluations.environment
    guard !environment.isEmpty else { return }
    var table = Table(
      id: slugs.slug(["environment"]), title: "Machine and versions", corner: "name", columns: ["value"],
      isMeasured: false)
    for name in environment.keys.sorted() {
      table.rows.append(.init(label: name, cells: [.init(environment[name] ?? "")]))
    }
    document.table(table)
  }

  private mutating func addData() {
    var table = Table(
      id: slugs.slug(["data"]), title: "Tasks and data", corner: "task",
      columns: ["protocol", "metric", "SHA-256 of the data"], isMeasured: false)
    var rows: Set<[String]> = []
    for cell in evaluations.cells {
      let record = cell.record
      let metrics = record.metrics.map(\.name).joined(separator: ", ")
      let hash = record.dataHash.isEmpty ? "generated" : record.dataHash
      let row = [cell.entry, record.protocolName, metrics, hash]
      guard rows.insert(row).inserted else { continue }
      table.rows.append(.init(label: row[0], cells: row.dropFirst().map { .init($0) }))
    }
    table.rows.sort { a, b in
      let (x, y) = ([a.label] + a.cells.map(\.text), [b.label] + b.cells.map(\.text))
      return x.lexicographicallyPrecedes(y, by: NaturalOrder.isBefore)
    }
    document.table(table)
  }

  /// How to make these numbers again.
  mutating func addConfiguration() {
    guard let run = evaluations.run else {
      document.paragraph("The store holds no run: no configuration is known.")
      return
    }
    document.paragraph(
      "Save the resolved configuration below as `\(run.name).yaml` (JSON is YAML) and run "
        + "`se-eval sweep \(run.name).yaml`. SHA-256 of the configuration: `\(run.configurationHash)`.")
    let pretty = JSONValue(json: run.configuration)?.written(.pretty) ?? run.configuration
    document.blocks.append(.collapsed(summary: "Resolved configuration", text: pretty))
  }
}
