import Checkpoints
import Evaluation
import Foundation
import JSON
import Metrics
import Tasks
import Text
import Tokenizers
import Transformer

/// `perplexity`: one text, one number with its interval.
enum PerplexityCommand {
  private static let file = Option.value("--file", "F", "the text")
  private static let tokens = Option.value("--tokens", "IDS.json", "the text as a JSON array of token ids")
  private static let convention = Option.value(
    "--convention", "C", choices: PerplexityConvention.allCases.map(\.rawValue),
    "\(PerplexityConvention.allCases.map(\.rawValue).joined(separator: ", ")) (default hf-strided)"
  )
  private static let context = Option.value(
    "--context", "N", "window length in tokens (default: the model's window, or the text's length)")
  private static let stride = Option.value("--stride", "S", "distance of windows (default: the context)")
  private static let windowLimit = Option.value("--windows", "N", "score the first N windows only")
  private static let words = Option.value(
    "--words", "N", "the words to divide by, for example the official count (default: counted in the file)")
  private static let perToken = Option.value(
    "--per-token", "F.json", "write the natural-log probability of every scored token")

  private struct Output: Encodable {
    let perplexity: Double?
    let is_infinite: Bool?
    let mean_nll: Double
    let tokens: Int
    let windows: Int
    let interval: [Double]?
    let plus_minus: Double?
    let convention: String
    let context: Int
    let stride: Int
    let method: String
    let text_tokens: Int
    let words: Int?
    let bytes: Int?
    let word_perplexity: Double?
    let byte_perplexity: Double?
    let bits_per_byte: Double?
    let seconds: Double
  }

