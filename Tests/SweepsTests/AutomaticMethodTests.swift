import Evaluation
import Positions
import Store
import Tasks
import TestSupport
import Testing

@testable import Sweeps

/// A task whose cells have no length.
private struct NowhereTask: EvaluationTask {
  static let name = "nowhere"
  static let scorerVersion = 1
  static let about = TaskDescription(summary: "", protocols: [], metrics: [], example: "{}")
  static let settings: [any SettingDeclaration] = []
  init(settings: TaskSettings) throws(TaskError) {}
  var protocolName: String { "nowhere/v1" }
  var protocolNotes: [String] { [] }
  var dataFiles: [DataFile] { [] }
  var metrics: [MetricDescription] { [] }
  var cells: [TaskCell] { [TaskCell([.init("dataset", .text("a"))])] }
  func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] { [] }
  func scores(of reference: Reference, outcome: Outcome) -> [Score] { [] }
}

@Suite struct AutomaticMethodTests {
  private let folder: TemporaryFolder

  init() throws { folder = try modelFolder() }

  private func sweep(methods: String, tasks: String, only: [String] = []) throws -> Sweep {
    let text =
      "name: test\nmodels: [{name: m, path: \(folder.path)/model.gguf}]\nmethods: \(methods)\ntasks: \(tasks)\n"
    return try Sweep(
      Configuration.read(
        Array(text.utf8), file: "test.yaml", overrides: [], taskTypes: taskTypes + [NowhereTask.self], environment: [:]),
      options: SweepOptions(only: Selection(parsing: only)), provider: ScriptedProvider(), purpose: .execution)
  }

  private func labels(_ sweep: Sweep) -> [String] { sweep.cells.map { "\($0.method) \($0.place.label)" } }

  // The window of the scripted model is 1000 tokens: W + (N - W)/G must stay below 666.7, W is one of 32 ... 256, 512.
  @Test("auto is decided for each cell's length by the empirical rule")
  func decided() throws {
    let sweep = try sweep(
      methods: "[self-extend: {group: auto, window: auto}]", tasks: "[counting: {lengths: [600, 1000, 2000, 8000]}]")
    #expect(
      labels(sweep) == [
        "self-extend:G=1,W=256 length=600", "self-extend:G=2,W=256 length=1000", "self-extend:G=4,W=128 length=2000",
        "self-extend:G=16,W=128 length=8000",
      ])
    #expect(sweep.choices.count == 4)
    #expect(
      sweep.choices[3].hasPrefix(
        "m: self-extend:G=auto,W=auto is self-extend:G=16,W=128 at 8000 tokens, chosen automatically"))
  }

  @Test("one parameter may be given, also as a list, and the other be chosen")
  func mixed() throws {
    let sweep = try sweep(
      methods: "[self-extend: {group: auto, window: [64, 256]}, \"self-extend:G=8,W=auto\"]",
      tasks: "[counting: {lengths: [2000]}]")
    #expect(
      labels(sweep) == [
        "self-extend:G=4,W=64 length=2000", "self-extend:G=8,W=256 length=2000",
      ])
    // The third choice is the second cell again, and says so.
    #expect(sweep.choices.count == 3)
  }

  @Test("a choice that equals a method of the configuration is one cell")
  func coincidence() throws {
    let sweep = try sweep(
      methods: "[self-extend:G=16,W=128, self-extend:G=auto,W=auto]", tasks: "[counting: {lengths: [2000, 8000]}]")
    #expect(
      labels(sweep) == [
        "self-extend:G=16,W=128 length=2000", "self-extend:G=16,W=128 length=8000",
        "self-extend:G=4,W=128 length=2000",
      ])
  }

  @Test("--only finds a cell by the spelling that was written and by the method that was chosen")
  func selection() throws {
    let methods = "[plain, self-extend:G=auto,W=auto]"
    let tasks = "[counting: {lengths: [2000, 8000]}]"
    #expect(
      try labels(sweep(methods: methods, tasks: tasks, only: ["method=self-extend:group=auto,window=auto"])).count == 2)
    #expect(
      try labels(sweep(methods: methods, tasks: tasks, only: ["method=self-extend:G=4,W=128"])) == [
        "self-extend:G=4,W=128 length=2000"
      ])
  }

  @Test("plan and run record say what was chosen")
  func recorded() throws {
    let sweep = try sweep(methods: "[self-extend:G=auto,W=auto]", tasks: "[counting: {lengths: [2000]}]")
    let plan = try sweep.plan(store: nil)
    #expect(plan.choices == sweep.choices && plan.choices.count == 1)
    #expect(plan.text.contains("self-extend:G=auto,W=auto is self-extend:G=4,W=128 at 2000 tokens"))
    #expect(plan.cells.map(\.method) == ["self-extend:G=4,W=128"])
    let store = try ResultStore.open(folder.path + "/auto.sqlite", mode: .create)
    _ = try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in })
    #expect(try store.runs().last?.record.warnings.first == plan.choices.first)
    #expect(sweep.configuration.resolved.contains("self-extend:G=auto,W=auto"))
  }

  @Test("auto without a length, and a length that nothing holds, are errors that say what to do")
  func impossible() throws {
    func message(_ methods: String, _ tasks: String) -> String {
      do { return "\(try sweep(methods: methods, tasks: tasks).cells.count) cells" } catch { return "\(error)" }
    }
    #expect(
      message("[self-extend:G=auto,W=auto]", "[nowhere]").contains("the cells of the task 'nowhere' have none"))
    #expect(
      message("[self-extend:G=auto,W=700]", "[counting: {lengths: [2000]}]").contains(
        "no values in place of auto meet the empirical rule"))
    #expect(
      message("[self-extend:G=auto,W=x]", "[counting]").contains("expected a whole number of at least 1, or auto"))
    #expect(message("[linear:factor=auto]", "[counting]").contains("expected a number of at least 1"))
  }
}
