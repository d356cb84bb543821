import Digest
import Evaluation
import JSON
import Tasks

/// What the identities of a sample take from the sample, computed once for all methods.
struct SampleKey: Sendable {
  /// SHA-256 over the prompt's token ids.
  let promptHash: String
  /// What is asked of the model, and the limits of a generation, in the one spelling.
  let decoding: JSONValue
  /// The spelling of `decoding`.
  let decodingSpelling: String
  /// The accepted answers.
  let expected: [String]
  /// The facts as one object in the one spelling.
  let facts: String
  /// The longest sequence that the model sees: prompt and new tokens.
  let sequenceLength: Int

  init(_ sample: Sample) {
    var chunk: [UInt8] = []
    chunk.reserveCapacity(8 * sample.request.tokens.count + 72)
    for token in sample.request.tokens {
      for shift in 0..<8 { chunk.append(UInt8(truncatingIfNeeded: token >> (8 * shift))) }
    }
    promptHash = SHA256.hexadecimal(padding: chunk)
    decoding = Self.decoding(of: sample.request, sample.conversation?.pictures ?? [])
    decodingSpelling = decoding.spelling
    expected = sample.expected
    // A name that stands twice keeps its last value, as the spelling has it.
    facts = JSONValue.object(sample.facts.map { JSONValue.Member(key: $0.name, value: JSONValue($0.value)) }).spelling
    sequenceLength = sample.request.sequenceLength
  }

  private static func decoding(of request: Request, _ pictures: [Picture]) -> JSONValue {
    switch request {
    case .score: return .object(["kind": .string("score")])
    case .generate(_, let maxNewTokens, let stopTokens, let stopTexts, let minNewTokens):
      var settings: [String: JSONValue] = [
        "kind": .string("generate"), "choice": .string("greedy"), "maxNewTokens": .integer(maxNewTokens),
        "stopTokens": .array(stopTokens.sorted().map { .integer($0) }),
        "stopTexts": .array(stopTexts.map { .string($0) }),
      ]
      // Left out where it is 0, so that results of requests without it keep their identity.
      if minNewTokens > 0 { settings["minNewTokens"] = .integer(minNewTokens) }
      if !pictures.isEmpty { settings["pictures"] = .array(pictures.map { .string($0.sha256) }) }
      return .object(settings)
    case .choices(_, let continuations):
      return .object([
        "kind": .string("choices"),
        "continuations": .array(continuations.map { .array($0.map { .integer($0) }) }),
      ])
    }
  }
}
