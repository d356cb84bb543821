public import Evaluation
import Foundation
public import Metrics

/// A text in tokens, of which a convention makes windows.
public struct PerplexityText: Sendable {
  /// The document's name.
  public let name: String
  /// The text's tokens, BOS in front where the convention's `usesBOSInText` and the tokenizer say so.
  public let tokens: [Int]
  /// The token that stands in front of a text; nil where the vocabulary has none.
  public let bos: Int?
  /// Whether the tokenizer begins a text with it.
  public let addsBOS: Bool
  /// The words to divide by, where they are known.
  public let wordCount: Double?
  /// The UTF-8 bytes to divide by, where they are known.
  public let byteCount: Int?

  /// A text.
  public init(name: String, tokens: [Int], bos: Int?, addsBOS: Bool, wordCount: Double?, byteCount: Int?) {
    self.name = name
    self.tokens = tokens
    self.bos = bos
    self.addsBOS = addsBOS
    self.wordCount = wordCount
    self.byteCount = byteCount
  }
}

/// What a convention makes of texts: a sample for each window, and the scores of its log-probabilities.
///
/// The task `perplexity` and the command of that name measure by it.
public struct PerplexityWindows: Sendable {
  /// The convention.
  public let convention: PerplexityConvention
  /// The distance of windows.
  public let stride: Int
  /// The first windows of each text; nil for all.
  public let limit: Int?
  /// Whether the sums of NLL are whole texts', so that they can be divided by words and bytes.
  public let scoresWholeTexts: Bool

  /// Windows of a convention.
  ///
  /// - Parameters:
  ///   - convention: the convention.
  ///   - context: the length of the shortest window that is asked for.
  ///   - stride: the distance of windows.
  ///   - limit: the first windows of each text alone.
  public init(_ convention: PerplexityConvention, context: Int, stride: Int, limit: Int? = nil) {
    self.convention = convention
    self.stride = stride
    self.limit = limit
    scoresWholeTexts = convention.scoresWholeTexts(context: context, stride: stride)
  }

  /// Perplexity per token, per word for `pg19-word`; then what else the log-probabilities give.
  public var metrics: [MetricDescription] {
    guard scoresWholeTexts else { return [PerplexityKind.perTokens.metric] }
    let first: [PerplexityKind] = convention == .pg19Word ? [.perWords, .perTokens] : [.perTokens, .perWords]
    return (first + [.perBytes, .bitsPerByte]).map(\.metric)
  }

  /// The windows of one text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - length: the window's length in tokens.
  ///   - decode: the tokens of a window as a person reads them.
  /// - Returns: a sample for each window, in the order of the text.
  /// - Throws: `PerplexityError` where the convention has no windows of that length.
  public func samples(
    of text: PerplexityText, length: Int, decode: (ArraySlice<Int>) -> String = { _ in "" }
  ) throws(PerplexityError) -> [Sample] {
    let windows = try convention.windows(count: text.tokens.count, context: length, stride: stride)
    let total = windows.reduce(0) { $0 + $1.scored.count }
    return windows.prefix(limit ?? windows.count).enumerated().map { index, window in
      let first = window.scored.lowerBound - window.tokens.lowerBound + (window.hasPrefix ? 1 : 0)
      var facts: [(name: String, value: Value)] = [
        ("document", .text(text.name)), ("window", .integer(index)),
        ("text_offset", .integer(window.tokens.lowerBound)),
        ("first_scored", .integer(first)), ("scored_count", .integer(window.scored.count)),
        ("bos", .flag(text.addsBOS)),
      ]
      if convention == .hfDoc { facts.append(("target_count", .integer(window.targetCount))) }
      if scoresWholeTexts {
        // The words and bytes of a text are spread over its windows by scored tokens, so that their sums are the text's.
        let share = Double(window.scored.count) / Double(max(1, total))
        if let words = text.wordCount { facts.append(("words", .number(words * share))) }
        if let bytes = text.byteCount { facts.append(("bytes", .number(Double(bytes) * share))) }
      }
      // Chunks begin with BOS only where the vocabulary wants one; a rolling window's prefix stands in any case.
      let sequence = window.sequence(of: text.tokens, bos: window.hasPrefix || text.addsBOS ? text.bos : nil)
      return Sample(
        id: SampleID("doc=\(text.name)/length=\(length)/window=\(index)"), text: decode(text.tokens[window.tokens]),
        request: .score(tokens: sequence), facts: facts)
    }
  }

  /// The log-probabilities that count of a window's.
  ///
  /// - Parameters:
  ///   - reference: the window's sample.
  ///   - last: the log-probabilities of the last tokens of its prompt, at least from its first scored one on.
  /// - Returns: those of the scored tokens; nil where they are not all there.
  public func scored(of reference: Reference, last: [Float]) -> ArraySlice<Float>? {
    guard let first = reference.fact("first_scored")?.asInteger, let count = reference.fact("scored_count")?.asInteger,
      last.count < reference.promptTokenCount, (1...reference.promptTokenCount).contains(first)
    else { return nil }
    let start = first - (reference.promptTokenCount - last.count)
    guard start >= 0, (0...last.count - start).contains(count) else { return nil }
    return last[start..<start + count]
  }

  /// `perplexity`, and what it and its relatives are made of: `nll_sum`, `token_count`, `word_count`, `byte_count`.
  ///
  /// - Parameters:
  ///   - reference: the window's sample.
  ///   - last: the log-probabilities of the last tokens of its prompt, at least from its first scored one on.
  /// - Returns: the scores; an unscored one where log-probabilities are missing or not finite.
  public func scores(of reference: Reference, last: [Float]) -> [Score] {
    guard let scored = scored(of: reference, last: last) else { return [incomplete] }
    let part = convention.contribution(
      of: scored, targetCount: reference.fact("target_count")?.asNumber.flatMap { Int(exactly: $0) })
    guard part.sum.isFinite else { return [Score(metrics[0].name, unscored: "a log-probability is not finite")] }
    var scores: [Score] = []
    if part.weight > 0 { scores.append(Score("perplexity", exp(part.sum / part.weight))) }
    scores += [Score(PerplexityParts.sum, part.sum), Score(PerplexityParts.counts.tokens, part.weight)]
    for (fact, score) in [("words", PerplexityParts.counts.words), ("bytes", PerplexityParts.counts.bytes)] {
      if let count = reference.fact(fact)?.asNumber, count > 0 { scores.append(Score(score, count)) }
    }
    return scores
  }

  /// The scores of a window all of whose log-probabilities are there.
  func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .logProbabilities(let values) = outcome, values.count == reference.promptTokenCount - 1 else {
      return [incomplete]
    }
    return scores(of: reference, last: values)
  }

  private var incomplete: Score {
    Score(metrics[0].name, unscored: "the model did not give one log-probability for each token but the first")
  }
}
