import Checkpoints
import Foundation
import Kernels
import Positions
import TestSupport
import Testing
import Transformer

/// Forward passes whose work is divided for threads that do not exist.
@Suite struct RecordedWorkTests {
  @Test(
    "a pass divided for 7, 64 or 128 threads has the logits of real threads, in prefill and in decoding",
    arguments: [7, 64, 128])
  func logits(threads: Int) throws {
    let model = try Model.load(path: Fixture.folder().appendingPathComponent("model").path)
    var random = SplitMix64(seed: 9)
    let tokens = (0..<1300).map { _ in Int.random(in: 0..<model.hyperparameters.vocabularySize, using: &random) }
    let pool = Workers(threads: 2)
    for method in ["plain", "self-extend:G=4,W=300"] {
      func run() throws -> [[Float]] {
        let session = Session(model: model, method: try Method(parsing: method), workers: pool)
        return [try session.logits(tokens, last: 3), try session.logits([5], last: 1)]
      }
      let real = try run()
      let (divided, record) = try pool.recordWork(dividedFor: threads, run)
      #expect(divided == real)
      let regions = try #require(record).regions
      #expect(regions.contains { $0.kind == .attention || $0.kind == .supers })
      #expect(regions.contains { $0.kind == .tiles } && regions.contains { $0.kind == .norm })
      #expect(try run() == real)
    }
  }
}
