import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct SweepTests {
  @Test("twenty kills at random moments end with the same report as no kill")
  func crash() throws {
    try Program.inTemporaryFolder { folder in
      let calm = folder.appendingPathComponent("calm")
      let killed = folder.appendingPathComponent("killed")
      for place in [calm, killed] {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      }
      let config = try SmallSweep.write(to: folder, trials: 4)
      #expect(try Program.run(SmallSweep.arguments(config, calm)).status == 0)
      var random = SplitMix64(seed: 20)
      var hits = 0
      for _ in 0..<20 {
        let events = Int.random(in: 0...6, using: &random)
        let process = try Program.start(SmallSweep.arguments(config, killed), in: killed, stoppingAfter: events) {
          kill($0.processIdentifier, SIGKILL)
        }
        if process.terminationReason == .uncaughtSignal { hits += 1 }
      }
      #expect(hits >= 10, "the kills came after the end")
      #expect(try Program.run(SmallSweep.arguments(config, killed)).status == 0)
      let wanted = try SmallSweep.report(calm)
      let got = try SmallSweep.report(killed)
      #expect(wanted.count > 5)
      #expect(Set(wanted.keys) == Set(got.keys))
      for (name, content) in wanted { #expect(got[name] == content, "\(name) differs") }
    }
  }

  @Test("a finished sweep evaluates nothing again, and a report is rebuilt from the store alone")
  func resume() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
      let first = try SmallSweep.report(folder)
      let again = try Program.run(SmallSweep.arguments(config, folder))
      #expect(again.status == 0 && again.errors.contains("0 samples evaluated"))
      try FileManager.default.removeItem(at: folder.appendingPathComponent("report"))
      let database = folder.appendingPathComponent("small.sqlite").path
      let out = folder.appendingPathComponent("report").path
      #expect(try Program.run(["report", database, "--out", out]).status == 0)
      #expect(try SmallSweep.report(folder) == first)
    }
  }

  @Test("Ctrl-C leaves a resumable state and exits with 130")
  func interruption() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 40)
      let process = try Program.start(SmallSweep.arguments(config, folder), in: folder, stoppingAfter: 3) {
        $0.interrupt()
      }
      #expect(process.terminationReason == .exit && process.terminationStatus == 130)
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
    }
  }

  @Test("sweep, report and baseline print JSON, and with --progress json standard error is lines of JSON alone")
  func json() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let database = folder.appendingPathComponent("small.sqlite").path
      let report = folder.appendingPathComponent("report").path
      let sweep = try Program.run([
        "sweep", config, "--db", database, "--report", report, "--progress", "json", "--json",
      ])
      #expect(sweep.status == 0)
      let result = try #require(JSONValue(json: sweep.output))
      #expect(result["status"] == .integer(0) && result["report"] == .string(report))
      #expect(result["done"] == result["samples"] && result["failed"] == .integer(0))
      #expect(result["gates"]?["moved"] == .array([]))
      let events = sweep.errors.split(separator: "\n").map { JSONValue(json: String($0))?["event"] }
      #expect(!events.contains(nil) && events.contains(.string("sample")) && events.contains(.string("message")))
      let again = try Program.run(["report", database, "--out", report, "--format", "csv", "--json"])
      let written = try #require(JSONValue(json: again.output))
      #expect(written["complete"] == .bool(true) && written["folder"] == .string(report))
      let baseline = folder.appendingPathComponent("b.json").path
      let made = try Program.run(["baseline", database, "--out", baseline, "--json"])
      let cells = try String(contentsOfFile: report + "/cells.csv", encoding: .utf8).split(separator: "\n").count - 1
      // One for each cell, and those of cells that are pooled: by length, by task.
      guard case .integer(let entries)? = JSONValue(json: made.output)?["entries"] else {
        Issue.record("no number of entries: \(made.output)")
        return
      }
      #expect(entries > cells)
      let wrong = try Program.run(["sweep", "no.yaml", "--progress", "json"])
      #expect(wrong.status == 2 && JSONValue(json: wrong.errors)?["event"] == .string("error"))
    }
  }

  @Test("the gate passes on equal numbers, exits 3 on worse ones and 2 on another protocol")
  func gate() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
      let database = folder.appendingPathComponent("small.sqlite").path
      let baseline = folder.appendingPathComponent("baseline.json")
      #expect(try Program.run(["baseline", database, "--out", baseline.path, "--relative", "0.1%"]).status == 0)
      #expect(try Program.run(["check", database, "--baseline", baseline.path]).status == 0)
      let text = try String(contentsOf: baseline, encoding: .utf8)
      // Smaller perplexities in the baseline make today's numbers worse.
      let better = text.replacing(#/"value" *: *([2-9])\./#) { "\"value\" : \((Int($0.1) ?? 2) - 1)." }
      #expect(better != text)
      try better.write(to: baseline, atomically: true, encoding: .utf8)
      let moved = try Program.run(["check", database, "--baseline", baseline.path])
      #expect(moved.status == 3 && moved.output.contains("perplexity"))
      try text.replacing("pg19/se-eval-v1", with: "pg19/other").write(to: baseline, atomically: true, encoding: .utf8)
      #expect(try Program.run(["check", database, "--baseline", baseline.path]).status == 2)
    }
  }
}
