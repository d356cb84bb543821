import Foundation
import Tasks
import Testing
import Text

@testable import Store
@testable import se_eval

@Suite struct AddedTaskTests {
  /// Runs a command with the task in the registry: this line is all that adds it.
  private func run(_ words: String...) -> (status: Text.ExitStatus, output: String) { run(words) }

  private func run(_ words: [String]) -> (status: Text.ExitStatus, output: String) {
    Registry.$tasks.withValue(TaskRegistry.types + [VowelTask.self]) {
      let recorder = Terminal.Recorder()
      let status = Terminal.$recorder.withValue(recorder) { Entry.run(words + ["--quiet", "--progress", "none"]) }
      return (status, recorder.text)
    }
  }

  @Test("a task that is added with a file and a line appears in help, data, plan, sweep and report")
  func everywhere() throws {
    try Program.inTemporaryFolder { folder in
      func file(_ name: String, _ text: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path
      }
      #expect(run("tasks").output.contains(/vowels +how many vowels a model writes/))
      let page = run("task", "vowels").output
      #expect(page.contains("- vowels: {path: words, datasets: [short]}") && page.contains("(default short)"))
      #expect(page.contains("vowels/v1") && page.contains("data import vowels PATH"))
      #expect(run("data", "--help").output.contains("import vowels takes short.txt and long.txt"))

      let data = folder.appendingPathComponent("data").path
      let short = try file("short.txt", "One fine day")
      let long = try file("long.txt", "A small boat went down the river.")
      #expect(run("data", "import", "vowels", short, long, "--to", data).status == .complete)
      let listed = run("data", "list", "--to", data).output
      #expect(listed.firstMatch(of: /(?m)^vowels +complete/) != nil, "\(listed)")

      let model = Program.root.appendingPathComponent("Datasets/demo/model").path
      let config = try file(
        "c.yaml",
        "name: added\nmodels: [{name: demo, path: \(model)}]\nmethods: [plain]\n"
          + "tasks:\n  - vowels: {path: \(data)/vowels, datasets: [short, long]}\n")
      let store = folder.appendingPathComponent("added.sqlite").path
      #expect(run("plan", config, "--db", store).output.contains("vowels"))
      let report = folder.appendingPathComponent("report").path
      #expect(run("sweep", config, "--db", store, "--report", report).status == .complete)
      #expect(run("report", store, "--out", report).status == .complete)
      let text = try String(contentsOfFile: report + "/report.md", encoding: .utf8)
      #expect(text.contains("vowels/v1") && text.contains("all vowels") && text.contains("both together"))
      #expect(FileManager.default.fileExists(atPath: report + "/tables/demo-vowels-together.csv"))

      // What a score can be is the program's word: nothing of it is in the store, and a score outside is damage.
      let connection = try Connection(path: store, access: .existing, busyTimeoutMilliseconds: 0, vfs: nil)
      func count(_ sql: String) throws -> Int? { try connection.first("SELECT count(*) FROM \(sql)") { $0.count(0) } }
      #expect(try count("cells") == 2 && count("cells WHERE record LIKE '%range%'") == 0)
      #expect(run("sweep", config, "--db", store, "--report", report, "--limit", "1").status == .complete)
      #expect(try count("cells") == 2)
      try connection.execute("UPDATE scores SET value = 7 WHERE metric = 'vowels'")
      for words in [["report", store, "--out", report], ["doctor", store], ["rescore", store], ["samples", store]] {
        let result = run(words)
        #expect(result.status == .missingInput, "\(words[0]): \(result.output)")
      }
      #expect(run("doctor", store).output.contains("vowels is 7.0, which is not from 0.0 to 1.0"))
    }
  }

  @Test("Docs/tasks.md is what the program prints")
  func documentation() throws {
    let page = try String(contentsOf: Program.root.appendingPathComponent("Docs/tasks.md"), encoding: .utf8)
    #expect(try Program.run(["tasks", "--markdown"]).output == page, "se-eval tasks --markdown > Docs/tasks.md")
  }

  @Test("every task explains itself, and a near miss is named")
  func pages() throws {
    for type in TaskRegistry.types {
      let result = try Program.run(["task", type.name, "--json"])
      let page = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      #expect((page?["settings"] as? [Any])?.count == type.settings.count, "\(type.name)")
      #expect(page?["example"] as? String == "\(type.name): \(type.about.example)")
    }
    let wrong = try Program.run(["task", "pasky"])
    #expect(wrong.status == 2 && wrong.errors.contains("did you mean passkey?"))
  }

  @Test("where an entry names no path, the data folder's copy is taken")
  func importedPath() throws {
    try Program.inTemporaryFolder { folder in
      let config = folder.appendingPathComponent("c.yaml")
      let text = "name: p\nmodels: [{name: demo, path: Datasets/demo/model}]\nmethods: [plain]\n"
      try (text + "tasks:\n  - pg19: {lengths: [128], stride: 64, windows: 1}\n").write(
        to: config, atomically: true, encoding: .utf8)
      let without = try Program.run(["plan", config.path])
      #expect(without.status == 2 && without.errors.contains("SE_EVAL_DATA"))
      let missing = try Program.run(["plan", config.path], environment: ["SE_EVAL_DATA": folder.path])
      #expect(missing.status == 5 && missing.errors.contains("pg19/test"))
      let books = folder.appendingPathComponent("pg19/test")
      try FileManager.default.createDirectory(at: books, withIntermediateDirectories: true)
      try String(repeating: "A small boat went down the river. ", count: 90).write(
        to: books.appendingPathComponent("1.txt"), atomically: true, encoding: .utf8)
      let plan = try Program.run(["plan", config.path], environment: ["SE_EVAL_DATA": folder.path])
      #expect(plan.status == 0 && plan.output.contains("pg19"))
    }
  }
}
