public import Evaluation
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

  /// The fact of a judged sample that holds the answer that was judged.
  public static let answerFact = "judged_answer"
  /// The most new tokens of a judgment: room for reasons and a verdict.
  static let maxNewTokens = 2048

  /// A question to the judge; its answer is an evaluation of its own in the store.
  ///
  /// - Parameters:
  ///   - sample: the sample whose answer is judged.
  ///   - messages: what it is asked.
  ///   - facts: what is known so far.
  ///   - followUp: what comes next; nil where the verdict is the last one.
  /// - Returns: the call.
  func question(
    _ sample: Sample, _ messages: [Message], facts: [(name: String, value: Value)], followUp: FollowUp?
  ) -> Sample {
    let text = messages.map { "\($0.role.rawValue):\n\($0.content)" }.joined(separator: "\n\n")
    return Sample(
      id: sample.id, text: text,
      request: .generate(
        tokens: tokenizer.encode(text, bos: .never, parseSpecial: false), maxNewTokens: Self.maxNewTokens),
      conversation: Conversation(messages), expected: sample.expected, facts: sample.facts + facts,
      truncatedTokenCount: sample.truncatedTokenCount, followUp: followUp, isJudgment: true)
  }
}
