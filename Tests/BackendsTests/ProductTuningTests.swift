import Backends
import Testing
import Transformer

@Suite struct ProductTuningTests {
  @Test("SE_EVAL_SHAPES forces shapes or the standard; without it they are measured and kept")
  func variable() throws {
    #expect(try ProductTuning.ofEnvironment(["SE_EVAL_SHAPES": "standard"]) == .standard)
    let shapes = try ["64x128/8x8", "8/64"].map { try #require(ProductTuning.Shape($0)) }
    #expect(try ProductTuning.ofEnvironment(["SE_EVAL_SHAPES": "64x128/8x8,8/64"]) == .forced(shapes))
    for environment in [[:], ["SE_EVAL_SHAPES": ""]] {
      guard case .measured(let folder?) = try ProductTuning.ofEnvironment(environment) else {
        Issue.record("\(environment)")
        continue
      }
      #expect(folder.hasSuffix("/se-eval"))
    }
  }

  @Test("a shape that there is not is a mistake of usage", arguments: ["64x128", "8/64,", " ", "fast", "0x0/0x0"])
  func refused(text: String) {
    let failure = #expect(throws: DeviceFailure.self) { try ProductTuning.ofEnvironment(["SE_EVAL_SHAPES": text]) }
    #expect(failure?.description.contains("128x128/8x8") == true)
  }
}
