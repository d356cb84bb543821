import Evaluation
import Foundation
import Metrics
import Testing
import Tokenizers

@testable import Tasks

@Suite struct PerplexityTaskTests {
  private let texts = [
    "a.txt": " One two  three four five six seven eight nine ten, and so on to the end of it.\n",
    "b.txt": "Another text with words of its own, longer than a few windows of sixteen bytes, é included.",
  ]

  /// A log-probability that depends on everything before a token.
  private func logProbabilities(_ tokens: [Int]) -> [Float] {
    var state = UInt64(7)
    return tokens.enumerated().compactMap { index, token in
      state = state &* 6_364_136_223_846_793_005 &+ UInt64(token) &+ 1
      return index == 0 ? nil : -Float(state >> 40) / 1e7
    }
  }

  private func task(_ convention: String, _ more: [String: Value] = [:]) throws -> PerplexityTask {
    let path = try folder(texts)
    let settings: [String: Value] = [
      "path": .text(path), "lengths": .list([.integer(16), .integer(24)]), "convention": .text(convention),
    ]
    return try PerplexityTask(settings: TaskSettings(settings.merging(more) { $1 }))
  }

  private func context(addsBOS: Bool = true) throws -> SampleContext {
    SampleContext(tokenizer: try byteTokenizer(addsBOS: addsBOS), contextWindow: 16, chat: nil, seed: 1)
  }

  private func sums(_ task: PerplexityTask, _ samples: [Sample]) -> [String: Double] {
    var sums: [String: Double] = [:]
    for sample in samples {
      for score in task.scores(
        of: sample.reference, outcome: .logProbabilities(logProbabilities(sample.request.tokens)))
      {
        sums[score.metric, default: 0] += score.value ?? .nan
      }
    }
    return sums
  }

  @Test(
    "the cell of every convention is the number that the convention makes of the text",
    arguments: PerplexityConvention.allCases)
  func conventions(_ convention: PerplexityConvention) throws {
    let task = try task(convention.rawValue, ["stride": .integer(6)])
    let context = try context()
    let samples = try task.samples(of: task.cells[0], in: context)
    let sums = sums(task, samples)
    var (nll, weight) = (0.0, 0.0)
    for name in texts.keys.sorted() {
      var ids = context.tokenizer.encode(texts[name] ?? "", bos: .never, parseSpecial: false)
      if convention.usesBOSInText { ids.insert(256, at: 0) }
      for window in try convention.windows(count: ids.count, context: 16, stride: 6) {
        let values = logProbabilities(window.sequence(of: ids, bos: 256))
        let scored = try #require(window.scoredLogProbabilities(in: values))
        // The documentation's code counts one token less than it averages over.
        let counted = Double(convention == .hfDoc ? window.targetCount - 1 : scored.count)
        nll -= scored.reduce(0) { $0 + Double($1) } / Double(scored.count) * counted
        weight += counted
      }
    }
    let words = texts.values.reduce(0) { $0 + WordCount.of($1, convention) }
    let kind = PerplexityKind(metric: task.metrics[0].name)
    let mean = try #require(sums["nll_sum"]) / #require(sums[kind.countName])
    let expected = exp(nll / (convention == .pg19Word ? Double(words) : weight))
    #expect(abs(kind.value(meanNLL: mean) / expected - 1) < 1e-9)
    guard convention.scoresWholeTexts(context: 16, stride: 6) else { return }
    let bytes = texts.values.reduce(0) { $0 + $1.utf8.count }
    #expect(abs((sums["word_count"] ?? 0) - Double(words)) < 1e-9)
    #expect(abs((sums["byte_count"] ?? 0) - Double(bytes)) < 1e-9)
    let perByte = exp(try #require(sums["nll_sum"]) / #require(sums["byte_count"]))
    #expect(abs(perByte / exp(nll / Double(bytes)) - 1) < 1e-9)
  }

  @Test("every token of a text is scored once where words are divided by")
  func whole() throws {
    for convention in ["sliding-5", "lm-eval-rolling", "pg19-word", "hf-strided"] {
      let task = try task(convention)
      let context = try context()
      for cell in task.cells {
        let scored = try task.samples(of: cell, in: context).reduce(0) { sum, sample in
          sum + Int(sample.facts.first { $0.name == "scored_count" }?.value.asNumber ?? 0)
        }
        #expect(scored == texts.values.reduce(0) { $0 + $1.utf8.count })
      }
    }
  }

  @Test("words are counted as lm-evaluation-harness and as PG-19 count them")
  func words() {
    #expect(WordCount.of(" a b\n", .pg19Word) == 2 && WordCount.of(" a b\n", .lmEvalRolling) == 4)
    #expect(WordCount.of("a b", .lmEvalRolling) == 2 && WordCount.of("", .lmEvalRolling) == 1)
    #expect(WordCount.of("a\u{a0}b\u{1c}c", .pg19Word) == 3 && WordCount.of(" ", .lmEvalRolling) == 2)
  }

  @Test("a joined corpus is one text, and only the first windows may be taken")
  func joined() throws {
    let task = try task("llamacpp", ["join": .flag(true), "windows": .integer(2)])
    let samples = try task.samples(of: task.cells[0], in: context())
    #expect(samples.map(\.id.rawValue) == ["doc=corpus/length=16/window=0", "doc=corpus/length=16/window=1"])
    #expect(samples.allSatisfy { $0.request.tokens.first == 256 })
    #expect(task.protocolName == "perplexity/llamacpp-v1+join+windows=2")
    #expect(task.protocolNotes.contains { $0.hasPrefix("deviation") })
  }

  @Test("a text that is too short for one length is left out of all, with a warning")
  func tooShort() throws {
    let task = try task("llamacpp", ["lengths": .list([.integer(16), .integer(44)])])
    let context = try context()
    #expect(task.warnings(in: context).count == 1)
    for cell in task.cells {
      let documents = Set(try task.samples(of: cell, in: context).map { $0.id.rawValue.prefix(9) })
      #expect(documents == ["doc=b.txt"])
    }
  }

  @Test("the official word count is for the whole official split alone, and the report says so")
  func officialWords() throws {
    let task = try task("pg19-word")
    #expect(task.metrics.map(\.name) == ["word_perplexity", "perplexity", "byte_perplexity", "bits_per_byte"])
    #expect(task.protocolNotes.contains { $0.contains("not the whole of an official PG-19 split") })
  }

  @Test(
    "settings that make no sense are refused",
    arguments: [
      ["convention": Value.text("hf")], ["stride": .integer(17)], ["lengths": .list([])], ["windows": .integer(0)],
      ["convention": .text("sliding-5"), "stride": .integer(5)],
    ])
  func refused(_ settings: [String: Value]) { #expect(throws: TaskError.self) { try task("sliding", settings) } }
}
