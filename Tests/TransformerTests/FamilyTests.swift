import Checkpoints
import Foundation
import Kernels
import Positions
import TestSupport
import Testing
import Transformer

/// One case of Fixtures/families/cases.json: logits of some rows by the reference implementation.
private struct FamilyCase: Decodable, CustomTestStringConvertible {
  let model: String
  let tokens: [Int]
  let rows: [Int]
  let logits: [[Float]]
  var testDescription: String { "\(model), \(tokens.count) tokens" }
}

private let familyCases: [FamilyCase] = (try? Fixture.decode([FamilyCase].self, "families/cases.json")) ?? []
private let familyNames = Array(Set(familyCases.map(\.model))).sorted()

/// Tiny models of every family with random weights (Fixtures/families.py), held to the reference implementation.
@Suite struct FamilyTests {
  private let workers = Workers(threads: 2)

  private static func path(_ name: String) -> String {
    Fixture.folder().appendingPathComponent("families/\(name)").path
  }

  @Test("there is a case for every family")
  func casesExist() throws {
    let architectures = try familyNames.map { try Model.load(path: Self.path($0)).hyperparameters.architecture }
    #expect(Set(architectures) == Set(Architecture.allCases))
  }

  @Test("logits equal the reference implementation's", arguments: familyCases)
  private func logits(_ wanted: FamilyCase) throws {
    let model = try Model.load(path: Self.path(wanted.model))
    let got = try Session(model: model, method: .plain, workers: workers).logits(wanted.tokens)
    let columns = model.hyperparameters.vocabularySize
    for (row, values) in zip(wanted.rows, wanted.logits) {
      let worst = zip(got[row * columns..<(row + 1) * columns], values).map { abs($0 - $1) }.max() ?? .infinity
      // The reference is float32 too; a position error of one moves these logits by 0.1 and more.
      #expect(worst < 1e-3, "row \(row): \(worst)")
    }
  }

  @Test("decoding token by token and prefill in chunks give the bits of one prefill", arguments: familyNames)
  func chunking(name: String) throws {
    let model = try Model.load(path: Self.path(name))
    let tokens = try #require(familyCases.first { $0.model == name }?.tokens).prefix(120)
    for text in ["plain", "self-extend:G=4,W=24", "attention-sinks:sinks=2,W=30", "yarn:factor=4"] {
      let method = try Method(parsing: text)
      func logits(_ chunk: Int) throws -> [Float] {
        let options = SessionOptions(chunkSize: chunk)
        let session = Session(model: model, method: method, workers: workers, options: options)
        return try session.logits(Array(tokens))
      }
      let whole = try logits(512)
      #expect(whole.allSatisfy { $0.isFinite })
      for chunk in [1, 7, 64] { #expect(try logits(chunk) == whole, "\(text) in chunks of \(chunk)") }
      let session = Session(model: model, method: method, workers: workers)
      session.plannedLength = tokens.count
      _ = try session.logits(Array(tokens.prefix(100)), last: 1)
      let chosen = try tokens[100...].map { token in try session.decode(token, count: 1)[0] }
      let columns = model.hyperparameters.vocabularySize
      for (index, token) in chosen.enumerated() {
        let row = whole[(100 + index) * columns..<(101 + index) * columns]
        #expect(row.max() == row[row.startIndex + token], "\(text), token \(100 + index)")
      }
    }
  }

  @Test("Self-Extend moves every family beyond W, and none before", arguments: familyNames)
  func selfExtend(name: String) throws {
    let model = try Model.load(path: Self.path(name))
    let tokens = try #require(familyCases.first { $0.model == name }?.tokens)
    let columns = model.hyperparameters.vocabularySize
    func logits(_ method: String) throws -> [Float] {
      try Session(model: model, method: Method(parsing: method), workers: workers).logits(tokens)
    }
    // A window that all layers share (Mistral) is off under Self-Extend; one of alternating layers stays.
    let alternates = ["gemma-2", "gemma-3", "gemma-3-local", "qwen-2.5"].contains(name)
    let plain = try logits(alternates ? "plain" : "plain:window=none")
    let extended = try logits("self-extend:G=4,W=24")
    #expect(plain[..<(24 * columns)] == extended[..<(24 * columns)])
    let moved = zip(plain.suffix(columns), extended.suffix(columns)).map { abs($0 - $1) }.max() ?? 0
    #expect(moved > 0.01)
    #expect(try logits("self-extend:G=1,W=24") == plain)
  }

  @Test("the older spelling of a configuration says the same", arguments: familyNames)
  func older(name: String) throws {
    let older = Self.path(name + "-older")
    guard FileManager.default.fileExists(atPath: older) else { return }
    // gemma-3's fixture has no period in its layers, so that only its frequencies can be compared.
    var a = try ModelDescription.read(path: Self.path(name)).hyperparameters
    let b = try ModelDescription.read(path: older).hyperparameters
    if name == "gemma-3" { a.slidingWindowLayers = b.slidingWindowLayers }
    #expect(a == b)
  }
}
