/// A prompt of RULER's generators in its parts.
struct RulerText: Hashable {
  /// A worked example that stands before the question as a whole prompt of its own.
  struct Example: Hashable {
    let message: String
    /// The answer, with its beginning and a line end behind it.
    let answer: String
  }

  /// The example; nil where there is none, or where it is a part of the message.
  var example: Example?
  /// The user's message.
  var message: String
  /// The beginning of the answer.
  var answerStart: String

  /// What the model gets before the answer's beginning, without a chat template.
  var input: String { (example.map { $0.message + $0.answer } ?? "") + message }
  /// Everything, without a chat template.
  var whole: String { input + answerStart }
}

/// How RULER's generators measure texts.
struct RulerCounter {
  /// Tokens of a bare text, without BOS.
  let bare: (String) -> Int
  /// Tokens of a prompt as the model reads it, without BOS.
  let prompt: (RulerText) throws(TaskError) -> Int

  /// The tokens per line, word or document of a probe.
  ///
  /// - Parameters:
  ///   - size: the probe's lines, words or documents.
  ///   - text: the probe.
  ///   - length: the length that is to be filled, for the error.
  /// - Returns: at least 1.
  /// - Throws: `TaskError.impossibleSample` where it is less.
  func tokens(per size: Int, of text: RulerText, filling length: Int) throws(TaskError) -> Double {
    let tokens = try prompt(text)
    guard tokens >= size else {
      throw .unfillable("ruler length=\(length)", length: length, tokens: tokens, pieces: size)
    }
    return Double(tokens) / Double(size)
  }
}

/// A sample as a generator makes it.
struct RulerDraw {
  let text: RulerText
  let answers: [String]
  /// Tokens of the prompt and of what is to be generated.
  var tokenCount = 0
  /// The size: lines of noise, words, documents.
  let size: Int
  /// Where the gold document stands, from 1; nil where there is none or it is not there.
  var goldPlace: Int?
}

/// A task of RULER whose samples are drawn one after another from a running generator: every probe of the search for the
/// size draws a new one, so that samples depend on the whole search.
protocol RulerGenerator {
  /// The tokens that may be generated, which are a part of the length.
  var generatedTokenCount: Int { get }
  /// The step by which a sample that does not fit becomes smaller.
  var step: Int { get }
  /// The size above which no sample fits, found with a sample.
  mutating func largestSize(_ length: Int, _ counter: RulerCounter) throws(TaskError) -> Int
  /// Draws a probe of the search, or nil where the official program stops with an error.
  mutating func probe(_ size: Int) throws(TaskError) -> RulerText?
  /// Draws a sample, or nil where the official program tries again.
  mutating func draw(_ size: Int, index: Int) throws(TaskError) -> RulerDraw?
  /// Tokens that the search adds to a probe's.
  func addedTokenCount(_ counter: RulerCounter) -> Int
}

extension RulerGenerator {
  /// None.
  func addedTokenCount(_ counter: RulerCounter) -> Int { 0 }

  /// The samples of a length.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - length: the most tokens of prompt and generation.
  ///   - counter: how texts are measured.
  /// - Returns: the samples in order; more of them begin with fewer.
  /// - Throws: `TaskError.impossibleSample` where not even the smallest fits: there the official program never ends.
  mutating func samples(_ count: Int, length: Int, _ counter: RulerCounter) throws(TaskError) -> [RulerDraw] {
    let added = addedTokenCount(counter) + generatedTokenCount
    var low = step
    var high = max(try largestSize(length, counter), 2 * step)
    var best: Int?
    while low <= high {
      let middle = (low + high) / 2
      guard let text = try probe(middle) else {
        throw .impossibleSample(
          cell: "ruler length=\(length)",
          problem: "two names are equal in a probe, where the official program stops; take another `seed`, or "
            + "protocol: corrected")
      }
      if try counter.prompt(text) + added <= length {
        best = middle
        low = middle + 1
      } else {
        high = middle - 1
      }
    }
    var samples: [RulerDraw] = []
    for index in 0..<count {
      samples.append(try sample(best ?? step, index: index, length: length, counter))
    }
    return samples
  }

  private mutating func sample(
    _ size: Int, index: Int, length: Int, _ counter: RulerCounter
  ) throws(TaskError) -> RulerDraw {
    var size = size
    var triesAtSmallest = 0
    while triesAtSmallest < 20 {
      if var drawn = try draw(size, index: index) {
        drawn.tokenCount = try counter.prompt(drawn.text) + generatedTokenCount
        if drawn.tokenCount <= length { return drawn }
      }
      if size > step { size -= step } else { triesAtSmallest += 1 }
    }
    throw .impossibleSample(
      cell: "ruler length=\(length)", problem: "not even the smallest sample fits; ask for longer ones")
  }
}

/// The wording of one of RULER's tasks.
struct RulerTemplate: Hashable, Sendable {
  /// The user's message, with `{context}` and `{query}`.
  let message: BraceTemplate
  /// The beginning of the answer, with `{query}` and `{num_v}`.
  let answerStart: BraceTemplate
  /// The tokens that may be generated.
  let generatedTokenCount: Int

  /// A wording, or nil where braces stand alone.
  init?(message: String, answerStart: String, generatedTokenCount: Int) {
    guard let message = BraceTemplate(message), let start = BraceTemplate(answerStart) else { return nil }
    self.message = message
    self.answerStart = start
    self.generatedTokenCount = generatedTokenCount
  }

  /// The prompt with its fields filled in.
  func filled(_ fields: [String: String]) -> RulerText {
    RulerText(message: message.filled(fields), answerStart: answerStart.filled(fields))
  }
}
