import Checkpoints
import Foundation
import Kernels
import Positions
import TestSupport
import Testing
import Transformer

/// One case of Fixtures/cases.json: logits of some rows, or greedy tokens.
private struct Case: Decodable, CustomTestStringConvertible {
  let id: String
  let method: String
  let tokens: [Int]
  let rows: [Int]
  let logits: [[Float]]
  let generated: [Int]
  var testDescription: String { "\(id) \(method)" }
}

private enum Tolerance {
  /// The reference differs from float64 by up to 1.1e-4, a position error of one by at least 0.1.
  static let float32Logits: Float = 5e-4
}

private let cases: [Case] = (try? Fixture.decode([Case].self, "cases.json")) ?? []

@Suite struct ParityTests {
  private let model: Model
  private let workers = Workers(threads: 2)

  init() throws {
    model = try Model.load(path: Fixture.folder().appendingPathComponent("model").path)
  }

  @Test("there are cases to compare with")
  func casesExist() {
    #expect(cases.filter { !$0.rows.isEmpty }.count >= 4)
    #expect(cases.contains { !$0.generated.isEmpty })
  }

  @Test("logits equal the authors' code", arguments: cases.filter { !$0.rows.isEmpty })
  private func logits(_ wanted: Case) throws {
    let session = Session(model: model, method: try Method(parsing: wanted.method), workers: workers)
    let got = try session.logits(wanted.tokens)
    let columns = model.hyperparameters.vocabularySize
    #expect(got.count == wanted.tokens.count * columns)
    for (row, values) in zip(wanted.rows, wanted.logits) {
      let worst = zip(got[row * columns..<(row + 1) * columns], values).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst <= Tolerance.float32Logits, "row \(row): \(worst)")
    }
  }

  @Test("greedy tokens equal the authors' code", arguments: cases.filter { !$0.generated.isEmpty })
  private func greedy(_ wanted: Case) throws {
    let session = Session(model: model, method: try Method(parsing: wanted.method), workers: workers)
    let got = try session.generate(wanted.tokens, GenerationOptions(maxNewTokens: wanted.generated.count))
    #expect(got.tokens == wanted.generated)
    #expect(got.ending == .length)
  }
}
