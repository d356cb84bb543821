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
        method: "self-extend", parameter: "G", found: "0", expected: "a whole number of at least 1, or auto")
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

  @Test("auto is the smallest power of two G that meets the rule, with the largest W that does")
  func choice() {
    let capacity = Capacity(contextWindow: 8192)
    #expect(capacity.choice(targetLength: 4096) == SelfExtend(groupSize: 1, neighborWindow: 4096))
    #expect(capacity.choice(targetLength: 8192) == SelfExtend(groupSize: 2, neighborWindow: 2048))
    #expect(capacity.choice(targetLength: 16384) == SelfExtend(groupSize: 4, neighborWindow: 1024))
    #expect(capacity.choice(targetLength: 32768) == SelfExtend(groupSize: 8, neighborWindow: 1024))
    #expect(
      capacity.choice(targetLength: 32768, neighborWindow: 512) == SelfExtend(groupSize: 8, neighborWindow: 512))
    #expect(capacity.choice(targetLength: 32768, groupSize: 32) == SelfExtend(groupSize: 32, neighborWindow: 4096))
    #expect(capacity.choice(targetLength: 32768, neighborWindow: 6000) == nil)
    for target in stride(from: 100, through: 200_000, by: 777) {
      guard let choice = capacity.choice(targetLength: target) else { continue }
      let judgement = capacity.judge(choice, targetLength: target)
      #expect(judgement.fits && judgement.meetsLooseRule)
      #expect(
        choice.groupSize == 1
          || capacity.neighborWindows.allSatisfy {
            !capacity.judge(SelfExtend(groupSize: choice.groupSize / 2, neighborWindow: $0), targetLength: target)
              .meetsLooseRule
          })
    }
  }

  @Test("auto is read where it may stand, and decided only for a length")
  func automatic() throws {
    let choice = try MethodChoice(parsing: "self-extend: window=auto, group=8, logn=4096")
    #expect(choice.description == "self-extend:G=8,W=auto,logn=4096")
    #expect(choice.automaticParameters == ["W"] && choice.method == nil)
    #expect(
      try choice.resolved(contextWindow: 8192, targetLength: 32768).description == "self-extend:G=8,W=1024,logn=4096")
    #expect(throws: MethodError.self) { try Method(parsing: "self-extend:G=auto,W=512") }
    #expect(throws: MethodError.self) { try MethodChoice(parsing: "rerope:W=auto") }
    #expect(throws: MethodError.noChoice(method: "self-extend:G=2,W=auto", contextWindow: 64, targetLength: 9999)) {
      try MethodChoice(parsing: "self-extend:G=2,W=auto").resolved(contextWindow: 64, targetLength: 9999)
    }
    let plain = try MethodChoice(parsing: "plain")
    #expect(try plain.method == .plain && plain.resolved(contextWindow: 2, targetLength: 9) == .plain)
    #expect(MethodChoice(.plain(keepsWindow: false)).description == "plain:window=none")
  }

  @Test(
    "every method knows its maximum length",
    arguments: [
      ("plain", 1000), ("plain:window=none", 1000), ("self-extend:G=4,W=200", 3400), ("sliding-window:W=1000", nil),
      ("sliding-window:W=1001", 1000), ("attention-sinks:sinks=4,W=996", nil), ("attention-sinks:sinks=4,W=997", 1000),
      ("lm-infinite:sinks=10,W=1000", nil), ("lm-infinite:W=1001", 1000), ("linear:factor=2.5", 2500),
      ("ntk:factor=4", 4000), ("dynamic-ntk:factor=2", nil), ("yarn:factor=4", 4000),
      ("yarn:factor=4,original=500", 2000), ("rerope:W=999", nil), ("rerope:W=1000", 1000),
      ("leaky-rerope:W=200,leak=4", 3400), ("leaky-rerope:W=1000,leak=4", 1000), ("dual-chunk", nil),
      ("dual-chunk:chunk=999", nil), ("dual-chunk:chunk=1000", 1000),
    ] as [(String, Int?)])
  func maximumLengths(text: String, expected: Int?) throws {
    let method = try Method(parsing: text)
    #expect(method.maximumLength(contextWindow: 1000) == expected)
    if let expected {
      #expect(method.warnings(contextWindow: 1000, length: expected).isEmpty || method.name == "self-extend")
      let warnings = method.warnings(contextWindow: 1000, length: expected + 1)
      #expect(
        warnings.first == "\(method) has room for \(expected) tokens with L=1000; \(expected + 1) tokens exceed it")
    } else {
      #expect(method.warnings(contextWindow: 1000, length: 1 << 30).isEmpty)
    }
  }

  /// Every method with parameters for L = 64, and positions that stay below L up to its maximum length.
  @Test(
    "no relative position reaches L up to the maximum length, and one does beyond it",
    arguments: [
      "plain", "self-extend:G=4,W=16", "sliding-window:W=64", "attention-sinks:sinks=4,W=60", "lm-infinite:W=63",
      "rerope:W=63", "leaky-rerope:W=16,leak=4", "dual-chunk", "dual-chunk:chunk=63",
    ])
  func limitsHold(text: String) throws {
    let method = try Method(parsing: text)
    let layout = AttentionLayout(method, contextWindow: 64, slidingWindow: nil)
    func largest(_ query: Int) -> Double {
      (0...query).compactMap { seenDistance(layout, query: query, key: $0) }.max() ?? 0
    }
    let maximum = method.maximumLength(contextWindow: 64)
    for query in 0..<(maximum ?? 700) { #expect(largest(query) < 64, "query \(query)") }
    if let maximum { #expect(largest(maximum + 4) >= 64) }
  }
}
