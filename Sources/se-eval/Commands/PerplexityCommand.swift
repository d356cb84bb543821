import Checkpoints
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
    "--convention", "C", "\(PerplexityConvention.allCases.map(\.rawValue).joined(separator: ", ")) (default hf-strided)"
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
      "One of --file and --tokens is needed. The interval is over blocks of windows; fewer than six have none.",
    ],
    options: [EngineOptions.model, file, tokens, convention, context, stride, windowLimit, words, perToken]
      + EngineOptions.all
  ) { arguments in
    guard arguments.has(file) != arguments.has(tokens) else {
      throw UsageError("'perplexity' needs exactly one of --file and --tokens")
    }
    let run = try Run(arguments)
    let (estimate, logProbabilities) = try run.score()
    if let path = arguments.text(perToken) {
      try Files.write(JSONValue(encoding: ["log_probabilities": logProbabilities]), to: path)
    }
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(run.output(estimate))
    } else {
      Terminal.print(run.text(estimate))
    }
    return .complete
  }

  /// One measurement.
  private struct Run {
    let session: Session
    let ids: [Int]
    let bos: Int?
    let addsBOS: Bool
    let convention: PerplexityConvention
    let context: Int
    let stride: Int
    let windows: [ScoringWindow]
    /// True where the windows hold every token of the text, so that its words and bytes can be divided by.
    let isWhole: Bool
    let wordCount: Int?
    let byteCount: Int?
    let start = ContinuousClock.now
    let isQuiet: Bool

    init(_ arguments: Arguments) throws {
      let path = try arguments.required(EngineOptions.model)
      let written = arguments.text(PerplexityCommand.convention) ?? PerplexityConvention.hfStrided.rawValue
      let ownStride: Int?
      if let parsed = PerplexityConvention.parse(written) {
        (convention, ownStride) = parsed
      } else {
        (convention, ownStride) = (
          try arguments.word(PerplexityCommand.convention, PerplexityConvention.self) ?? .hfStrided, nil
        )
      }
      let given = try arguments.integer(PerplexityCommand.context, atLeast: 2)
      let limit = try arguments.integer(windowLimit)
      let stride = try arguments.integer(PerplexityCommand.stride)
      session = try EngineOptions.makeSession(arguments, length: given)
      if let tokenFile = arguments.text(tokens) {
        guard convention != .pg19Word || arguments.has(PerplexityCommand.words) else {
          throw UsageError("--convention pg19-word divides by words: give --file, or --words N beside --tokens")
        }
        ids = try EngineOptions.tokens(tokenFile)
        byteCount = nil
        wordCount = try arguments.integer(PerplexityCommand.words)
        let tokenizer = try? Tokenizer.load(modelPath: path)
        bos = tokenizer?.bosToken ?? session.model.hyperparameters.bosTokenID
        addsBOS = tokenizer?.addsBOS ?? false
      } else {
        let tokenizer = try Tokenizer.load(modelPath: path)
        let text = try Files.readText(arguments.required(file))
        ids = tokenizer.encode(text, bos: convention.usesBOSInText ? .auto : .never, parseSpecial: false)
        bos = tokenizer.bosToken ?? tokenizer.eosToken
        addsBOS = tokenizer.addsBOS
        byteCount = text.utf8.count
        wordCount = try arguments.integer(PerplexityCommand.words) ?? WordCount.of(text, convention)
      }
      context = given ?? (arguments.has(tokens) ? ids.count : session.model.contextWindow)
      guard ownStride == nil || stride == nil else {
        throw UsageError("--convention \(written) says the stride; leave --stride away")
      }
      self.stride = ownStride ?? stride ?? context
      let all = try convention.windows(count: ids.count, context: context, stride: self.stride)
      windows = Array(all.prefix(limit ?? all.count))
      isWhole = windows.count == all.count && convention.scoresWholeTexts(context: context, stride: self.stride)
      if convention == .pg19Word, !isWhole {
        throw UsageError("--convention pg19-word divides by the words of the whole text; leave --windows away")
      }
      isQuiet = arguments.has(GlobalOptions.quiet) || !Terminal.canDrawBar
    }

    func score() throws -> (PerplexityEstimate, [Float]) {
      var losses: [WindowNLL] = []
      var kept: [Float] = []
      for (index, window) in windows.enumerated() {
        if window.hasPrefix, bos == nil {
          throw UsageError("convention \(convention.rawValue) needs a BOS or EOS token, the model's tokenizer has none")
        }
        let sequence = window.sequence(of: ids, bos: window.hasPrefix || addsBOS ? bos : nil)
        let values = try session.score(sequence, last: window.tokens.upperBound - window.scored.lowerBound)
        let scored = values.prefix(window.scored.count)
        guard scored.count == window.scored.count else {
          throw UsageError("window \(index) gives \(scored.count) of \(window.scored.count) values")
        }
        losses.append(WindowNLL(scored.map { -Double($0) }, targetCount: window.targetCount))
        kept += scored
        if !isQuiet { Terminal.status("\r\(index + 1)/\(windows.count) windows\u{1b}[K") }
      }
      if !isQuiet { Terminal.status("\r\u{1b}[K") }
      guard let estimate = Perplexity.estimate(losses, convention, wordCount: wordCount) else {
        throw UsageError("nothing was scored: the text is too short for this context")
      }
      return (estimate, kept)
    }

    func output(_ e: PerplexityEstimate) -> Output {
      let elapsed = (ContinuousClock.now - start).components
      return Output(
        perplexity: Self.finite(e.perplexity), is_infinite: e.perplexity == .infinity ? true : nil,
        mean_nll: e.meanNLL, tokens: e.tokenCount, windows: windows.count,
        interval: e.interval.map { [$0.low, $0.high] }, plus_minus: Self.finite(e.plusMinus),
        convention: convention.rawValue,
        context: context, stride: stride, method: "\(session.method)", text_tokens: ids.count,
        words: wordCount, bytes: byteCount,
        word_perplexity: isWhole ? wordCount.flatMap(e.perWord).flatMap(Self.finite) : nil,
        byte_perplexity: isWhole ? byteCount.flatMap(e.perByte).flatMap(Self.finite) : nil,
        bits_per_byte: isWhole ? byteCount.flatMap(e.bitsPerByte) : nil,
        seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    }

    /// JSON has no infinity: a perplexity that overflows is null, and its mean NLL stands beside it.
    private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

    private static func text(_ value: Double) -> String { value.isFinite ? NumberText.fixed(value, 4) : "infinite" }

    func text(_ e: PerplexityEstimate) -> String {
      let interval = e.interval.map { " [\(NumberText.fixed($0.low, 4)), \(NumberText.fixed($0.high, 4))]" } ?? ""
      let spread =
        e.perplexity.isFinite
        ? " ± \(NumberText.fixed(e.plusMinus, 4))" : " (mean NLL \(NumberText.fixed(e.meanNLL, 4)))"
      return "perplexity \(Self.text(e.perplexity))\(interval)\(spread), "
        + "\(NumberText.grouped(e.tokenCount)) tokens in \(windows.count) windows "
        + "(\(convention.rawValue), context \(context), stride \(stride), \(session.method))" + others(e)
    }

    /// What else the same log-probabilities give.
    private func others(_ e: PerplexityEstimate) -> String {
      guard isWhole else { return "" }
      var parts: [String] = []
      if let words = wordCount, let value = e.perWord(wordCount: words) {
        parts.append("per word \(Self.text(value)) (\(NumberText.grouped(words)) words)")
      }
      if let bytes = byteCount, let value = e.perByte(byteCount: bytes), let bits = e.bitsPerByte(byteCount: bytes) {
        parts.append("per byte \(Self.text(value)), \(NumberText.fixed(bits, 4)) bits per byte")
      }
      return parts.isEmpty ? "" : "\n" + parts.joined(separator: ", ")
    }
  }
}
