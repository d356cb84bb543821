import Evaluation
import JSON
import Store
import Tasks

/// Between what a model answers and what a store keeps of it.
enum StoredOutcome {
  /// The record of an answer.
  static func record(
    of outcome: Outcome, sample: Sample, identity: String, seconds: Double, computedTokenCount: Int
  ) -> EvaluationRecord {
    var record = EvaluationRecord(
      identity: identity, prompt: sample.text, firstTokens: Array(sample.request.tokens.prefix(8)),
      promptTokenCount: sample.request.tokens.count, durationSeconds: seconds, computedTokenCount: computedTokenCount)
    switch outcome {
    case .logProbabilities(let values): record.logProbabilities = values
    case .generation(let tokens, let text, let finishReason):
      record.outputTokens = tokens
      record.output = text
      record.finishReason = finishReason
    case .choiceLogProbabilities(let values):
      record.logProbabilities = values.flatMap { $0 }
      record.choiceCounts = values.map(\.count)
      record.finishReason = .choice
    }
    return record
  }

  /// The outcome that a record holds; nil where it does not fit together.
  ///
  /// - Parameters:
  ///   - record: the evaluation, with its log-probabilities.
  ///   - reference: the sample, whose facts say how many tokens each choice has where the record does not.
  /// - Returns: what the model answered.
  static func outcome(of record: EvaluationRecord, _ reference: Reference) -> Outcome? {
    if let tokens = record.outputTokens {
      return .generation(tokens: tokens, text: record.output ?? "", finishReason: record.finishReason ?? .length)
    }
    guard let values = record.logProbabilities else { return nil }
    guard let counts = record.choiceCounts ?? legacyCounts(reference) else { return .logProbabilities(values) }
    // Each within the whole first, as a sum of numbers from outside may not fit.
    guard counts.allSatisfy({ (0...values.count).contains($0) }), counts.reduce(0, +) == values.count else {
      return nil
    }
    var start = 0
    return .choiceLogProbabilities(
      counts.map { count in
        defer { start += count }
        return Array(values[start..<start + count])
      })
  }

  /// Schema 1 kept the counts among the facts only.
  private static func legacyCounts(_ reference: Reference) -> [Int]? {
    guard case .list(let counts)? = reference.fact("choice_tokens") else { return nil }
    return counts.compactMap(\.asInteger)
  }

  /// The facts of a stored object.
  static func facts(_ spelling: String) -> [(name: String, value: Value)]? {
    guard case .object(let members)? = JSONValue(json: spelling) else { return nil }
    return members.compactMap { member in Value(member.value).map { (member.key, $0) } }
  }
}

extension Value {
  /// The value of a JSON value; nil for null and objects, which no fact is.
  init?(_ json: JSONValue) {
    switch json {
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .text(value)
    case .bool(let value): self = .flag(value)
    case .array(let values): self = .list(values.compactMap { Value($0) })
    case .null, .object: return nil
    }
  }
}
