import Evaluation
import Foundation
import Store
import Testing

@testable import se_eval

/// A report stands as it is only while store, program and files are what they were when it was written.
@Suite struct ReportStampTests {
  private static let record = RunRecord(
    name: "stamp", configuration: "{}", configurationHash: "c", environment: ["threads": "1"], warnings: [])

  /// A store with a run, and a folder with a page and a table.
  private func inFolder(_ body: (_ folder: URL, _ report: URL, _ store: ResultStore) throws -> Void) throws {
    try Program.inTemporaryFolder { folder in
      let store = try ResultStore.open(folder.appendingPathComponent("stamp.sqlite").path, mode: .create)
      let run = try store.beginRun(Self.record)
      try store.finishRun(run, status: 0)
      let report = folder.appendingPathComponent("report")
      try FileManager.default.createDirectory(
        at: report.appendingPathComponent("figures"), withIntermediateDirectories: true)
      for name in ["report.html", "cells.csv", "figures/one.svg"] {
        try Data(name.utf8).write(to: report.appendingPathComponent(name))
      }
      try body(folder, report, store)
    }
  }

  @Test("a report that was not written by this store, or of which the page is gone, is not current")
  func unknown() throws {
    try inFolder { _, report, store in
      let stamp = ReportStamp(report.path, of: store)
      #expect(!stamp.isCurrent)
      stamp.remember()
      #expect(stamp.isCurrent)
      try FileManager.default.removeItem(at: report.appendingPathComponent("report.html"))
      #expect(!stamp.isCurrent)
      // Nothing to remember, and nothing that fails.
      stamp.remember()
      #expect(!stamp.isCurrent)
    }
  }

  @Test("what was remembered counts for the next opening of the store, and for another spelling of the folder")
  func persists() throws {
    try inFolder { folder, report, store in
      ReportStamp(report.path, of: store).remember()
      let again = try ResultStore.open(folder.appendingPathComponent("stamp.sqlite").path, mode: .create)
      #expect(ReportStamp(folder.path + "/./figures/../report/", of: again).isCurrent)
    }
  }

  @Test(
    "a file that was changed, added or removed, in any folder of the report, makes it one to write again",
    arguments: ["change", "touch", "add", "remove"])
  func files(what: String) throws {
    try inFolder { _, report, store in
      let stamp = ReportStamp(report.path, of: store)
      stamp.remember()
      let figure = report.appendingPathComponent("figures/one.svg")
      switch what {
      case "change": try Data("another, longer one".utf8).write(to: figure)
      case "touch":
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: figure.path)
      case "add": try Data().write(to: report.appendingPathComponent("figures/two.svg"))
      default: try FileManager.default.removeItem(at: figure)
      }
      #expect(!stamp.isCurrent)
      stamp.remember()
      #expect(stamp.isCurrent)
    }
  }

  @Test(
    "a store with another cell, result, scoring, failure, warning or configuration has another report",
    arguments: ["cell", "result", "scoring", "failure", "warning", "configuration"])
  func store(what: String) throws {
    try inFolder { _, report, store in
      let run = try store.beginRun(Self.record)
      var cell = CellRecord(
        model: "m", contextWindow: 256, modelHash: "h", method: "plain", task: "t", settings: "{}", protocolName: "p",
        protocolNotes: [], dataHash: "", coordinates: Coordinates([.init("length", .integer(64))]),
        metrics: [MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)], sampleCount: 2)
      let id = try store.cell(cell, run: run)
      let scoring = ScoringRecord(
        identity: "s", protocolName: "p", scorerVersion: "1", expected: ["1"], facts: "{}", truncatedTokenCount: 0,
        answer: nil, scores: [Score("accuracy", 1)])
      let evaluation = EvaluationRecord(
        identity: "e", prompt: "p", firstTokens: [1], promptTokenCount: 1, durationSeconds: 1, computedTokenCount: 1)
      let row = try store.append(evaluation, scoring, sampleID: "a", cell: id, run: run)
      let stamp = ReportStamp(report.path, of: store)
      stamp.remember()
      #expect(stamp.isCurrent)
      switch what {
      case "cell":
        cell.method = "other"
        _ = try store.cell(cell, run: run)
      case "result": try store.append(other(evaluation), scoring, sampleID: "b", cell: id, run: run)
      case "scoring":
        let changed = ScoringRecord(
          identity: "s2", protocolName: "p", scorerVersion: "2", expected: ["1"], facts: "{}", truncatedTokenCount: 0,
          answer: nil, scores: [Score("accuracy", 0)])
        try store.rescore([Attachment(evaluation: row, scoring: changed, cell: id, sampleID: "a")])
      case "failure": try store.recordFailure(sampleID: "b", cell: id, run: run, message: "no")
      case "warning": try store.addWarning("look", to: run)
      default:
        var record = Self.record
        record.configurationHash = "d"
        _ = try store.beginRun(record)
      }
      #expect(!stamp.isCurrent)
    }
  }

  private func other(_ record: EvaluationRecord) -> EvaluationRecord {
    var record = record
    record.identity = "e2"
    return record
  }

  @Test("a run that had nothing to do leaves the report as it stands")
  func anotherRun() throws {
    try inFolder { _, report, store in
      let stamp = ReportStamp(report.path, of: store)
      stamp.remember()
      let run = try store.beginRun(Self.record)
      try store.finishRun(run, status: 0)
      #expect(stamp.isCurrent)
    }
  }
}
