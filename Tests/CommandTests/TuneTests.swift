import Foundation
import JSON
import Testing

@Suite struct TuneTests {
  private static let arguments = [
    "tune", "Datasets/demo/model", "--target", "1024", "--context", "256", "--text", "Datasets/demo/stories",
    "--groups",
    "8,16", "--windows", "32,128", "--trials", "2", "--depths", "2", "--progress", "none",
  ]

  @Test("tune finds G and W, writes its surface, and does nothing twice")
  func tune() throws {
    try Program.inTemporaryFolder { folder in
      let out = folder.appendingPathComponent("out")
      let places = ["--db", folder.appendingPathComponent("tune.sqlite").path, "--out", out.path]
      let first = try Program.run(Self.arguments + places)
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output.hasPrefix("chosen for 1024 tokens: self-extend:G="))
      #expect(first.output.contains("the empirical rule chooses"))
      #expect(first.errors.contains("rung 1 of 2") && first.errors.contains("rung 2 of 2"))
      func file(_ name: String) throws -> String {
        try String(contentsOf: out.appendingPathComponent(name), encoding: .utf8)
      }
      let report = try file("report.md")
      #expect(report.contains("(chosen)") && report.contains("surface.svg"))
      #expect(try file("surface.svg").contains("perplexity, 2 per cell"))
      let again = try Program.run(Self.arguments + places + ["--json"])
      #expect(again.status == 0)
      #expect(try file("report.md") == report && again.output == file("tuning.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
      #expect((json["points"] as? [Any])?.count == 4 && json["targetLength"] as? Int == 1024)
      // Four keys and two windows tell nothing apart: every other pair is named, those that fell with what they fell on.
      let alike = try #require(json["alike"] as? [String])
      let undecided = try #require(json["undecided"] as? [[String: Any]])
      let fallen = undecided.flatMap { $0["pairs"] as? [String] ?? [] }
      #expect(Set(alike + fallen).count == 3 && !fallen.isEmpty)
      #expect(first.output.contains("undecided: these fell after rung 1 on 2 keys and "))
    }
  }

  @Test("what planning warns of is stored once, however many rungs there are")
  func warnings() throws {
    try Program.inTemporaryFolder { folder in
      let store = folder.appendingPathComponent("tune.sqlite").path
      let out = folder.appendingPathComponent("out").path
      let tuned = try Program.run([
        "tune", "Datasets/demo/model", "--target", "512", "--context", "256", "--text", "Datasets/demo/stories",
        "--groups", "8,16", "--windows", "12,32", "--trials", "2", "--depths", "2", "--progress", "none", "--db", store,
        "--out", out,
      ])
      #expect(tuned.status == 0, "\(tuned.errors)")
      #expect(try Program.run(["report", store, "--out", out, "--format", "json"]).status == 0)
      let text = try String(contentsOfFile: out + "/report.json", encoding: .utf8)
      guard case .array(let warnings)? = JSONValue(json: text)?["warnings"] else {
        Issue.record("the report has no warnings")
        return
      }
      #expect(Set(warnings).count == warnings.count && warnings.allSatisfy { $0.plain.contains("does not divide") })
      #expect(!warnings.isEmpty)
    }
  }

  @Test("a length that no pair holds, and a model that is not there, are told apart")
  func mistakes() throws {
    try Program.inTemporaryFolder { folder in
      let database = ["--db", folder.appendingPathComponent("tune.sqlite").path]
      let impossible = try Program.run(
        ["tune", "Datasets/demo/model", "--target", "100000", "--groups", "2", "--windows", "32"] + database)
      #expect(impossible.status == 2 && impossible.errors.contains("a length that some G and W hold"))
      #expect(try Program.run(["tune", "nowhere", "--target", "1024"] + database).status == 5)
      #expect(try Program.run(["tune", "Datasets/demo/model"] + database).status == 2)
    }
  }

  @Test("capacity judges any method and says what auto stands for")
  func capacity() throws {
    let yarn = try Program.run(["capacity", "-L", "8192", "-N", "32768", "--method", "yarn:factor=3"])
    #expect(
      yarn.output.contains(
        "yarn:factor=3: maximum length 24576 tokens (factor * original (original: L)); N does NOT fit"))
    #expect(yarn.output.contains("G=auto,W=auto at 32768 tokens: G=8,W=1024"))
    let free = try Program.run(["capacity", "-L", "8192", "--method", "rerope:W=4096"])
    #expect(free.output.contains("rerope:W=4096: maximum length no limit of positions"))
    #expect(try Program.run(["capacity", "-L", "8192", "--method", "self-extend:G=auto,W=8"]).status == 2)
  }
}