  static let command = Command(
    name: "perplexity", summary: "Measure the perplexity of one text",
    details: [
      "`sliding-256` is sliding with a stride of 256. Conventions that score every token also give the perplexity "
        + "per word\nand per byte; pg19-word is the former.",
      "One of --file and --tokens is needed. [low, high] is the 95 % interval over blocks of windows; fewer than six have\n"
        + "none. ± (plus_minus in JSON) is one standard error with every token taken as independent, as llama.cpp prints it:\n"
        + "good for comparing with llama.cpp, and narrower than what the text supports.",
    ],
    options: [EngineOptions.model, file, tokens, convention, context, stride, windowLimit, words, perToken]
      + EngineOptions.all
  ) { arguments in
    guard arguments.has(file) != arguments.has(tokens) else {
      throw UsageError("'perplexity' needs exactly one of --file and --tokens")
    }
    if arguments.text(perToken) == Files.standardOutput {
      throw UsageError("\(perToken.name) - and the result both want standard output; name a file")
    }
    let run = try Run(arguments)
    let result = try run.score()
    if let path = arguments.text(perToken) {
      try Files.write(JSONValue(encoding: ["log_probabilities": result.logProbabilities]), to: path)
    }
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(run.output(result))
    } else {
      Terminal.print(run.text(result))
    }
    return .complete
  }

  /// One measurement.
  private struct Run {
    let session: Session
    let source: PerplexityText
    let windows: PerplexityWindows
    let context: Int
    let samples: [Sample]
    /// True where the windows hold every token of the text, so that its words and bytes can be divided by.
    let isWhole: Bool
    let start = ContinuousClock.now
    let isQuiet: Bool

    init(_ arguments: Arguments) throws {
      let written = arguments.text(PerplexityCommand.convention) ?? PerplexityConvention.hfStrided.rawValue
      let parsed = PerplexityConvention.parse(written)
      let convention =
        try parsed?.convention ?? arguments.word(PerplexityCommand.convention, PerplexityConvention.self) ?? .hfStrided
      let given = try arguments.integer(PerplexityCommand.context, atLeast: 2)
      let limit = try arguments.integer(windowLimit)
      let stride = try arguments.integer(PerplexityCommand.stride)
      session = try EngineOptions.makeSession(arguments, length: given)
      source = try Self.source(arguments, convention, session.model)
      context = given ?? (arguments.has(tokens) ? source.tokens.count : session.model.contextWindow)
      guard parsed?.stride == nil || stride == nil else {
        throw UsageError("--convention \(written) says the stride; leave --stride away")
      }
      windows = PerplexityWindows(
        convention, context: context, stride: parsed?.stride ?? stride ?? context, limit: limit)
      let all = try PerplexityWindows(convention, context: context, stride: windows.stride)
        .samples(of: source, length: context)
      samples = Array(all.prefix(limit ?? all.count))
      isWhole = samples.count == all.count && windows.scoresWholeTexts
      if convention == .pg19Word, !isWhole {
        throw UsageError("--convention pg19-word divides by the words of the whole text; leave --windows away")
      }
      if convention == .lmEvalRolling, source.bos == nil {
        throw UsageError("convention \(convention.rawValue) needs a BOS or EOS token, the model's tokenizer has none")
      }
      isQuiet = arguments.has(GlobalOptions.quiet) || !Terminal.canDrawBar
    }

    private static func source(
      _ arguments: Arguments, _ convention: PerplexityConvention, _ model: Model
    ) throws -> PerplexityText {
      let path = try arguments.required(EngineOptions.model)
      let words = try arguments.integer(PerplexityCommand.words)
      if let tokenFile = arguments.text(tokens) {
        guard convention != .pg19Word || words != nil else {
          throw UsageError("--convention pg19-word divides by words: give --file, or --words N beside --tokens")
        }
        let tokenizer = try? Tokenizer.load(modelPath: path)
        return PerplexityText(
          name: tokenFile, tokens: try EngineOptions.tokens(tokenFile),
          bos: tokenizer?.bosToken ?? model.hyperparameters.bosTokenID, addsBOS: tokenizer?.addsBOS ?? false,
          wordCount: words.map(Double.init), byteCount: nil)
      }
      let tokenizer = try Tokenizer.load(modelPath: path)
      let name = try arguments.required(file)
      let text = try Files.readText(name)
      return PerplexityText(
        name: name, tokens: tokenizer.encode(text, bos: convention.usesBOSInText ? .auto : .never, parseSpecial: false),
        bos: tokenizer.bosToken ?? tokenizer.eosToken, addsBOS: tokenizer.addsBOS,
        wordCount: Double(words ?? WordCount.of(text, convention)), byteCount: text.utf8.count)
    }

    func score() throws -> Result {
      var contributions: [[Contribution]] = windows.metrics.map { _ in [] }
      var kept: [Float] = []
      for (index, sample) in samples.enumerated() {
        let (tokens, reference) = (sample.request.tokens, sample.reference)
        // Only what counts is made into log-probabilities.
        let first = reference.fact("first_scored")?.asInteger ?? 1
        let values = try session.score(tokens, last: tokens.count - first)
        let scores = windows.scores(of: reference, last: values)
        if let reason = scores.lazy.compactMap(\.unscored).first {
          throw FileError(path: source.name, problem: "window \(index): \(reason)", isInput: false)
        }
        for (place, metric) in windows.metrics.enumerated() {
          let part = metric.contribution(of: scores, sampleID: sample.id.rawValue, document: source.name)
          if let part { contributions[place].append(part) }
        }
        kept += windows.scored(of: reference, last: values) ?? []
        if !isQuiet { Terminal.status("\r\(index + 1)/\(samples.count) windows\u{1b}[K") }
      }
      if !isQuiet { Terminal.status("\r\u{1b}[K") }
      let estimates = zip(windows.metrics, contributions).map { ($0.name, $0.estimate($1)) }
      guard let main = estimates.first?.1, let value = main.value, let mean = main.meanNLL else {
        throw UsageError("nothing was scored: the text is too short for this context")
      }
      // The error is that of a mean over tokens; a sum that is divided by words has it by as much larger.
      let perWord = windows.convention == .pg19Word ? source.wordCount.map { Double(kept.count) / $0 } : nil
      return Result(
        perplexity: value, meanNLL: mean, interval: main.interval, logProbabilities: kept,
        plusMinus: value * Perplexity.standardError(kept) * (perWord ?? 1),
        parts: isWhole ? Dictionary(estimates) { $1 } : [:])
    }

    func output(_ result: Result) -> Output {
      let elapsed = (ContinuousClock.now - start).components
      return Output(
        perplexity: Self.finite(result.perplexity), is_infinite: result.perplexity == .infinity ? true : nil,
        mean_nll: result.meanNLL, tokens: result.logProbabilities.count, windows: samples.count,
        interval: result.interval.map { [$0.low, $0.high] }, plus_minus: Self.finite(result.plusMinus),
        convention: windows.convention.rawValue, context: context, stride: windows.stride, method: "\(session.method)",
        text_tokens: source.tokens.count, words: source.wordCount.map { Int($0) }, bytes: source.byteCount,
        word_perplexity: result[.perWords].flatMap(Self.finite),
        byte_perplexity: result[.perBytes].flatMap(Self.finite), bits_per_byte: result[.bitsPerByte],
        seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    }

    /// JSON has no infinity: a perplexity that overflows is null, and its mean NLL stands beside it.
    private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

    private static func text(_ value: Double) -> String { value.isFinite ? NumberText.fixed(value, 4) : "infinite" }

    func text(_ result: Result) -> String {
      let interval =
        result.interval.map { " [\(NumberText.fixed($0.low, 4)), \(NumberText.fixed($0.high, 4))]" } ?? ""
      let spread =
        result.perplexity.isFinite
        ? " ± \(NumberText.fixed(result.plusMinus, 4)) (standard error, "
          + "tokens taken as independent)" : " (mean NLL \(NumberText.fixed(result.meanNLL, 4)))"
      return "perplexity \(Self.text(result.perplexity))\(interval)\(spread), "
        + "\(NumberText.grouped(result.logProbabilities.count)) tokens in \(samples.count) windows "
        + "(\(windows.convention.rawValue), context \(context), stride \(windows.stride), \(session.method))"
        + others(result)
    }

    /// What else the same log-probabilities give.
    private func others(_ result: Result) -> String {
      var parts: [String] = []
      if let words = source.wordCount, let value = result[.perWords] {
        parts.append("per word \(Self.text(value)) (\(NumberText.grouped(Int(words))) words)")
      }
      if let value = result[.perBytes], let bits = result[.bitsPerByte] {
        parts.append("per byte \(Self.text(value)), \(NumberText.fixed(bits, 4)) bits per byte")
      }
      return parts.isEmpty ? "" : "\n" + parts.joined(separator: ", ")
    }
  }

  /// What was measured.
  private struct Result {
    let perplexity: Double
    /// Nats per token; per word for `pg19-word`.
    let meanNLL: Double
    let interval: Statistics.Interval?
    /// Of the scored tokens, in the order of the text.
    let logProbabilities: [Float]
    let plusMinus: Double
    /// By metric; empty where the text is not scored whole.
    let parts: [String: Estimate]

    subscript(_ kind: PerplexityKind) -> Double? { parts[kind.rawValue]?.value }
  }
}
