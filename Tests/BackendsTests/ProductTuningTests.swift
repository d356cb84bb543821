import Backends
import Testing
import Transformer

@Suite struct ProductTuningTests {
  @Test("SE_EVAL_SHAPES forces shapes or the standard; without it they are measured and kept")
  func variable() throws {
    #expect(try ProductTuning.ofEnvironment(["SE_EVAL_SHAPES": "standard"]) == .standard)
    let shapes = try ["64x128/8x8", "8/64"].map { try #require(ProductShape($0)) }
    #expect(try ProductTuning.ofEnvironment(["SE_EVAL_SHAPES": "64x128/8x8,8/64"]) == .forced(shapes))
    for text in [nil, ""] {
      var environment = ["HOME": "/home/of"]
      environment["SE_EVAL_SHAPES"] = text
      #expect(try ProductTuning.ofEnvironment(environment) == .measured(folder: "/home/of/.cache/se-eval"))
      environment["XDG_CACHE_HOME"] = "/cache"
      #expect(try ProductTuning.ofEnvironment(environment) == .measured(folder: "/cache/se-eval"))
    }
    // A folder of everybody is no place.
    #expect(try ProductTuning.ofEnvironment([:]) == .measured(folder: nil))
  }

  @Test(
    "a shape that there is not, and two of one kind, are a mistake of usage",
    arguments: ["64x128", "8/64,", " ", "fast", "0x0/0x0", "8/64,4/64", "64x128/8x8,8/64,64x64/8x8"])
  func refused(text: String) {
    let failure = #expect(throws: DeviceFailure.self) { try ProductTuning.ofEnvironment(["SE_EVAL_SHAPES": text]) }
    #expect(failure?.description.contains("128x128/8x8") == true)
  }
}
