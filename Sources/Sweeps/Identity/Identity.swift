import Backends
import Digest
import JSON
import Positions
import Store
import Tasks

/// The identity of an evaluation: SHA-256 over everything that can change what the model does, and nothing else.
///
/// Two samples share a stored evaluation only where it is equal. A method that is by definition plain attention for the
/// sample's length takes part as `plain`, so that such samples share plain's evaluation. What is made of an evaluation
/// (protocol, accepted answers, facts, scorer) is not part of it: see `ScoringIdentity`.
struct EvaluationIdentity {
  let modelHash: String
  let tokenizer: String
  let cache: CacheType
  let numerics: String
  let slidingWindow: Int?
  /// What stands before, between and behind the members that differ between samples, as JSON spells it.
  private let spelled: (start: [UInt8], middle: [UInt8], end: [UInt8])

  init(modelHash: String, tokenizer: String, cache: CacheType, numerics: String, slidingWindow: Int?) {
    self.modelHash = modelHash
    self.tokenizer = tokenizer
    self.cache = cache
    self.numerics = numerics
    self.slidingWindow = slidingWindow
    func spelling(_ text: String) -> String { JSONValue.string(text).spelling }
    spelled = (
      Array(#"{"cache":\#(spelling(cache.rawValue)),"decoding":"#.utf8),
      Array(#","model":\#(spelling(modelHash)),"numerics":\#(spelling(numerics)),"prompt":""#.utf8),
      Array(#"","tokenizer":\#(spelling(tokenizer))}"#.utf8)
    )
  }

  /// The method that takes part in the identity of a sample.
  func effective(_ method: Method, _ key: SampleKey) -> Method {
    method.isPlain(forLength: key.sequenceLength, slidingWindow: slidingWindow) ? .plain : method
  }

  /// The identity of a sample's evaluation, 64 hexadecimal digits.
  func of(_ key: SampleKey, method: Method) -> String { SHA256.hexadecimal(padding: spelling(key, method)) }

  /// The canonical spelling of all members, put together without a tree: a plan makes one for each sample and method.
  func spelling(_ key: SampleKey, _ method: Method) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1024)
    bytes += spelled.start
    bytes.append(contentsOf: key.decodingSpelling.utf8)
    bytes.append(contentsOf: #","method":"#.utf8)
    bytes.append(contentsOf: Self.quoted(effective(method, key).description).utf8)
    bytes += spelled.middle
    bytes.append(contentsOf: key.promptHash.utf8)
    bytes += spelled.end
    return bytes
  }

  /// A text as JSON spells it; most methods are letters and digits, of which nothing is escaped.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy {
      $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "/")
    }
    return isPlain ? "\"\(text)\"" : JSONValue.string(text).spelling
  }

  /// The identity that schema 1 of the store gave, which covered the scoring too.
  ///
  /// - Parameters:
  ///   - key: the sample's part.
  ///   - method: the cell's method.
  ///   - protocolName: the protocol under which it was evaluated.
  ///   - expected: the accepted answers at that time.
  ///   - facts: the facts at that time, in the one spelling.
  /// - Returns: 64 hexadecimal digits.
  func legacy(
    _ key: SampleKey, method: Method, protocolName: String, expected: [String], facts: String
  ) -> String {
    let answers = JSONValue.array(expected.map { .string($0) }).spelling
    var members = members(key, method)
    members["protocol"] = .string(protocolName)
    members["scoring"] = .string(SHA256.hexadecimal(of: #"{"expected":\#(answers),"facts":\#(facts)}"#))
    return SHA256.hexadecimal(of: JSONValue.object(members).spelling)
  }

  /// The members of an identity, as a tree.
  func members(_ key: SampleKey, _ method: Method) -> [String: JSONValue] {
    [
      "model": .string(modelHash), "tokenizer": .string(tokenizer), "cache": .string(cache.rawValue),
      "numerics": .string(numerics), "prompt": .string(key.promptHash), "decoding": key.decoding,
      "method": .string(effective(method, key).description),
    ]
  }
}

/// The identity of a scoring: SHA-256 over all that scores depend on beside the evaluation.
struct ScoringIdentity {
  let protocolName: String
  let scorerVersion: String

  init(protocolName: String, scorerVersion: String) {
    self.protocolName = protocolName
    self.scorerVersion = scorerVersion
  }

  /// The identity of a sample's scoring, 64 hexadecimal digits.
  ///
  /// - Parameters:
  ///   - expected: the accepted answers.
  ///   - facts: the facts in the one spelling.
  /// - Returns: 64 hexadecimal digits.
  func of(expected: [String], facts: String) -> String {
    let answers = JSONValue.array(expected.map { .string($0) }).spelling
    let name = JSONValue.string(protocolName).spelling
    return SHA256.hexadecimal(
      of: #"{"expected":\#(answers),"facts":\#(facts),"protocol":\#(name),"scorer":"\#(scorerVersion)"}"#)
  }
}
