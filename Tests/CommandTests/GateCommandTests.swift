import Foundation
import JSON
import Testing

@testable import se_eval

/// Gates, baselines and the names of entries, as a person types them.
@Suite struct GateCommandTests {
  /// Two entries of one task, and gates of them.
  private static func write(to folder: URL, gates: String = "") throws -> String {
    let text = """
      name: two
      seed: 7
      models: [{name: demo, path: Datasets/demo/model}]
      methods: [plain]
      tasks:
        - passkey: {lengths: [200, 300], depths: 2, trials: 1, wording: train}
        - passkey: {lengths: [200, 300], depths: 2, trials: 1, wording: unseen}
      \(gates)

      """
    let url = folder.appendingPathComponent("two.yaml")
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }

  @Test(
    "another seed is status 2, a slip of the pen too, and the report of a gate is never put in the place of its status")
  func check() throws {
    try Program.inTemporaryFolder { folder in
      let config = try Self.write(to: folder)
      func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
      func sweep(_ name: String, _ more: [String] = []) throws -> Program.Result {
        try Program.run(["sweep", config] + more + ["--db", path(name), "--report", path("r"), "--progress", "none"])
      }
      #expect(try sweep("a.sqlite").status == 0)
      #expect(try sweep("b.sqlite", ["seed=8"]).status == 0)
      #expect(try Program.run(["baseline", path("a.sqlite"), "--out", path("a.json")]).status == 0)
      let check = ["--baseline", path("a.json")]
      #expect(try Program.run(["check", path("a.sqlite")] + check).status == 0)
      let other = try Program.run(["check", path("b.sqlite")] + check)
      #expect(other.status == 2 && other.output.contains("seed differs") && other.output.contains("seed 8"))
      let typo = try Program.run(["check", path("a.sqlite"), "--absolute", "5"] + check)
      #expect(typo.status == 2 && typo.errors.contains("for 5 of 100 points write 0.05"), "\(typo.errors)")
      #expect(try Program.run(["check", path("a.sqlite"), "--absolute", "5%"] + check).status == 0)
      let nowhere = try Program.run(["check", path("a.sqlite"), "--junit", "/nonexistent/x/j.xml"] + check)
      #expect(nowhere.status == 1 && nowhere.output.isEmpty)
      #expect(nowhere.errors.contains("name another place with --junit") && !nowhere.errors.contains("--out"))
      let text = try String(contentsOfFile: path("a.json"), encoding: .utf8)
      #expect(!text.contains("\\\""), "JSON inside a string")
    }
  }

  @Test("an entry's own name is taken by gates, plan and samples; samples and their JSON say it")
  func entries() throws {
    try Program.inTemporaryFolder { folder in
      let gate = "gates: [{metric: accuracy, task: \"passkey (wording=unseen)\", over: task, max: 0}]"
      let config = try Self.write(to: folder, gates: gate)
      let store = folder.appendingPathComponent("two.sqlite").path
      let only = ["--only", "task=passkey (wording=unseen)"]
      let swept = try Program.run([
        "sweep", config, "--db", store, "--report", folder.appendingPathComponent("r").path, "--progress", "none",
        "--json",
      ])
      #expect([0, 3].contains(swept.status), "\(swept.errors)")
      let moved = JSONValue(json: swept.output)?["gates"]
      let judged = (moved?["moved"]?.elements ?? []) + (moved?["unchanged"]?.elements ?? [])
      #expect(judged.count == 1 && judged[0]["max"]?.number == 0, "\(swept.output)")
      #expect(swept.errors.contains("passkey (wording=unseen) over=task accuracy is"), "\(swept.errors)")
      #expect(swept.errors.contains(", must be at most 0"))
      let plan = try Program.run(["plan", config, "--db", store] + only)
      #expect(plan.status == 0, "\(plan.errors)")
      let samples = try Program.run(["samples", store] + only)
      #expect(samples.status == 0 && samples.output.contains("| passkey (wording=unseen) length=200"))
      #expect(!samples.output.contains("wording=train") && samples.output.hasSuffix("\n4 samples\n"))
      let json = try Program.run(["samples", store, "--json"])
      for line in json.output.split(separator: "\n") {
        let value = try #require(JSONValue(json: String(line)))
        #expect(value["entry"]?.text?.hasPrefix("passkey (wording=") == true)
        #expect(value["cell"]?["settings"]?.members != nil && value["result"]?["facts"]?.text != nil)
      }
    }
  }

  @Test("plan and model say one number of parameters, and a store that cannot be is refused in the system's words")
  func sundries() throws {
    try Program.inTemporaryFolder { folder in
      let config = try Self.write(to: folder)
      let plan = try Program.run(["plan", config, "--db", folder.appendingPathComponent("n.sqlite").path])
      #expect(plan.output.contains(", 984,192 parameters"), "\(plan.output)")
      #expect(try Program.run(["model", "Datasets/demo/model"]).output.contains("984,192 parameters"))
      let nowhere = try Program.run(["sweep", config, "--db", "/proc/nope/x.sqlite"])
      #expect(nowhere.status == 1 && nowhere.errors.contains("No such file or directory; name another place with --db"))
    }
  }

  @Test("the version says the commit that was built, marked where the sources had changes")
  func version() {
    #expect(Version.text(commit: nil) == "se-eval 0.1.0")
    #expect(Version.text(commit: "0123456789abcdef") == "se-eval 0.1.0 (commit 0123456789ab)")
    #expect(Version.text(commit: "0123456789abcdef+") == "se-eval 0.1.0 (commit 0123456789ab+)")
    // A build that was not told says none, whatever checkout the program lies in.
    #expect(Version.environment["git"] == Version.commit)
  }
}
