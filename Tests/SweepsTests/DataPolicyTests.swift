import Evaluation
import Foundation
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// A task of a benchmark's name that reads one file of its folder.
private struct BenchmarkTask: EvaluationTask {
  static let name = "longbench"
  static let scorerVersion = 1
  static let about = TaskDescription(summary: "", protocols: [], metrics: [], example: "{path: x}")
  static let path = Setting.path("path", "a folder")
  static let settings: [any SettingDeclaration] = [path]
  static let benchmark: Benchmark? = LongBench.benchmark
  let file: DataFile
  init(settings: TaskSettings) throws(TaskError) {
    file = DataFile(name: "hotpotqa.jsonl", sha256: "what the task found")
  }
  var protocolName: String { "longbench/v1" }
  var protocolNotes: [String] { [] }
  var dataFiles: [DataFile] { [file] }
  var metrics: [MetricDescription] { [.init(name: "score", aggregation: .mean, higherIsBetter: true)] }
  var cells: [TaskCell] { [TaskCell([.init("dataset", .text("hotpotqa"))])] }
  func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    [Sample(id: SampleID("row=0"), text: "text", request: .generate(tokens: [1, 2], maxNewTokens: 1))]
  }
  func scores(of reference: Reference, outcome: Outcome) -> [Score] { [Score("score", 1)] }
}

@Suite struct DataPolicyTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try modelFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: true)
  }

  private func sweep(path: String? = nil, more: String = "", allows: Bool = false) throws(SweepError) -> Sweep {
    let text =
      "name: t\nmodels: [{name: m, path: \(folder.path)/model.gguf}]\nmethods: [plain]\n"
      + "tasks: [longbench: {path: \"\(path ?? folder.path + "/data")\"}]\n\(more)"
    let configuration = try Configuration.read(
      Array(text.utf8), file: "test.yaml", taskTypes: [BenchmarkTask.self], environment: [:])
    return try Sweep(
      configuration, options: SweepOptions(allowsUnverified: allows), provider: ScriptedProvider(),
      purpose: .execution)
  }

  private func manifest(sha256: String, standing: String = "official") throws {
    let json = """
      {"format": 1, "benchmark": "longbench", "imported": "2026-01-01", "program": "p", "origin": "o", "files":
      [{"name": "data/hotpotqa.jsonl", "bytes": 1, "sha256": "\(sha256)", "rows": 3, "standing": "\(standing)",
      "note": "3 rows, the official file has 200", "source": "s"}]}
      """
    try Data(json.utf8).write(to: URL(fileURLWithPath: folder.path + "/data/" + DataManifest.fileName))
  }

  @Test("a benchmark's data that no import made are refused with exit status 5, and what to do")
  func refused() throws {
    let error = #expect(throws: SweepError.self) { try sweep() }
    #expect(error?.status == .missingInput)
    #expect(error.map { "\($0)".contains("data import longbench") && "\($0)".contains("test.yaml:4:") } == true)
  }

  @Test("they are taken where the user says so, and the warning goes into plan, sweep and report")
  func allowed() throws {
    for sweep in [try sweep(allows: true), try sweep(more: "allow-unverified: true\n")] {
      #expect(sweep.warnings == ["longbench: unverified data: no import made \(folder.path)/data"])
    }
    #expect(try sweep(more: "allow-unverified: true\n").configuration.resolved.contains("allow-unverified"))
    #expect(try !sweep(more: "allow-unverified: false\n", allows: true).configuration.resolved.contains("allow"))
  }

  @Test("the project's own rows need no import")
  func own() throws {
    #expect(try sweep(path: "Datasets/longbench").warnings.isEmpty)
  }

  @Test("imported data pass, and a file that is not the official one is named")
  func imported() throws {
    try manifest(sha256: "what the task found")
    #expect(try sweep().warnings.isEmpty)
    try manifest(sha256: "what the task found", standing: "different")
    let warning = "longbench: not the official files: data/hotpotqa.jsonl: 3 rows, the official file has 200"
    #expect(try sweep().warnings == [warning])
  }

  @Test("a file that changed after its import is refused, whatever is allowed")
  func damaged() throws {
    try manifest(sha256: "what was imported")
    let error = #expect(throws: SweepError.self) { try sweep(allows: true) }
    #expect(error?.status == .missingInput)
  }
  @Test("a way out of the project's own folder is no part of it, and a file that no import made is not verified")
  func foreign() throws {
    #expect(throws: SweepError.self) { try sweep(path: "Datasets/../elsewhere") }
    try manifest(sha256: "what the task found")
    let path = folder.path + "/data"
    let laid = DataFile(name: "laid.jsonl", sha256: "x")
    let outside = DataVerification.of(path: path, files: [laid])
    #expect(outside == .verified("longbench", different: []))
    try Data().write(to: URL(fileURLWithPath: path + "/laid.jsonl"))
    #expect(DataVerification.of(path: path, files: [laid]) == .unverified)
  }
}
