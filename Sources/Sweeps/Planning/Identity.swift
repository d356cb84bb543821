import Digest
import Evaluation
import JSON
import Positions
import Tasks

/// What the identity of a sample's result takes from the sample, computed once for all methods.
struct SampleKey {
  /// SHA-256 over the prompt's token ids.
  let promptHash: String
  /// What is asked of the model, and the limits of a generation.
  let decoding: CanonicalJSON
  /// SHA-256 over what the scorer takes from the sample: accepted answers and facts.
  let scoringHash: String
  /// The longest sequence that the model sees: prompt and new tokens.
  let sequenceLength: Int

  init(_ sample: Sample) {
    var digest = SHA256()
    var chunk: [UInt8] = []
    for token in sample.request.tokens {
      for shift in stride(from: 0, to: 64, by: 8) { chunk.append(UInt8(truncatingIfNeeded: token >> shift)) }
    }
    digest.update(chunk)
    promptHash = digest.hexadecimal()
    switch sample.request {
    case .score:
      decoding = .object(["kind": .text("score")])
    case .generate(_, let maxNewTokens, let stopTokens, let stopTexts, let minNewTokens):
      var settings: [String: CanonicalJSON] = [
        "kind": .text("generate"), "choice": .text("greedy"), "maxNewTokens": .integer(maxNewTokens),
        "stopTokens": .array(stopTokens.sorted().map { .integer($0) }),
        "stopTexts": .array(stopTexts.map { .text($0) }),
      ]
      // Left out where it is 0, so that results of requests without it keep their identity.
      if minNewTokens > 0 { settings["minNewTokens"] = .integer(minNewTokens) }
      decoding = .object(settings)
    case .choices(_, let continuations):
      decoding = .object([
        "kind": .text("choices"),
        "continuations": .array(continuations.map { .array($0.map { .integer($0) }) }),
      ])
    }
    let scoring = CanonicalJSON.object([
      "expected": .array(sample.expected.map { .text($0) }), "facts": Self.facts(of: sample),
    ])
    scoringHash = SHA256.hexadecimal(of: scoring.spelling)
    sequenceLength = sample.request.sequenceLength
  }

  /// The facts of a sample as one object; a name that stands twice keeps its last value.
  static func facts(of sample: Sample) -> CanonicalJSON {
    .object(Dictionary(sample.facts.map { ($0.name, CanonicalJSON($0.value)) }) { $1 })
  }
}

/// The identity of a sample's result: SHA-256 over everything that can change it, and nothing else.
///
/// Two samples share a stored result only where it is equal. A method that is by definition plain attention for the
/// sample's length takes part as `plain`, so that such samples share plain's result. What is asked of the scorer
/// (accepted answers, scored range) takes part too, because scores are stored with the result.
struct Identity {
  let modelHash: String
  let tokenizer: String
  let cache: Configuration.CacheType
  let numerics: String
  let protocolName: String
  let slidingWindow: Int?

  /// The method that takes part in the identity of a sample.
  func effective(_ method: Method, _ key: SampleKey) -> Method {
    method.isPlain(forLength: key.sequenceLength, slidingWindow: slidingWindow) ? .plain : method
  }

  /// The identity of a sample's result, 64 hexadecimal digits.
  func of(_ key: SampleKey, method: Method) -> String {
    SHA256.hexadecimal(
      of: CanonicalJSON.object([
        "model": .text(modelHash), "tokenizer": .text(tokenizer), "cache": .text(cache.rawValue),
        "numerics": .text(numerics), "protocol": .text(protocolName), "prompt": .text(key.promptHash),
        "decoding": key.decoding, "scoring": .text(key.scoringHash),
        "method": .text(effective(method, key).description),
      ]).spelling)
  }
}
