import Backends
import Evaluation
import Positions
import Tasks
import Testing

@testable import Sweeps

/// Texts that stored results are found by; the expected hash was made by Python's json and hashlib from the same facts.
@Suite struct SpellingTests {
  @Test("identities are the hashes that they always were, that of schema 1 too")
  func identity() {
    let sample = Sample(
      id: SampleID("any"), text: "t",
      request: .generate(tokens: [1, 2, 300], maxNewTokens: 5, stopTokens: [7, 2], stopTexts: ["\n", "é/"]),
      expected: ["12345", "\"é\""],
      facts: [
        ("length", .integer(4096)), ("depth", .number(0.5)), ("document", .text("a/b")), ("whole", .number(2)),
      ])
    let identity = EvaluationIdentity(
      modelHash: "m", tokenizer: "t", cache: .float32, numerics: "n1", slidingWindow: nil)
    let method = Method.selfExtend(SelfExtend(groupSize: 2, neighborWindow: 1), logBase: nil)
    let key = SampleKey(sample)
    #expect(
      identity.legacy(key, method: method, protocolName: "p/v1", expected: key.expected, facts: key.facts)
        == "26f27c7be3ebb344192b1f47a55b5a5fe5ae24216204d78008f02cc51ced37c8")
    #expect(identity.of(key, method: method) == "eb47cc6a5c67e990a26e7debe90fe25be50cc9bd31eab11509f5b27e6d4f6de2")
    #expect(
      ScoringIdentity(protocolName: "p/v1", scorerVersion: "3").of(expected: key.expected, facts: key.facts)
        == "917290defe4b6929b96cf35e18722a29fd54e222f1730b47f6e6573185a44b84")
  }

  @Test("the resolved configuration is spelled as it always was")
  func configurationText() throws {
    let read = try configuration(
      """
      name: pin
      models: [{name: m, path: "${M}/m", context: 4096, cache: float16}]
      methods: [plain, self-extend:G=2,W=64]
      tasks: [counting: {lengths: [4, 8], share: 0.5, strict: true, words: one}]
      gates: [{metric: accuracy, task: counting, max-decrease: 1%, min: 0.5}]
      """, environment: ["M": "/models"])
    #expect(
      read.resolved
        == #"{"gates":[{"baseline":null,"max":null,"max-decrease":{"relative":0.01},"max-increase":null,"#
        + #""method":null,"metric":"accuracy","min":0.5,"task":"counting"}],"methods":["plain","self-extend:G=2,W=64"],"#
        + #""models":[{"cache":"float16","chat":null,"context":4096,"name":"m","path":"${M}/m"}],"name":"pin","#
        + #""seed":42,"tasks":[{"counting":{"lengths":[4,8],"share":0.5,"strict":true,"words":["one"]}}]}"#)
  }
}
