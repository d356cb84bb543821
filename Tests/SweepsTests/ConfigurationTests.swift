import Backends
import Evaluation
import Foundation
import Gates
import Positions
import Tasks
import TestSupport
import Testing
import Tokenizers

@testable import Sweeps

@Suite struct ConfigurationTests {
  private static let models = "models: [{name: m, path: /m}]\n"
  private static let base = models + "methods: [plain]\ntasks: [counting]\n"

  private func problem(_ text: String, overrides: [String] = []) -> SweepError? {
    do throws(SweepError) {
      _ = try configuration(text, overrides: overrides)
      return nil
    } catch {
      return error
    }
  }

  private func at(_ line: Int, _ column: Int) -> TextLocation {
    TextLocation(file: "test.yaml", line: line, column: column)
  }

  @Test("a whole configuration is read, grids in file order")
  func whole() throws {
    let configuration = try configuration(
      """
      name: full
      seed: 7
      models:
        - {name: a, path: "${M}/a", context: 4096, chat: llama-2, cache: float16}
        - /x/b.gguf
      methods:
        - plain
        - self-extend: {group: [8, 4], window: [512, 1024]}
        - self-extend:G=2,W=64
      tasks:
        - counting: {lengths: [4, 8], trials: 3, share: 0.5, strict: true, words: one, depths: 5}
        - scoring
      gates:
        - {metric: accuracy, task: counting, max-decrease: 1%}
      """, environment: ["M": "/models"])
    #expect(configuration.seed == 7)
    #expect(configuration.models.map(\.name) == ["a", "b"])
    #expect(configuration.models[0].path.resolved == "/models/a")
    #expect(configuration.models[0].cache == .float16)
    #expect(
      configuration.methods.map(\.description) == [
        "plain", "self-extend:G=8,W=512", "self-extend:G=8,W=1024", "self-extend:G=4,W=512", "self-extend:G=4,W=1024",
        "self-extend:G=2,W=64",
      ])
    #expect(configuration.tasks.map(\.name) == ["counting", "scoring"])
    #expect(
      configuration.tasks[0].settings?.values == [
        "lengths": .list([.integer(4), .integer(8)]), "trials": .integer(3), "share": .number(0.5),
        "strict": .flag(true), "words": .list([.text("one")]), "depths": .integer(5),
      ])
    #expect(configuration.gates.first?.rule.maxDecrease == Tolerance(relative: 0.01))
  }

  @Test("the resolved configuration keeps variables and has one hash for equal meaning")
  func resolved() throws {
    let one = try configuration(
      "models: [{name: m, path: \"${M}/m\"}]\nmethods: [self-extend: {window: 64, group: 2}]\ntasks: [counting]\n",
      environment: ["M": "/one"])
    let two = try configuration(
      "tasks:\n- counting:\nmethods:\n- self-extend:G=2,W=64\nseed: 42\nmodels:\n- name: m\n  path: ${M}/m\n",
      environment: ["M": "/two"])
    #expect(one.resolved == two.resolved)
    #expect(one.hash == two.hash)
    #expect(one.resolved.contains("${M}/m"))
    #expect(!one.resolved.contains("/one"))
  }

  @Test("a method's parameters survive a list in brackets")
  func bracketedMethods() throws {
    let text = Self.models + "methods: [plain, self-extend:G=2,W=8,logn=64, linear:factor=2]\ntasks: [counting]\n"
    #expect(
      try configuration(text).methods.map(\.description)
        == ["plain", "self-extend:G=2,W=8,logn=64", "linear:factor=2"])
  }

  @Test("an unknown key is an error with the key that was meant")
  func unknownKeys() {
    #expect(
      problem(Self.base + "sed: 3\n")
        == .configuration(
          at(4, 1),
          .unknownKey(
            "sed", of: "the configuration", suggestion: "seed",
            known: ["name", "seed", "models", "methods", "tasks", "gates", "judge", "allow-unverified"])))
    #expect(
      problem("models:\n  - {name: m, pth: /m}\n")?.description
        .hasSuffix("the configuration needs the key 'methods'") == true)
    #expect(
      problem("models:\n  - {name: m, pth: /m}\nmethods: [plain]\ntasks: [counting]\n")
        == .configuration(
          at(2, 15),
          .unknownKey(
            "pth", of: "a model", suggestion: "path",
            known: ["name", "path", "context", "chat", "system", "date", "cache", "server", "device"])))
    #expect(
      problem(Self.models + "methods: [plain]\ntasks:\n- counting: {trails: 3}\n")?.description
        == "test.yaml:4:14: unknown key 'trails' of the task counting; did you mean 'trials'?")
    #expect(
      problem(Self.base + "gates: [{metric: a, task: counting, max-increse: 1%}]\n")?.description
        == "test.yaml:4:37: unknown key 'max-increse' of a gate; did you mean 'max-increase'?")
  }

  @Test("a task or method that does not exist is an error with the one that was meant")
  func unknownNames() {
    #expect(
      problem(Self.models + "methods: [plain]\ntasks: [countin]\n")
        == .configuration(
          at(3, 9), .unknownTask("countin", suggestion: "counting", known: ["counting", "scoring"])))
    #expect(
      problem(Self.models + "methods: [self-extent: {group: 4, window: 8}]\ntasks: [counting]\n")
        == .configuration(
          at(2, 11), .unknownMethod("self-extent", suggestion: "self-extend", known: Method.names)))
    #expect(
      problem(Self.models + "methods: [self-extend: {grup: 4, window: 8}]\ntasks: [counting]\n")?.description
        == "test.yaml:2:25: unknown key 'grup' of the method self-extend; did you mean 'group'?")
    #expect(
      problem(Self.models + "methods:\n- self-extend: {group: [4, 0], window: 8}\ntasks: [counting]\n")
        == .configuration(
          at(3, 28),
          .method(
            .badValue(
              method: "self-extend", parameter: "G", found: "0", expected: "a whole number of at least 1, or auto"))))
  }

  @Test("a model's path without a name must give a name that selections can quote")
  func plainPathName() {
    #expect(
      problem("models: [\"/m/a b,c=d\"]\nmethods: [plain]\ntasks: [counting]\n")
        == .configuration(
          at(1, 10),
          .impossible(
            key: "name", found: "'/m/a b,c=d'",
            expected: "a text without ',', '=', '|' and quotes; give the model a `name:`")))
  }

  @Test(
    "a wrong type or an impossible value is an error at its place",
    arguments: [
      ("seed: x", 4, 7, ConfigurationProblem.wrongType(key: "seed", found: "'x'", expected: "a whole number")),
      ("seed: -1", 4, 7, .impossible(key: "seed", found: "'-1'", expected: "a number from 0 to \(Int.max)")),
      ("seed: '3'", 4, 7, .wrongType(key: "seed", found: "'3'", expected: "a whole number")),
      ("name: [a]", 4, 7, .wrongType(key: "name", found: "a list", expected: "a text")),
      (
        "name: ../x", 4, 7,
        .impossible(
          key: "name", found: "'../x'",
          expected: "letters, digits, '-', '_' and '.', because files are named after it")
      ),
      ("gates: 3", 4, 8, .wrongType(key: "gates", found: "'3'", expected: "a list")),
      (
        "gates: [{metric: a, task: counting}]", 4, 9, .idleGate("it has none of max-increase, max-decrease, max, min")
      ),
      (
        "gates: [{metric: a, task: counting, max-increase: 1%}]", 4, 9,
        .idleGate("it compares methods with plain, and there is no other method")
      ),
      (
        "gates: [{metric: a, task: counting, max-increase: -1%}]", 4, 51,
        .wrongType(
          key: "max-increase", found: "'-1%'",
          expected: "a share such as 1% or an amount such as 0.05, not negative")
      ),
    ])
  func values(_ line: String, _ row: Int, _ column: Int, _ expected: ConfigurationProblem) {
    #expect(problem(Self.base + line + "\n") == .configuration(at(row, column), expected))
  }

  @Test(
    "settings of tasks are checked against their description",
    arguments: [
      ("lengths: 4.5", "a whole number"), ("lengths: {a: 1}", "a list"),
      ("depths: x", "a whole number or a list of numbers"),
      ("trials: [1]", "a whole number"), ("label: [a]", "a text"), ("strict: yes", "true or false"),
      ("share: much", "a number"), ("words: {a: b}", "a list"),
    ])
  func settings(_ setting: String, _ expected: String) {
    guard
      case .configuration(let location, .wrongType(_, _, let found))? = problem(
        Self.models + "methods: [plain]\ntasks:\n- counting: {\(setting)}\n")
    else {
      Issue.record("\(setting) was accepted")
      return
    }
    #expect(found == expected)
    #expect(location.line == 4)
  }

  @Test("a chat template that does not exist is an error with the one that was meant")
  func chatTemplate() {
    let error = problem("models: [{path: /m, chat: lama-2}]\nmethods: [plain]\ntasks: [counting]\n")
    guard case .configuration(at(1, 27), .impossible("chat", "'lama-2'", let expected))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(expected.hasSuffix("did you mean llama-2?"))
  }

  @Test("a model has a system message and a day for its chat template; neither goes without a template or is invented")
  func systemAndDate() throws {
    let tail = "\nmethods: [plain]\ntasks: [counting]\n"
    let given = try configuration("models: [{path: /m, chat: auto, system: Be brief., date: 2025-01-31}]" + tail)
    #expect(given.models[0].system == "Be brief." && given.models[0].date.spelling == "2025-01-31")
    let absent = try configuration("models: [{path: /m, chat: auto}]" + tail)
    #expect(absent.models[0].system == nil && absent.models[0].date == .standard)
    #expect(absent.resolved != given.resolved && !absent.resolved.contains("system"))
    for (text, key) in [
      ("{path: /m, system: Be brief.}", "system"), ("{path: /m, chat: none, system: x}", "system"),
      ("{path: /m, chat: auto, date: today}", "date"), ("{path: /m, chat: auto, date: 2025-02-30}", "date"),
    ] {
      let error = problem("models: [\(text)]" + tail)
      guard case .configuration(_, .impossible(key, _, _))? = error else {
        Issue.record("\(text): \(String(describing: error))")
        continue
      }
    }
  }

  @Test("empty lists and repeated entries are errors")
  func repeated() {
    #expect(
      problem("models: []\nmethods: [plain]\ntasks: [counting]\n")
        == .configuration(at(1, 9), .impossible(key: "models", found: "an empty list", expected: "at least one")))
    #expect(
      problem(
        Self.models + "methods:\n- self-extend:G=2,W=8\n- self-extend: {window: 8, group: 2}\ntasks: [counting]\n")
        == .configuration(at(4, 3), .repeated("method", name: "self-extend:G=2,W=8")))
    #expect(
      problem(Self.models + "methods: [plain]\ntasks: [counting, counting]\n")
        == .configuration(at(3, 19), .repeated("task", name: "counting")))
    #expect(
      problem("models: [/a/m, /b/m]\nmethods: [plain]\ntasks: [counting]\n")
        == .configuration(at(1, 16), .repeated("model", name: "m")))
  }

  @Test("arguments win over the file and are checked like it")
  func overrides() throws {
    let text = "models: [{name: m, path: /m}]\nmethods: [plain]\nseed: 1\ntasks:\n- counting: {trials: 2}\n- scoring\n"
    let changed = try configuration(
      text,
      overrides: [
        "seed=9", "tasks.counting.trials=5", "tasks.scoring.lengths=[3, 5]", "models.m.path=/other", "name=n",
        "methods=[plain, self-extend:G=2]", "methods.1=self-extend:G=4,W=8", "seed=10",
      ].filter { !$0.contains("G=2]") && !$0.hasPrefix("methods.1") })
    #expect(changed.seed == 10)
    #expect(changed.name == "n")
    #expect(changed.models[0].path.resolved == "/other")
    #expect(changed.tasks[0].settings?.values["trials"] == .integer(5))
    #expect(changed.tasks[1].settings?.values["lengths"] == .list([.integer(3), .integer(5)]))
    #expect(
      try configuration(text, overrides: ["methods=self-extend:G=4,W=8"]).methods.map(\.description) == [
        "self-extend:G=4,W=8"
      ])
  }

  @Test("a wrong argument names itself")
  func wrongOverrides() {
    #expect(problem(Self.base, overrides: ["seed"]) == .argument("seed", expected: "key=value"))
    #expect(
      problem(Self.base, overrides: ["tasks.countin.trials=1"])?.description
        == "argument 'tasks.countin.trials=1': there is no 'countin' in the configuration; did you mean 'counting'?")
    #expect(
      problem(Self.base, overrides: ["tasks.counting.trails=1"])?.description
        == "argument 'tasks.counting.trails=1': unknown key 'trails' of the task counting; did you mean 'trials'?")
    #expect(
      problem(Self.base, overrides: ["sead=1"])?.description
        == "argument 'sead=1': unknown key 'sead' of the configuration; did you mean 'seed'?")
    #expect(
      problem(Self.base, overrides: ["seed=x"])?.description
        == "argument 'seed=x': 'seed' is 'x', expected a whole number")
  }

  @Test("a variable that is not set is kept, named and placed")
  func variables() throws {
    let text = "models:\n- {name: m, path: \"${NOWHERE}/m\"}\nmethods: [plain]\ntasks: [counting: {path: \"${D}/x\"}]\n"
    let read = try configuration(text, environment: ["D": ""])
    #expect(read.models[0].path.resolved == nil)
    #expect(read.models[0].path.unsetVariable == "NOWHERE")
    #expect(read.tasks[0].settings == nil)
    #expect(read.tasks[0].paths["path"]?.unsetVariable == "D")
    #expect(
      problem("models: [\"${A\"]\nmethods: [plain]\ntasks: [counting]\n")
        == .configuration(at(1, 10), .variableSyntax("${A")))
  }

  @Test("a path that differs only in case is found; a near miss is suggested")
  func caseInsensitive() throws {
    let folder = try modelFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/Configs", withIntermediateDirectories: true)
    try Data(Self.base.utf8).write(to: URL(fileURLWithPath: folder.path + "/Configs/llama2.yaml"))
    let read = try Configuration.load(
      path: folder.path + "/configs/Llama2.yaml", taskTypes: taskTypes, environment: [:])
    #expect(read.file == folder.path + "/Configs/llama2.yaml")
    #expect(read.name == "llama2")
    #expect(
      throws: SweepError.noConfiguration(
        path: folder.path + "/Configs/lama2.yaml", suggestion: folder.path + "/Configs/llama2.yaml")
    ) { try Configuration.load(path: folder.path + "/Configs/lama2.yaml", taskTypes: taskTypes, environment: [:]) }
  }

  @Test("a relative path that is not below the working directory is looked for beside the configuration's folder")
  func relativePaths() throws {
    let folder = try modelFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/Configs", withIntermediateDirectories: true)
    let file = folder.path + "/Configs/a.yaml"
    try Data("models: [model.gguf, absent.gguf]\nmethods: [plain]\ntasks: [counting]\n".utf8)
      .write(to: URL(fileURLWithPath: file))
    let read = try Configuration.load(path: file, taskTypes: taskTypes, environment: [:])
    #expect(read.models[0].path.resolved == folder.path + "/model.gguf")
    #expect(read.models[1].path.resolved == "absent.gguf")
  }

  @Test(
    "a whole number of a task that nothing can have is refused with its place",
    arguments: ["trials: 9223372036854775807", "lengths: [2147483649]", "depths: 4294967296", "depths: [-3000000000]"])
  func hostileNumbers(setting: String) throws {
    let text = Self.models + "methods: [plain]\ntasks:\n- counting: {\(setting)}\n"
    let problem = try #require(problem(text)?.description)
    #expect(problem.hasPrefix("test.yaml:4:") && problem.contains("2147483648"), "\(problem)")
    #expect(self.problem(Self.models + "methods: [plain]\ntasks:\n- counting: {trials: 2147483648}\n") == nil)
  }
}
