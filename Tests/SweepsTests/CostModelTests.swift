import Backends
import Evaluation
import Foundation
import Positions
import Store
import TestSupport
import Testing
import Transformer

@testable import Sweeps

/// Estimates of time from what was measured of a machine.
@Suite struct CostModelTests {
  private let folder: TemporaryFolder
  private let provider = ScriptedProvider()
  private static let demo = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Datasets/demo/model").path

  init() throws {
    folder = try TemporaryFolder()
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/model.gguf"))
  }

  private func sweep(
    _ machine: Machine? = nil, threads: Int = 1, tasks: String = "[counting: {lengths: [100, 400]}]"
  ) throws -> Sweep {
    let text = """
      name: test
      models: [{name: m, path: \(folder.path)/model.gguf}]
      methods: [plain, "self-extend:G=2,W=6"]
      tasks: \(tasks)
      """
    let read = try Configuration.read(Array(text.utf8), file: "test.yaml", taskTypes: taskTypes, environment: [:])
    return try Sweep(
      read, options: SweepOptions(threads: threads, machine: machine), provider: provider, purpose: .plan)
  }

  private let plain = CostModel.Speed(product: 1e-3, attention: 2e-3, token: 0.5, tokenAttention: 1e-2)
  private let extended = CostModel.Speed(product: 1e-3, attention: 6e-3, token: 0.5, tokenAttention: 1e-2)

  private func machine(_ threads: Int = 1, alone: Double = 1) throws -> Machine {
    let costs = CostModel(methods: ["plain": plain, "self-extend:G=2,W=6": extended], logit: 0)
    let key = try #require(try sweep().models.first).machineKey
    return Machine(
      name: "here",
      entries: [
        .init(
          model: key, threads: threads, tokens: 400, costs: costs, aloneReading: alone, aloneGenerating: alone,
          measuredAt: 5)
      ])
  }

  @Test(
    "the arithmetic of a prompt, taken apart, is what the engine counts",
    arguments: [(1, 0), (7, 0), (300, 0), (5, 40)])
  func parts(count: Int, cached: Int) throws {
    let description = try ModelDescription.read(path: Self.demo)
    let model = try #require(try sweep().models.first)
    var facts = model.facts
    facts.multiplyAdds = { description.multiplyAdds(newTokens: $0, cached: $1, logitCount: $2) }
    let load = TokenCosts(facts).reading(count, after: cached, logitCount: 3)
    let whole = description.multiplyAdds(newTokens: count, cached: cached, logitCount: 3)
    #expect(abs(load.products + load.attention + load.logits - whole) <= 1e-12 * whole)
  }

  @Test("a plan takes each method's own speeds, and a method that was not measured those of its like")
  func estimate() throws {
    let plan = try sweep(machine()).plan(store: nil)
    // A sample of 100 tokens after one that shares 99: a token and its attention to those before it, then one new token.
    func seconds(_ tokens: Int, after shared: Int, _ speed: CostModel.Speed) -> Double {
      let new = Double(tokens - shared)
      let pairs = new * Double(shared) + new * (new + 1) / 2
      return new * 100 * speed.product + pairs * speed.attention + speed.token + Double(tokens) * speed.tokenAttention
    }
    for (cell, speed) in zip(plan.cells, [plain, plain, extended, extended]) {
      let length = try #require(Int(cell.coordinates[0].text))
      // The first prompt of 400 tokens goes on where the last of 100 differs.
      let first = length == 100 ? 0 : 99
      let wanted = seconds(length, after: first, speed) + seconds(length, after: length - 1, speed)
      #expect(abs(cell.totalSeconds - wanted) < 1e-9 * wanted, "\(cell.method) \(length)")
    }
    guard case .calibrated("here", 1, 400) = plan.models[0].rate.source else {
      Issue.record("\(plan.models[0].rate)")
      return
    }
    #expect(plan.text.contains("calibrated up to 400 tokens for 1 thread of here"))
    let costs = CostModel(methods: ["plain": plain, "self-extend:G=2,W=6": extended], logit: 0)
    let load = Workload(attention: 1000)
    #expect(try costs.seconds(load, under: Method(parsing: "self-extend:G=4,W=9")) == 6)
    #expect(try costs.seconds(load, under: Method(parsing: "linear:factor=4")) == 2)
  }

