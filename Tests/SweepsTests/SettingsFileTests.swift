import Backends
import Evaluation
import Foundation
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// A task that is described by a YAML file beside the configuration.
@Suite struct SettingsFileTests {
  private let folder: TemporaryFolder
  private static let yaml = """
    # A comment.
    name: colours
    path: rows.jsonl
    prompt: |-
      Text: {text}
      Colour?
    scorer: contains
    stop: ["\\n"]
    """

  init() throws {
    folder = try modelFolder()
    try write("{\"text\": \"A red door.\", \"answer\": \"red\"}\n", "rows.jsonl")
  }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
  }

  private func read(_ yaml: String, _ more: String = "", overrides: [String] = []) throws(SweepError) -> Configuration {
    do { try write(yaml, "task.yaml") } catch { Issue.record("\(error)") }
    let text =
      "models: [{name: m, path: /m}]\nmethods: [plain]\ntasks:\n- custom: {file: \(folder.path)/task.yaml\(more)}\n"
    return try Configuration.read(
      Array(text.utf8), file: "test.yaml", overrides: overrides, taskTypes: TaskRegistry.types, environment: [:])
  }

  @Test("its keys are settings, its paths are relative to it, keys of the configuration come before")
  func merged() throws {
    let entry = try #require(try read(Self.yaml, ", max-new-tokens: 7, name: mine").tasks.first)
    #expect(entry.settings?.values["path"] == .text(folder.path + "/rows.jsonl"))
    #expect(entry.settings?.values["name"] == .text("mine"))
    #expect(entry.settings?.values["prompt"] == .text("Text: {text}\nColour?"))
    #expect(entry.settings?.values["max-new-tokens"] == .integer(7))
    #expect(entry.settings?.values["stop"] == .list([.text("\n")]))
    // What is stored does not depend on the machine's folders.
    #expect(entry.written["path"] == .text("rows.jsonl") && entry.written["file"] == nil)
    #expect(entry.locations["scorer"]?.file == folder.path + "/task.yaml" && entry.locations["scorer"]?.line == 7)
    #expect(entry.locations["name"]?.file == "test.yaml")
    let task = try entry.type.init(settings: try #require(entry.settings))
    #expect(task.protocolName == "custom/mine+contains")
    let changed = try read(Self.yaml, overrides: ["tasks.custom.limit=1"])
    #expect(changed.tasks[0].settings?.values["limit"] == .integer(1))
  }

  @Test("a mistake in it is placed in it, with the key that was meant")
  func strict() throws {
    func problem(_ yaml: String) -> String {
      do throws(SweepError) {
        _ = try read(yaml)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    let file = folder.path + "/task.yaml"
    #expect(problem(Self.yaml + "\nscorrer: x").hasPrefix("\(file):9:1: unknown key 'scorrer'"))
    #expect(problem(Self.yaml + "\nscorrer: x").contains("did you mean 'scorer'?"))
    #expect(problem(Self.yaml + "\nlimit: many").hasPrefix("\(file):9:8: 'limit' is 'many'"))
    #expect(problem(Self.yaml + "\nname: again").hasPrefix("\(file):9"))
    #expect(problem(Self.yaml + "\nfile: other.yaml").contains("a settings file names no other one"))
    #expect(problem("- a list").hasPrefix("\(file):1:1: "))
  }

  @Test("an impossible value in it is an error at its line, a missing file one of the missing inputs")
  func sweep() throws {
    let provider = ScriptedProvider()
    let read = try read(Self.yaml.replacingOccurrences(of: "contains", with: "contians"))
    let error = #expect(throws: SweepError.self) {
      try Sweep(
        Configuration(
          file: read.file, name: read.name, seed: read.seed,
          models: [
            .init(
              name: "m",
              path: try ConfiguredPath(
                folder.path + "/model.gguf", location: TextLocation(file: "", line: 0, column: 0),
                folders: PathFolders(environment: [:], secondChoice: nil, exists: { _ in true })),
              contextWindow: nil, chat: nil, cache: .float32)
          ], methods: read.methods, tasks: read.tasks, gates: [], judge: nil, allowsUnverified: false),
        options: SweepOptions(), provider: provider, purpose: .execution)
    }
    #expect("\(String(describing: error))".contains("task.yaml"))
    let missing = try Configuration.read(
      Array(
        "models: [{name: m, path: \(folder.path)/model.gguf}]\nmethods: [plain]\ntasks: [custom: {file: no.yaml}]\n"
          .utf8),
      file: "test.yaml", taskTypes: TaskRegistry.types, environment: [:])
    let lost = #expect(throws: SweepError.self) {
      try Sweep(missing, options: SweepOptions(), provider: provider, purpose: .execution)
    }
    #expect(lost?.status == .missingInput)
    #expect("\(String(describing: lost))".contains("no.yaml"))
  }
}
