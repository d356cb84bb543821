import Evaluation
import Foundation
import Gates
import JSON
import Reports

@testable import Metrics
@testable import Store
@testable import Sweeps
@testable import Tasks

/// Configurations, datasets, archives.
extension FuzzTarget {
  /// A configuration.
  static func yaml(_ bytes: [UInt8]) {
    _ = try? Configuration.read(bytes, file: "/configuration.yaml", taskTypes: TaskRegistry.types, environment: [:])
  }

  /// Rows: read as each benchmark reads them, and as predictions.
  static func jsonl(_ bytes: [UInt8]) {
    let choices = MultipleChoiceRow.Fields(question: "question", choices: "choices", answer: "answer", more: ["a.b"])
    let decoder: RowFile<Int>.Decoder = { fields throws(RowFieldProblem) in
      _ = try? LongBenchRow(fields)
      _ = try? LEvalRow(fields)
      _ = try? MultiDocumentRow.read(fields)
      return try MultipleChoiceRow.read(fields, choices).right.count
    }
    if let file = try? RowFile(write(bytes, "rows.jsonl"), need: "rows", decode: decoder) {
      _ = try? file.entries()
      _ = file.warnings
    }
    for row in PredictionFile(path: "predictions.jsonl", bytes: bytes).rows {
      // What is read can be written, and read again as the same.
      let text = row.value.spelling
      let again = try? JSONReader.value(of: Array(text.utf8), rules: .python)
      precondition(again != nil, "written JSON cannot be read: \(text)")
    }
  }

  /// A zip archive, and the same bytes as a gzip file.
  static func zip(_ bytes: [UInt8]) {
    _ = try? Archive.gunzip(bytes, limit: 1 << 20)
    guard let entries = try? Archive.entries(bytes) else { return }
    for entry in entries.prefix(64) { _ = try? Archive.bytes(of: entry, in: bytes) }
  }
}

/// Baselines and stores.
extension FuzzTarget {
  /// A baseline: read, written, read again.
  static func baseline(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self),
      let baseline = try? Baseline(json: text, path: "baseline.json")
    else { return }
    precondition((try? Baseline(json: baseline.json, path: "again.json")) != nil, "a written baseline cannot be read")
    if let emptyStore { _ = try? baseline.check(emptyStore) }
  }

  private static let emptyStore = try? ResultStore.open("\(folder)/empty.sqlite", mode: .create)

  /// A store: read as `report` and `samples` read it, then opened for writing, which migrates an old one; examined,
  /// reported in every format, its methods compared, scored again; some are recovered, and are whole then.
  static func sqlite(_ bytes: [UInt8]) {
    let path = write(bytes, "store.sqlite")
    defer { for end in ["-wal", "-shm", "-journal"] { unlink(path + end) } }
    if bytes.reduce(0, { $0 &+ Int($1) }) & 7 == 0 { recover(path) }
    read(try? ResultStore.open(path, mode: .readOnly, options: patience))
    let store = try? ResultStore.open(path, mode: .existing, options: patience)
    read(store)
    if let store {
      report(store)
      rescore(store)
    }
  }

  /// What is left of a damaged store has no damage.
  private static func recover(_ path: String) {
    let target = "\(folder)/recovered.sqlite"
    defer { for end in ["", "-wal", "-shm", "-journal"] { unlink(target + end) } }
    guard (try? StoreDoctor.recover(path, into: target)) != nil else { return }
    let findings = (try? StoreDoctor.examine(target)) ?? [StoreFinding(severity: .damage, text: "it cannot be opened")]
    let damage = findings.filter { $0.severity == .damage }.map(\.text)
    precondition(damage.isEmpty, "a recovered store is damaged: \(damage)")
  }

  /// Scores again as `rescore` does, and reads what it wrote.
  private static func rescore(_ store: ResultStore) {
    guard let run = try? store.latestRun(),
      let tasks = try? Configuration.tasks(
        ofResolved: run.record.configuration, store: store.path, taskTypes: TaskRegistry.types, environment: [:]),
      let rescorer = try? Rescorer(store, tasks: tasks)
    else { return }
    guard (try? rescorer.run()) != nil else { return }
    read(store)
  }

  /// Everything that people read of a store.
  private static func report(_ store: ResultStore) {
    _ = try? StoreDoctor.examine(store.path)
    let tasks = TaskReports(TaskRegistry.types.map { ($0.name, $0.report) })
    guard let cells = try? store.currentCells(), !cells.isEmpty,
      let writer = try? ReportWriter(store: store, name: "fuzz", tasks: tasks, conventions: "sliding-16,llamacpp")
    else { return }
    _ = try? writer.summary(width: 100)
    _ = try? writer.verdict()
    _ = try? writer.conventionText()
    _ = try? writer.write(to: "\(folder)/report", formats: Set(ReportFormat.allCases))
    _ = try? writer.writeCards(to: "\(folder)/report", formats: [.markdown])
    let methods = Set(cells.map(\.record.method)).sorted()
    guard let first = methods.first, let last = methods.last,
      let comparison = try? Comparison(store, first, last, tasks: tasks)
    else { return }
    _ = comparison.text(flipLimit: 8)
    precondition((try? JSONReader.value(of: Array(comparison.json.utf8))) != nil, "a comparison that is no JSON")
  }

  private static let patience = ResultStore.Options(busyTimeoutSeconds: 0)

  private static func read(_ store: ResultStore?) {
    guard let store else { return }
    _ = try? store.runs()
    _ = try? store.failures()
    _ = try? store.heartbeats()
    _ = try? store.evaluationIDs()
    _ = try? store.resultIdentities()
    _ = try? Measurement.all(in: store)
    guard let cells = try? store.currentCells() else { return }
    for cell in cells.prefix(8) {
      _ = try? store.samples(in: cell.id, withPrompts: true, withLogProbabilities: true)
    }
  }

  /// What a store's columns hold, compressed prompts and arrays; the first byte says how long the text is.
  static func columns(_ bytes: [UInt8]) {
    _ = Columns.integers(bytes)
    _ = Columns.plainTexts(bytes)
    guard let count = bytes.first else { return }
    let text = LZ.decompress(Array(bytes.dropFirst()), byteCount: Int(count))
    precondition(text == nil || text?.count == Int(count), "another length than asked for")
    precondition(LZ.decompress(LZ.compress(bytes), byteCount: bytes.count) == bytes, "compression loses something")
  }
}
