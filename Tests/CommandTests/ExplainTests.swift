import Foundation
import Testing

@testable import se_eval

/// A program that explains itself: help, methods, completion, the manual page, `init`, `run`.
@Suite struct ExplainTests {
  @Test("help COMMAND is COMMAND --help; a mistake says what was meant")
  func help() throws {
    let help = try Program.run(["help", "sweep"])
    #expect(help.status == 0)
    #expect(help.output == (try Program.run(["sweep", "--help"])).output)
    let wrong = try Program.run(["help", "sweeep"])
    #expect(wrong.status == 2 && wrong.errors.contains("did you mean sweep?"))
  }

  @Test("methods lists every method, and one with its parameters")
  func methods() throws {
    let list = try Program.run(["methods"])
    for name in ["plain", "self-extend:G=...,W=...", "yarn:factor=...", "dual-chunk"] {
      #expect(list.output.contains(name), "\(name)")
    }
    let one = try Program.run(["methods", "self-extend"])
    #expect(one.output.contains("G, group") && one.output.contains("or auto"))
    #expect(try Program.run(["methods", "self-extent"]).errors.contains("did you mean self-extend?"))
    #expect(try Program.run(["methods", "--json"]).output.hasPrefix("["))
  }

  @Test("the completion of bash is a script that bash takes, and completes commands and options")
  func completion() throws {
    let script = try Program.run(["completion", "bash"])
    #expect(script.status == 0)
    func complete(_ words: String) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      let line = "\nCOMP_WORDS=(\(words)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _se_eval; echo \"${COMPREPLY[@]}\""
      process.arguments = ["-c", script.output + line]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      return String(decoding: data, as: UTF8.self)
    }
    #expect(try complete("se-eval sw").contains("sweep"))
    #expect(try complete("se-eval sweep --rep").contains("--report"))
    #expect(try complete("se-eval task pass").contains("passkey"))
    #expect(try complete("se-eval run --task passk") == "passkey\n")
    #expect(try complete("se-eval run --method self") == "self-extend\n")
    #expect(try complete("se-eval sweep --progress ''") == "auto plain json none\n")
    #expect(try complete("se-eval score --benchmark le") == "leval\n")
    #expect(try complete("se-eval data im").contains("import"))
    #expect(try complete("se-eval sweep --db Packa") == "Package.swift\n")
    #expect(try Program.run(["completion", "zsh"]).output.hasPrefix("#compdef se-eval"))
    #expect(try Program.run(["completion", "fish"]).output.contains("complete -c se-eval"))
    #expect(try Program.run(["completion", "tcsh"]).status == 2)
  }

  @Test("the manual page has every command")
  func manual() throws {
    let page = try Program.run(["man"]).output
    for command in UsageTests.commands { #expect(page.contains(".SS \(command) "), "\(command)") }
    #expect(page.split(separator: "\n").allSatisfy { !$0.hasPrefix("'") })
  }

  @Test("init writes a configuration that the program takes, and no file that is there is touched")
  func initialise() throws {
    try Program.inTemporaryFolder { folder in
      let file = folder.appendingPathComponent("first.yaml").path
      #expect(try Program.run(["init", file, "--model", "Datasets/demo/model"]).status == 0)
      let plan = try Program.run(["plan", file, "--only", "length=2048", "--limit", "1"])
      #expect(plan.status == 0 && plan.output.contains("passkey"), "\(plan.errors)")
      let before = try String(contentsOfFile: file, encoding: .utf8)
      #expect(before.contains("name: first") && before.contains("# - pg19:") && before.contains("# - yarn:"))
      #expect(try Program.run(["init", file]).status == 1)
      #expect(try String(contentsOfFile: file, encoding: .utf8) == before)
    }
  }

  @Test("models that a path does not name have a name all the same, no two of them the same")
  func modelNames() throws {
    #expect(RunCommand.names(of: ["a/*.gguf"]) == ["a"])
    #expect(RunCommand.names(of: ["?.gguf", "x/!!!.gguf"]).first != "")
    #expect(RunCommand.names(of: ["b/m.gguf", "c/m.gguf", "c/m.gguf"]) == ["m", "c-m", "c-m-2"])
    #expect(RunCommand.names(of: ["m/SmolLM2-135M.Q4_1.gguf", "größe 2"]) == ["SmolLM2-135M.Q4_1", "größe-2"])
  }

  @Test("- is standard output where one file is written, and no folder or store")
  func standardOutput() throws {
    try Program.inTemporaryFolder { folder in
      let first = try Program.run(["init", "-", "--model", "Datasets/demo/model"])
      #expect(first.status == 0 && first.output.contains("name: sweep") && first.errors.isEmpty)
      let file = folder.appendingPathComponent("one.yaml")
      try """
      name: one
      models: [{name: demo, path: Datasets/demo/model, context: 256}]
      methods: [plain]
      tasks: [passkey: {lengths: [128], depths: 1, trials: 1}]

      """.write(to: file, atomically: true, encoding: .utf8)
      let database = folder.appendingPathComponent("one.sqlite").path
      let report = folder.appendingPathComponent("report").path
      #expect(try Program.run(["sweep", file.path, "--db", database, "--report", report, "--quiet"]).status == 0)
      let baseline = try Program.run(["baseline", database, "--out", "-"])
      #expect(baseline.status == 0 && baseline.output.hasPrefix("{") && baseline.errors.isEmpty)
      #expect(try Program.run(["baseline", database, "--out", "-", "--json"]).status == 2)
      let kept = folder.appendingPathComponent("b.json").path
      #expect(try Program.run(["baseline", database, "--out", kept]).errors.contains("b.json is written: "))
      let check = try Program.run(["check", database, "--baseline", kept, "--junit", "-"])
      #expect(check.status == 0 && check.output.hasPrefix("<?xml") && check.errors.contains("Within tolerance"))
      let rows = try Program.run(["export", database, "--format", "jsonl", "--out", "-"])
      #expect(rows.status == 0 && rows.output.split(separator: "\n").count == 1 && rows.output.hasPrefix("{"))
      for words in [
        ["export", database, "--format", "lm-eval", "--out", "-"], ["report", database, "--out", "-"],
        ["perplexity", "--model", "Datasets/demo/model", "--file", "LICENSE", "--per-token", "-"],
        ["sweep", file.path, "--db", "-"], ["sweep", file.path, "--report", "-"], ["merge", database, "--into", "-"],
      ] {
        let refused = try Program.run(words)
        let isSaid = refused.errors.contains("is '-'") || refused.errors.contains("standard output")
        #expect(refused.status == 2 && isSaid, "\(words): \(refused.errors)")
      }
    }
  }

  @Test("run needs no file, prints the YAML that it stands for, and that YAML is the same sweep")
  func run() throws {
    try Program.inTemporaryFolder { folder in
      let words = [
        "run", "--model", "Datasets/demo/model", "--context", "256", "--task", "passkey:trials=1,depths=0.25,0.75",
        "--lengths", "200,400", "--method", "plain", "--method", "self-extend:G=8,W=64", "--name", "quick",
      ]
      let yaml = try Program.run(words + ["--print"])
      #expect(yaml.status == 0)
      #expect(yaml.output.contains("  - passkey: {trials: 1, depths: [0.25, 0.75], lengths: [200, 400]}"))
      let places = [
        "--db", folder.appendingPathComponent("a.sqlite").path, "--report", folder.appendingPathComponent("r").path,
      ]
      let result = try Program.run(words + places + ["--progress", "none"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("quick") && result.errors.contains("name: quick"))
      let file = folder.appendingPathComponent("quick.yaml")
      try yaml.output.write(to: file, atomically: true, encoding: .utf8)
      let again = try Program.run(["sweep", file.path] + places + ["--progress", "none"])
      #expect(again.status == 0 && again.errors.contains("0 samples evaluated"))
      let wrong = try Program.run(["run", "--model", "x", "--task", "passkeys"])
      #expect(wrong.status == 2 && wrong.errors.contains("did you mean passkey?"))
    }
  }

  @Test("two entries of one task have names of their own in plan, report and check; --junit and --accept")
  func entries() throws {
    try Program.inTemporaryFolder { folder in
      let file = folder.appendingPathComponent("two.yaml")
      try """
      name: two
      models: [{name: demo, path: Datasets/demo/model, context: 256}]
      methods: [plain, "self-extend:G=8,W=64"]
      tasks:
        - passkey: {name: short keys, lengths: [200], depths: 2, trials: 1, digits: 3}
        - passkey: {lengths: [200], depths: 2, trials: 1, digits: 5}
      gates:
        - {metric: accuracy, task: short keys, over: task, min: 0}

      """.write(to: file, atomically: true, encoding: .utf8)
      let database = folder.appendingPathComponent("two.sqlite").path
      let report = folder.appendingPathComponent("report").path
      let sweep = try Program.run(["sweep", file.path, "--db", database, "--report", report, "--progress", "none"])
      #expect(sweep.status == 0, "\(sweep.errors)")
      #expect(sweep.errors.contains("gate passed: demo self-extend:G=8,W=64 short keys over=task accuracy"))
      let page = try String(contentsOfFile: report + "/report.md", encoding: .utf8)
      #expect(page.contains("short keys") && page.contains("1 of 1 passed"))
      #expect(try Program.run(["plan", file.path]).output.contains("short keys"))
      let baseline = folder.appendingPathComponent("b.json").path
      #expect(try Program.run(["baseline", database, "--out", baseline]).status == 0)
      let xml = folder.appendingPathComponent("junit.xml").path
      let check = try Program.run(["check", database, "--baseline", baseline, "--junit", xml])
      #expect(check.status == 0 && check.output.contains("demo plain short keys length=200,depth="))
      #expect(try String(contentsOfFile: xml, encoding: .utf8).contains("failures=\"0\""))
      // In an action what passed is folded below what did not.
      let step = folder.appendingPathComponent("summary.md").path
      let action = ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": step]
      #expect(try Program.run(["check", database, "--baseline", baseline], environment: action).status == 0)
      let summary = try String(contentsOfFile: step, encoding: .utf8)
      #expect(summary.contains("0 worse") && summary.contains("<details><summary>Passed ("))
      #expect(!summary.contains("**Not passed**"))
      let text = try String(contentsOfFile: baseline, encoding: .utf8)
      try text.replacing("\"n\" : 1", with: "\"n\" : 7").write(toFile: baseline, atomically: true, encoding: .utf8)
      #expect(try Program.run(["check", database, "--baseline", baseline]).status == 2)
      let accepted = try Program.run(["check", database, "--baseline", baseline, "--accept"])
      #expect(accepted.status == 0 && accepted.output.contains("n=7 -> n=1"))
      #expect(try String(contentsOfFile: baseline, encoding: .utf8) == text)
    }
  }

  @Test("a report folder that cannot be written is said before the first sample, by the option's name")
  func unwritableReport() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let inTheWay = folder.appendingPathComponent("report")
      try "a file".write(to: inTheWay, atomically: true, encoding: .utf8)
      let database = folder.appendingPathComponent("small.sqlite").path
      let result = try Program.run(["sweep", config, "--db", database, "--report", inTheWay.path])
      #expect(result.status == 1 && result.errors.contains("--report") && !result.errors.contains("--out"))
      #expect(!FileManager.default.fileExists(atPath: database))
    }
  }
}
