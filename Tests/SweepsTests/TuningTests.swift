import Backends
import Evaluation
import Foundation
import Metrics
import Positions
import Store
import Tasks
import TestSupport
import Testing
import Tokenizers

@testable import Sweeps

/// A model that finds a key where the positions stay below some share of L, and likes small groups in a text.
private final class Surface: Backend, LoadedModel {
  let scripted = ScriptedProvider()
  var numericsVersion: String { "surface" }
  var environment: [String: String] { [:] }
  var modelHash = "weights"
  /// Group sizes that give no finite log-probability.
  var brokenGroups: Set<Int> = []
  /// A model that likes large groups instead.
  var isReversed = false
  var requests = 0
  var cancelsAfter = Int.max

  func inventory(of model: ModelSpecification) -> ModelInventory { scripted.inventory(of: model) }
  func facts(of model: ModelSpecification) throws(BackendError) -> ModelFacts {
    scripted.window = 1024
    return try scripted.facts(of: model)
  }
  func tokenizer(of model: ModelSpecification) throws(BackendError) -> Tokenizer {
    try scripted.tokenizer(of: model)
  }
  func modelHash(of model: ModelSpecification, hashes: any FileHashCache) throws(BackendError) -> String? { modelHash }
  func load(_ model: ModelSpecification, hashes: any FileHashCache) throws(BackendError) -> any LoadedModel { self }
  func groupCount(_ requests: ArraySlice<ModelRequest>) -> Int { 1 }

  func run(
    _ requests: [ModelRequest], method: Method, isCancelled: @escaping () -> Bool, onProgress: @escaping (Int) -> Void
  ) throws(BackendError) -> [Result<Answer, RequestFailure>] {
    var answers: [Result<Answer, RequestFailure>] = []
    for request in requests {
      if isCancelled() { throw .cancelled }
      answers.append(answer(request.request, method))
    }
    return answers
  }

  private func answer(_ request: Request, _ method: Method) -> Result<Answer, RequestFailure> {
    guard let parameters = method.selfExtend else { return .failure(RequestFailure("not Self-Extend")) }
    requests += 1
    let largest = Capacity(contextWindow: 1024).judge(parameters, targetLength: 4096).largestRelativePosition
    switch request {
    case .score(let tokens):
      let size = Float(parameters.groupSize)
      var loss = (isReversed ? 64 - size : size) / 64 + (largest < 700 ? 1 : 3)
      if brokenGroups.contains(parameters.groupSize) { loss = .infinity }
      return .success(
        Answer(
          .logProbabilities(Array(repeating: -loss, count: tokens.count - 1)), computedTokenCount: tokens.count,
          seconds: 0.001))
    case .generate(let tokens, _, _, _, _):
      // The byte tokenizer makes a key of its digits; the last run of digits before the question is the key.
      let text = String(decoding: tokens.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
      let key = text.split { !$0.isNumber }.first { $0.count == 5 } ?? ""
      return .success(
        Answer(
          .generation(tokens: [], text: largest < 900 ? String(key) : "no", finishReason: .endOfText),
          computedTokenCount: tokens.count, seconds: 0.001))
    case .choices: return .failure(RequestFailure("not asked for"))
    }
  }
}

@Suite struct TuningTests {
  private let folder: TemporaryFolder

  init() throws { folder = try modelFolder() }

  private func request() throws -> TuningRequest {
    let text = (0..<3000).map { "word\($0) " }.joined()
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/text.txt"))
    var request = TuningRequest(modelPath: folder.path + "/model.gguf", targetLength: 4096)
    request.text = folder.path + "/text.txt"
    request.depths = 2
    return request
  }

  private func tuner(_ request: TuningRequest, _ provider: Surface) throws -> Tuner {
    try Tuner(request, backend: provider, taskTypes: TaskRegistry.types, threads: 1)
  }

  @Test("the grid holds the target: four group sizes per window, from the smallest that reaches it")
  func grid() throws {
    let grid = try tuner(request(), Surface()).grid
    #expect(grid.allSatisfy { $0.maximumLength(contextWindow: 1024) >= 4096 })
    #expect(Set(grid.map(\.neighborWindow)) == [32, 64, 128, 256, 512])
    #expect(grid.filter { $0.neighborWindow == 512 }.map(\.groupSize) == [8, 16, 32, 64])
    #expect(grid.filter { $0.neighborWindow == 32 }.map(\.groupSize) == [8, 16, 32, 64])
    #expect(try request().limits == [1, 2, 4])
    // Inside the window plain attention is one of the pairs, once.
    var short = try request()
    short.targetLength = 1000
    #expect(try tuner(short, Surface()).grid.filter { $0.groupSize == 1 }.count == 1)
  }

