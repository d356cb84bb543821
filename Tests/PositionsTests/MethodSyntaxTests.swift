import Positions
import Testing

@Suite struct MethodSyntaxTests {
  @Test(
    "a canonical spelling reads back as itself",
    arguments: [
      "plain", "plain:window=none", "self-extend:G=8,W=512", "self-extend:G=3,W=10,offset=fractional,logn=4096",
      "sliding-window:W=4096", "attention-sinks:sinks=4,W=1020", "lm-infinite:sinks=10,W=4096", "linear:factor=4",
      "ntk:factor=2.5", "dynamic-ntk:factor=2", "yarn:factor=4", "yarn:factor=4,original=2048", "rerope:W=512",
      "leaky-rerope:W=512,leak=8", "dual-chunk", "dual-chunk:chunk=3072",
    ])
  func roundTrip(text: String) throws {
    #expect(try Method(parsing: text).description == text)
  }

  @Test("long names, order and spaces do not matter")
  func synonyms() throws {
    let wanted = try Method(parsing: "self-extend:G=8,W=512")
    #expect(try Method(parsing: "self-extend: window=512 , group=8") == wanted)
    #expect(try Method(parsing: "self-extend:G=8,W=512,offset=floor") == wanted)
    #expect(try Method(name: "self-extend", parameters: ["group": "8", "W": "512"]) == wanted)
  }

  @Test("errors name the part that is wrong")
  func errors() {
    #expect(throws: MethodError.unknownMethod("selfextend")) { try Method(parsing: "selfextend:G=1,W=1") }
    #expect(throws: MethodError.missingParameter(method: "self-extend", parameter: "W")) {
      try Method(parsing: "self-extend:G=4")
    }
    #expect(throws: MethodError.unknownParameter(method: "linear", parameter: "G")) {
      try Method(parsing: "linear:factor=2,G=3")
    }
    #expect(throws: MethodError.duplicateParameter(method: "self-extend", parameter: "G")) {
      try Method(parsing: "self-extend:G=4,group=4,W=2")
    }
    #expect(
      throws: MethodError.badValue(
        method: "self-extend", parameter: "G", found: "0", expected: "a whole number of at least 1")
    ) { try Method(parsing: "self-extend:G=0,W=2") }
    #expect(throws: MethodError.self) { try Method(parsing: "ntk:factor=nan") }
    #expect(throws: MethodError.self) { try Method(parsing: "self-extend:G=99999999999999999999,W=2") }
  }

  @Test("capacity follows (L - W) * G + W and the authors' rule")
  func capacity() throws {
    let capacity = Capacity(contextWindow: 4096)
    let judgement = capacity.judge(SelfExtend(groupSize: 8, neighborWindow: 1024), targetLength: 16384)
    #expect(judgement.maximumLength == 25600)
    #expect(judgement.largestRelativePosition == 2944)
    #expect(judgement.fits && !judgement.meetsLooseRule && !judgement.meetsStrictRule)
    #expect(capacity.candidates(targetLength: 16384).allSatisfy { $0.fits && $0.meetsLooseRule })
  }
}
