import Foundation
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
      let config = try SmallSweep.write(to: folder)
      #expect(try Program.run(SmallSweep.arguments(config, calm)).status == 0)
      var random = SplitMix64(seed: 20)
      for _ in 0..<20 {
        let process = try Program.start(SmallSweep.arguments(config, killed), in: killed)
        Thread.sleep(forTimeInterval: Double.random(in: 0.01...0.35, using: &random))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
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
      let process = try Program.start(SmallSweep.arguments(config, folder), in: folder)
      Thread.sleep(forTimeInterval: 0.5)
      process.interrupt()
      process.waitUntilExit()
      #expect(process.terminationStatus == 130)
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
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
