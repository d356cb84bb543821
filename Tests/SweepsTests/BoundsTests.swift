import Backends
import Evaluation
import Foundation
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// What a small file can ask for is bounded before it is expanded.
@Suite struct BoundsTests {
  private let folder: TemporaryFolder
  init() throws { folder = try modelFolder() }

  private func list(_ count: Int, from first: Int = 2) -> String {
    "[\((first..<first + count).map(String.init).joined(separator: ", "))]"
  }

  @Test("a grid of methods is counted before its axes are multiplied")
  func grid() throws {
    let methods = "[self-extend: {group: \(list(9000)), window: \(list(9000))}]"
    let error = #expect(throws: SweepError.self) { try configuration(in: folder, methods: methods) }
    guard case .configuration(let location, .impossible("self-extend", _, "at most 10000 combinations"))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(location.line == 3)
    let most = try configuration(in: folder, methods: "[self-extend: {group: \(list(100)), window: \(list(100))}]")
    #expect(most.methods.count == 10_000)
  }

  @Test("cells are counted before they are expanded, at the task that makes them too many")
  func cells() throws {
    let configuration = try configuration(
      in: folder, methods: "[self-extend: {group: \(list(100)), window: \(list(100))}]",
      tasks: "\n  - scoring\n  - counting: {lengths: \(list(1000))}")
    let error = #expect(throws: SweepError.self) {
      try Sweep(configuration, options: SweepOptions(), provider: ScriptedProvider(), purpose: .plan)
    }
    guard case .configuration(let location, .impossible("counting", let found, let expected))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(location.line == 6)
    #expect(found == "1 models x 10000 methods x 1000 places" && expected.contains("at most"))
  }

  @Test("trials of every task that makes its samples are bounded")
  func trials() throws {
    let own = TaskRegistry.types.filter { $0.settings.contains { $0.description.key == "trials" } }
    #expect(own.count >= 4)
    for type in own {
      for (trials, isBounded) in [(1 << 31, true), (100_001, true), (100_000, false)] {
        var key: String?
        do throws(TaskError) {
          _ = try type.init(settings: TaskSettings(["trials": .integer(trials), "lengths": .list([.integer(4096)])]))
        } catch {
          if case .setting(let name, _, _) = error { key = name }
        }
        #expect((key == "trials") == isBounded, "\(type.name) \(trials)")
      }
    }
  }

  @Test("the grid of one task is counted before it is expanded", arguments: ["passkey", "needle", "kv-retrieval"])
  func taskGrid(name: String) throws {
    let type = try #require(TaskRegistry.type(named: name))
    let many = Value.list((0..<600).map { .integer(100 + $0) })
    // 600 x 501 depths; 600 x 600 positions.
    let depths = Value.list((0...500).map { .number(Double($0) / 500) })
    let settings: [String: Value] =
      name == "kv-retrieval"
      ? ["keys": many, "positions": .list((0..<90).map { .integer($0) } + (0..<510).map { _ in .integer(0) })]
      : ["lengths": many, "depths": depths]
    var found: String?
    do throws(TaskError) {
      _ = try type.init(settings: TaskSettings(settings))
    } catch {
      if case .setting(_, let text, "at most 200000 places") = error { found = text }
    }
    #expect(found == (name == "kv-retrieval" ? "600 x 600 places" : "600 x 501 places"))
  }

  @Test("a plan says with numbers what memory cannot hold", arguments: [(0, 0), (400_000, 0), (20_999, 1), (1000, 1)])
  func memory(available: Int, warnings: Int) throws {
    let provider = ScriptedProvider()
    provider.memory = available
    let sweep = try Sweep(
      configuration(in: folder, tasks: "[counting: {lengths: [8, 999]}]"), options: SweepOptions(), provider: provider,
      purpose: .plan)
    // 999 tokens of prompt and one new one, 16 bytes each, and 5,000 bytes of buffers (see ScriptedProvider).
    let found = try sweep.plan(store: nil).warnings.filter { $0.contains("keys and values") }
    #expect(found.count == warnings)
    #expect(found.allSatisfy { $0.hasPrefix("m: ") && $0.contains("1,000 tokens") })
  }

  @Test("a sweep that memory cannot hold is refused before any work, unless --memory says that it can")
  func refusal() throws {
    let provider = ScriptedProvider()
    provider.memory = 1000
    func run(_ options: SweepOptions) throws {
      let sweep = try Sweep(
        configuration(in: folder, tasks: "[counting: {lengths: [8, 999]}]"), options: options, provider: provider,
        purpose: .execution)
      let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
      _ = try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in })
    }
    let error = #expect(throws: SweepError.self) { try run(SweepOptions()) }
    #expect(error?.fault == .usage && error?.description.contains("1,000 tokens") == true)
    #expect(provider.loadedModels.isEmpty)
    try run(SweepOptions(memoryByteCount: 1 << 30))
    // Everything is stored: nothing needs room.
    try run(SweepOptions())
  }

  @Test("a plan says that a tokenizer has more ids than the model", arguments: [(0, 0), (1 << 20, 0), (3, 1)])
  func vocabulary(size: Int, warnings: Int) throws {
    let provider = ScriptedProvider()
    provider.vocabularySize = size
    let sweep = try Sweep(
      configuration(in: folder, tasks: "[counting: {lengths: [8]}]"), options: SweepOptions(), provider: provider,
      purpose: .plan)
    let found = try sweep.plan(store: nil).warnings.filter { $0.contains("ids and the model") }
    #expect(found.count == warnings && found.allSatisfy { $0.hasPrefix("m: its tokenizer has ") })
  }
}
