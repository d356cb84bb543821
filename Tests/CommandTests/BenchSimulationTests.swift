import JSON
import Testing

@Suite struct BenchSimulationTests {
  private static let bench = ["bench", "--model", "Datasets/demo/model", "--repeat", "1"]

  @Test("a simulation has a row for each number of threads, whose shares add up, and the measured time beside its own")
  func rows() throws {
    let words =
      Self.bench + [
        "--prefill", "64", "--decode", "4", "--threads", "2", "--simulate-threads", "2,7,64", "--memory-rate", "100",
        "--handover", "80",
      ]
    let result = try Program.run(words + ["--json"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let value = try #require(JSONValue(json: String(line)))
      let simulation = try #require(value["simulation"])
      #expect(simulation["handover_nanoseconds"]?.number == 80)
      guard case .array(let rows)? = simulation["rows"] else {
        Issue.record("no rows in \(line)")
        continue
      }
      #expect(rows.map { $0["threads"]?.number } == [2, 7, 64])
      for row in rows {
        let shares = ["even", "serial", "imbalance", "pool"].map { row["\($0)_share"]?.number ?? .nan }
        #expect(abs(shares.reduce(0, +) - 1) < 1e-6 && shares.allSatisfy { $0 >= -1e-9 }, "\(shares)")
        #expect((row["seconds"]?.number ?? 0) > 0)
        #expect((row["measured_seconds"]?.number != nil) == (row["threads"]?.number == 2))
      }
      let isDecoding = value["phase"]?.text == "decode"
      #expect((simulation["memory_tokens_per_second"]?.number != nil) == isDecoding)
    }
    let text = try Program.run(words)
    #expect(text.output.contains("imbalance at 64:") && text.output.contains("handover 80 ns"))
  }

  @Test("numbers of threads that cannot be are refused, and machines described for nothing")
  func refused() throws {
    for bad in ["0", "x", "2,,8", "-4", "1025", ""] {
      let result = try Program.run(Self.bench + ["--simulate-threads", bad])
      #expect(result.status == 2 && result.errors.contains("--simulate-threads"), "\(bad): \(result.errors)")
    }
    for words in [["--memory-rate", "100"], ["--handover", "50"]] {
      let result = try Program.run(Self.bench + words)
      #expect(result.status == 2 && result.errors.contains("--simulate-threads"), "\(words): \(result.errors)")
    }
    for words in [["--compute", "openblas"], ["--device", "opencl"]] {
      let result = try Program.run(Self.bench + ["--simulate-threads", "8"] + words)
      #expect(result.status == 2 && result.errors.contains("thread pool"), "\(words): \(result.errors)")
    }
  }
}