  @Test("another number of threads is reckoned from one thread's time by Amdahl's law")
  func threads() throws {
    let measured = try machine(2, alone: 1.8)
    let key = measured.entries[0].model
    func product(_ threads: Int) throws -> Double {
      let found = try #require(measured.costs(of: key, threads: threads))
      return try #require(found.costs.methods["plain"]).product
    }
    #expect(abs(try product(2) - 1e-3) < 1e-12)
    #expect(abs(try product(1) - 1.8e-3) < 1e-12)
    // A ninth of one thread's work is serial.
    #expect(abs(try product(4) - 1.8e-3 * (1 / 9 + 8 / 9 / 4)) < 1e-12)
    #expect(measured.costs(of: "another", threads: 2) == nil)
  }

  @Test("a machine's file reads as it was written; a newer measurement stands for the older one")
  func file() throws {
    var machine = try machine()
    var newer = machine.entries[0]
    newer.measuredAt = 9
    machine.remember(newer)
    #expect(machine.entries == [newer])
    newer.threads = 4
    machine.remember(newer)
    #expect(machine.entries.count == 2)
    #expect(Machine(json: machine.json) == machine)
    #expect(Machine(json: "{}") == nil && Machine(json: "no") == nil)
    // What no measurement gives: a file by another program, or a damaged one.
    for (name, value) in [("threads", "-9223372036854775808"), ("threads", "0"), ("tokens", "-1"), ("logit", "-1e-9")] {
      let damaged = machine.json.replacing(try Regex("\"\(name)\" *: *[0-9.e-]+"), with: "\"\(name)\": \(value)")
      #expect(damaged != machine.json)
      #expect(Machine(json: damaged) == nil, "\(name) \(value)")
    }
  }

  @Test("attention's speed is found although short prompts go through the matrices a little slower")
  func attentionFit() {
    // The 1.1 B under `int16`, seconds for a multiply-add; the short chunk is slower by 8 per cent.
    let (product, attention) = (4.7e-12, 9.5e-12)
    func reading(_ count: Double, after cached: Double = 0, slower: Double = 1) -> Reading {
      let products = count * 1.03e9
      let pairs = 45_056 * 2 * (count * cached + count * count / 2)
      return Reading(
        products: products, attention: pairs, seconds: slower * product * products + attention * pairs)
    }
    let (near, far) = (reading(512, slower: 1.08), reading(1024))
    let whole = reading(16_384)
    func estimate(_ found: (product: Double, attention: Double)) -> Double {
      (found.product * whole.products + found.attention * whole.attention) / whole.seconds
    }
    let behind = reading(512, after: 1024, slower: 1.08)
    #expect(abs(estimate(ReadingFit.speeds(near: near, far: far, behind: behind)) - 1) < 1e-9)
    // Without it, attention is lost in the difference, as it once was: half of the time at 16,384 tokens.
    #expect(estimate(ReadingFit.speeds(near: near, far: far, behind: nil)) < 0.6)
  }

  @Test("calibration times every method at two lengths, and its entry is what a plan then looks for")
  func calibrate() throws {
    let sweep = try sweep(threads: 2)
    var told: [String] = []
    let entries = try sweep.calibrate(budget: 1, alone: try self.sweep()) { told.append($0) }
    let entry = try #require(entries.first)
    #expect(entries.count == 1 && entry.threads == 2)
    #expect(Set(entry.costs.methods.keys) == ["plain", "self-extend:G=2,W=6"])
    #expect(told.contains { $0.hasPrefix("self-extend:G=2,W=6: prompts of 100 and ") })
    for speed in entry.costs.methods.values {
      #expect(speed.product >= 0 && speed.attention >= 0 && speed.token >= 0 && speed.tokenAttention >= 0)
    }
    let plan = try self.sweep(Machine(name: "here", entries: entries), threads: 2).plan(store: nil)
    guard case .calibrated = plan.models[0].rate.source else {
      Issue.record("\(plan.models[0].rate)")
      return
    }
  }
}
