import Evaluation
public import Tokenizers

/// Who judges answers that no rule can score, as a task sees it: another model, which reads messages.
public struct Judge: Sendable {
  /// What its verdicts are told by.
  public let name: String
  /// Whose answers the others are compared with; nil where nobody's.
  public let baseline: Baseline?
  private let tokenizer: Tokenizer

  /// Answers that are stored.
  public struct Baseline: Sendable {
    /// Model and method.
    public let name: String
    private let answer: @Sendable (_ task: String, _ sampleID: String) -> String?

    /// Stored answers.
    ///
    /// - Parameters:
    ///   - name: model and method.
    ///   - answer: gives the answer to a task's sample; nil where none is stored.
    public init(name: String, answer: @escaping @Sendable (_ task: String, _ sampleID: String) -> String?) {
      self.name = name
      self.answer = answer
    }

    /// The answer to a sample.
    ///
    /// - Parameters:
    ///   - task: the task's name.
    ///   - sample: the sample.
    /// - Returns: the text, which may be empty.
    /// - Throws: `TaskError.impossibleSample` where none is stored.
    func answer(_ task: String, _ sample: SampleID) throws(TaskError) -> String {
      guard let answer = answer(task, sample.rawValue) else {
        throw .impossibleSample(
          cell: "\(task) \(sample.rawValue)",
          problem: "the judge's baseline (\(name)) has no stored answer to it; let its cells come first, or name a "
            + "store that has them (judge.baseline.db)")
      }
      return answer
    }
  }

  /// A judge.
  ///
  /// - Parameters:
  ///   - name: what its verdicts are told by.
  ///   - tokenizer: what its prompts are measured with.
  ///   - baseline: whose answers the others are compared with.
  public init(name: String, tokenizer: Tokenizer, baseline: Baseline?) {
    self.name = name
    self.tokenizer = tokenizer
    self.baseline = baseline
  }

  /// The fact of a judged sample that names its judge.
  static let nameFact = "judge"
  /// The fact of a judged sample that holds the answer that was judged.
  public static let answerFact = "judged_answer"
  /// The number of a judged sample's judgments that cannot be read.
  static let unreadableMetric = "unreadable_judgments"
  /// The same as a metric: the mean of these numbers.
  static let unreadable = MetricDescription(
    name: unreadableMetric, aggregation: .mean, higherIsBetter: false, range: unreadableRange)
  /// More judgments than any sample has.
  static let unreadableRange = 0...Double(UInt16.max)
  /// The most new tokens of a judgment: room for reasons and a verdict.
  static let maxNewTokens = 2048

  /// What a judge is asked about one answer.
  struct Inquiry: Sendable {
    /// What is known before the first question, the answer that is judged among it.
    let facts: [(name: String, value: Value)]
    /// The prompts, in the order in which they are asked.
    let prompts: [[Message]]
  }

  /// What follows a sample's answer: the judge's questions about it, one after another.
  ///
  /// - Parameters:
  ///   - sample: the sample, without what follows it.
  ///   - promptTokenCounts: about as many tokens as each prompt has without what is answered, for a plan.
  ///   - replies: the facts in which the replies but the last one are kept; the last one is the outcome.
  ///   - asksBaseline: false where answers are compared with the baseline's.
  ///   - inquiry: what is asked about an answer.
  /// - Returns: the calls.
  func followUp(
    of sample: Sample, promptTokenCounts: [Int], replies: [String], asksBaseline: Bool = true,
    inquiry: @escaping @Sendable (_ answer: String) throws(TaskError) -> Inquiry
  ) -> FollowUp {
    let calls = promptTokenCounts.map {
      FollowUp.Call(promptTokenCount: $0, maxNewTokens: Self.maxNewTokens, isJudgment: true)
    }
    return FollowUp(calls: calls, asksBaseline: asksBaseline) { (outcome, _) throws(TaskError) in
      let asked = try inquiry(Self.text(of: outcome))
      return question(about: sample, asked.prompts[...], facts: asked.facts, replies: replies[...], calls: calls[...])
    }
  }

  /// The first of some questions; its answer is an evaluation of its own in the store.
  private func question(
    about sample: Sample, _ prompts: ArraySlice<[Message]>, facts: [(name: String, value: Value)],
    replies: ArraySlice<String>, calls: ArraySlice<FollowUp.Call>
  ) -> Sample {
    let messages = prompts.first ?? []
    let (rest, later) = (prompts.dropFirst(), calls.dropFirst())
    var followUp: FollowUp?
    if !rest.isEmpty, let reply = replies.first {
      followUp = FollowUp(calls: Array(later)) { (verdict, _) throws(TaskError) in
        question(
          about: sample, rest, facts: facts + [(reply, .text(Self.text(of: verdict)))], replies: replies.dropFirst(),
          calls: later)
      }
    }
    let text = messages.map { "\($0.role.rawValue):\n\($0.content)" }.joined(separator: "\n\n")
    return Sample(
      id: sample.id, text: text,
      request: .generate(
        tokens: tokenizer.encode(text, bos: .never, parseSpecial: false), maxNewTokens: Self.maxNewTokens),
      conversation: Conversation(messages), expected: sample.expected, facts: sample.facts + facts,
      truncatedTokenCount: sample.truncatedTokenCount, followUp: followUp, isJudgment: true)
  }

  /// What was generated.
  private static func text(of outcome: Outcome) -> String {
    if case .generation(_, let text, _) = outcome { text } else { "" }
  }

  /// About as many tokens as some texts have, where the tokenizer of whoever reads them is not known.
  static func tokenCount(of texts: [String]) -> Int { texts.reduce(0) { $0 + $1.utf8.count } / 3 }
}
