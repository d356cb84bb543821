import Evaluation
import Foundation
import Store
import Tasks
import TestSupport
import Testing

@testable import Reports

@Suite struct ExportTests {
  private let synthetic: SyntheticStore
  private let folder: TemporaryFolder

  init() throws {
    synthetic = try .complete()
    folder = try TemporaryFolder()
  }

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  private func object(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  private var sampleCount: Int {
    get throws {
      try synthetic.store.currentCells().reduce(0) {
        $0 + (try synthetic.store.results(in: $1.id, withPrompts: false, withLogProbabilities: false).count)
      }
    }
  }

  @Test("jsonl has one object for each sample, with its place, output and scores")
  func jsonLines() throws {
    let path = folder.file("new/out.jsonl")
    let summary = try Exporter(synthetic.store, withPrompts: true).write(.jsonl, to: path)
    let rows = try lines(path).map { try object($0) }
    #expect(rows.count == (try sampleCount))
    #expect(summary == ExportSummary(files: [path], sampleCount: rows.count, notes: []))
    let passkey = try #require(rows.first { $0["task"] as? String == "passkey" })
    #expect((passkey["coordinates"] as? [String: Any])?["depth"] != nil)
    #expect((passkey["scores"] as? [String: Double])?["accuracy"] != nil)
    #expect(passkey["prompt"] is String)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("new")) == ["out.jsonl"])
  }

  @Test("csv has one row for each sample and one column for each axis and metric")
  func table() throws {
    let path = folder.file("out.csv")
    let summary = try Exporter(synthetic.store).write(.csv, to: path)
    let header = try #require(try lines(path).first).split(separator: ",").map(String.init)
    #expect(Array(header.prefix(3)) == ["model", "method", "task"])
    #expect(header.contains("length") && header.contains("depth") && header.contains("score_accuracy"))
    #expect(summary.sampleCount == (try sampleCount))
  }

  @Test("lm-eval's folders hold a file of samples for each cell, and the means of all")
  func harness() throws {
    let summary = try Exporter(synthetic.store).write(.lmEval, to: folder.path)
    let results = try #require(summary.files.first { $0.contains("/Tiny-1K__plain/results_") })
    let all = try object(try lines(results).joined())
    let numbers = try #require(all["results"] as? [String: [String: Any]])
    let task = try #require(numbers.keys.first { $0.hasPrefix("passkey_length-512") })
    let samples = try #require(summary.files.first { $0.contains("/Tiny-1K__plain/samples_\(task)_") })
    let rows = try lines(samples).map { try object($0) }
    let mean = rows.compactMap { $0["accuracy"] as? Double }.reduce(0, +) / Double(rows.count)
    #expect(numbers[task]?["accuracy,none"] as? Double == mean)
    #expect(numbers[task]?["accuracy_stderr,none"] != nil)
    for key in ["doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "doc_hash", "prompt_hash"] {
      #expect(rows[0][key] != nil, "\(key)")
    }
    for key in ["configs", "versions", "n-shot", "n-samples", "config", "date"] { #expect(all[key] != nil, "\(key)") }
    #expect(summary.sampleCount == (try sampleCount))
  }

  @Test(
    "LongBench's predictions have its four keys; classes come from the data, and without them a dataset is left out")
  func longBench() throws {
    let store = try ResultStore.open(folder.file("l.sqlite"), mode: .create)
    let run = try store.beginRun(
      RunRecord(name: "l", configuration: "{}", configurationHash: "h", environment: [:], warnings: []))
    let metric = MetricDescription(name: "score", aggregation: .mean, higherIsBetter: true)
    for (dataset, extra) in [("trec", #","classes":"x""#), ("qasper", "")] {
      let record = SyntheticStore.record(
        "longbench", "self-extend:G=8,W=256", [("dataset", dataset)], metric: metric, count: 1)
      let cell = try store.cell(record, run: run)
      try store.append(
        EvaluationRecord(
          identity: dataset, prompt: "p", firstTokens: [1], promptTokenCount: 1, output: "an answer", outputTokens: [2],
          finishReason: .length, durationSeconds: 1, computedTokenCount: 1),
        ScoringRecord(
          identity: "s", protocolName: "longbench/v1", scorerVersion: "1", expected: ["a", "b"],
          facts: #"{"dataset":"\#(dataset)","length":4321\#(extra)}"#, truncatedTokenCount: 0, answer: nil,
          scores: [Score("score", 50)]), sampleID: "0", cell: cell, run: run)
    }
    let tasks = TaskReports([(LongBench.name, LongBench.report)])
    let with = try Exporter(store, tasks: tasks) { $0 == "trec" ? ["one", "two"] : nil }.write(
      .longBench, to: folder.path)
    let base = folder.file("pred/Tiny-1K-self-extend-G-8-W-256/")
    #expect(with.files == [base + "qasper.jsonl", base + "trec.jsonl"])
    let row = try object(try lines(base + "trec.jsonl")[0])
    #expect(row["pred"] as? String == "an answer" && row["answers"] as? [String] == ["a", "b"])
    #expect(row["all_classes"] as? [String] == ["one", "two"] && row["length"] as? Int == 4321)
    let without = try Exporter(store, tasks: tasks).write(.longBench, to: folder.path)
    #expect(without.files.map { $0.hasSuffix("qasper.jsonl") } == [true])
    #expect(without.notes.first?.hasPrefix("trec: its scorer needs the dataset's classes") == true)
  }

  @Test("a file that cannot be written is an error, and nothing half is left")
  func unwritable() throws {
    #expect(throws: ReportError.self) { try Exporter(synthetic.store).write(.jsonl, to: "/proc/no/such.jsonl") }
  }
}