  @Test("the better half goes on, and the best pair of the surface is found")
  func search() throws {
    let provider = Surface()
    let tuner = try tuner(request(), provider)
    let store = try ResultStore.open(folder.path + "/tune.sqlite", mode: .create)
    var rungs: [(Int, Int)] = []
    let outcome = try tuner.run(store: store, isCancelled: { false }) { event in
      if case .rungStarted(_, _, let candidates, let samples, _) = event { rungs.append((candidates, samples)) }
    }
    guard case .finished(let result) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(rungs.map(\.0) == [20, 10, 5] && rungs.map(\.1) == [1, 2, 4])
    // Among those below 700, the smallest group has the least loss; equal ones go by the larger window.
    #expect(result.chosen == SelfExtend(groupSize: 8, neighborWindow: 128))
    #expect(result.rule == SelfExtend(groupSize: 8, neighborWindow: 128))
    let chosen = try #require(result.measurement(of: result.chosen))
    #expect(chosen.rung == 3 && chosen.accuracy == 1 && chosen.keyCount == 8 && chosen.tokenCount == 4 * 256)
    #expect(abs(exp(1 + 8.0 / 64) - (chosen.perplexity ?? 0)) < 1e-5)
    #expect(result.candidates.filter(\.isFinalist).count == 5)
    #expect(result.candidates.filter { $0.last?.rung == 1 }.count == 10)
  }

  @Test("an interrupted search goes on where it stopped and ends the same")
  func resume() throws {
    let first = Surface()
    let path = folder.path + "/tune.sqlite"
    let store = try ResultStore.open(path, mode: .create)
    let outcome = try tuner(request(), first).run(
      store: store, isCancelled: { first.requests >= 75 }, onEvent: { _ in })
    guard case .interrupted = outcome else {
      Issue.record("\(outcome)")
      return
    }
    let second = Surface()
    guard
      case .finished(let resumed) = try tuner(request(), second).run(
        store: store, isCancelled: { false }, onEvent: { _ in })
    else {
      Issue.record("not finished")
      return
    }
    let third = Surface()
    let fresh = try ResultStore.open(folder.path + "/fresh.sqlite", mode: .create)
    guard
      case .finished(let whole) = try tuner(request(), third).run(
        store: fresh, isCancelled: { false }, onEvent: { _ in })
    else {
      Issue.record("not finished")
      return
    }
    #expect(resumed.chosen == whole.chosen && resumed.candidates == whole.candidates)
    #expect(first.requests + second.requests == third.requests)
    // 20 pairs with 1 window and 2 depths, then half as many with as many again, and again; 3 to measure the speed.
    #expect(third.requests == 3 * (20 + 10 + 2 * 5) + 3)
  }

  @Test("another model's results in the same store do not take part")
  func sharedStore() throws {
    let store = try ResultStore.open(folder.path + "/tune.sqlite", mode: .create)
    func search(_ provider: Surface) throws -> TuningResult? {
      let outcome = try tuner(request(), provider).run(store: store, isCancelled: { false }, onEvent: { _ in })
      if case .finished(let result) = outcome { return result }
      return nil
    }
    let first = try search(Surface())
    let other = Surface()
    other.modelHash = "other weights"
    other.isReversed = true
    #expect(try search(other)?.chosen.groupSize == 64)
    let again = Surface()
    #expect(try search(again)?.candidates == first?.candidates)
    #expect(again.requests <= 3)
  }

  @Test("a pair whose texts cannot be scored is not chosen")
  func broken() throws {
    let provider = Surface()
    provider.brokenGroups = [8]
    let store = try ResultStore.open(folder.path + "/tune.sqlite", mode: .create)
    let outcome = try tuner(request(), provider).run(store: store, isCancelled: { false }, onEvent: { _ in })
    guard case .finished(let result) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(result.chosen.groupSize == 16)
    #expect(result.candidates.filter { $0.parameters.groupSize == 8 }.allSatisfy { $0.last?.perplexity == nil })
  }

  @Test("a length that nothing holds is an error")
  func impossible() throws {
    var request = try request()
    request.targetLength = 1 << 30
    #expect(throws: SweepError.self) { try tuner(request, Surface()) }
  }

  @Test("ranks of accuracy and perplexity count alike, equal values share a rank")
  func ranking() {
    func point(_ group: Int, _ accuracy: Double?, _ perplexity: Double?) -> (
      parameters: SelfExtend, measurement: TuningMeasurement
    ) {
      (
        SelfExtend(groupSize: group, neighborWindow: 8),
        TuningMeasurement(rung: 1, accuracy: accuracy, keyCount: 1, perplexity: perplexity, tokenCount: 1)
      )
    }
    func order(_ points: [(parameters: SelfExtend, measurement: TuningMeasurement)]) -> [Int] {
      TuningRanking.ordered(points).map(\.groupSize)
    }
    #expect(order([point(1, 1, 9), point(2, 1, 7), point(3, 1, 8)]) == [2, 3, 1])
    #expect(order([point(1, 0, 7), point(2, 1, 8)]) == [1, 2])
    #expect(order([point(4, 0.5, nil), point(2, 1, nil), point(3, 1, nil)]) == [2, 3, 4])
    // Without a perplexity where others have one: last, however many keys were found.
    #expect(order([point(1, 1, nil), point(2, 0.8, nil), point(3, 0.6, 20)]) == [3, 1, 2])
    #expect(order([point(1, 1, .nan), point(2, nil, 8)]).count == 2)
  }
}
