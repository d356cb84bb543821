import Evaluation
import Metrics

/// Two answers compared by a judge in both orders.
///
/// The way is L-Eval's (OpenLMLab/LEval, Evaluation/llm_eval.py): the judge sees the question and the reference, not the
/// document; once the answer stands first and once the baseline's. The wording is the project's own.
struct PairwiseJudging: Sendable {
  let judge: Judge
  let baseline: Judge.Baseline
  /// The task whose sample it is.
  let task: String
  let question: String
  let reference: String

  /// The names of the facts of a judged sample.
  enum Fact {
    static let judge = Judge.nameFact
    static let baseline = "baseline"
    static let answer = Judge.answerFact
    static let other = "baseline_answer"
    static let first = "first_judgment"
  }

  private static let instructions = """
    You compare two answers to one question about a long document. You do not see the document; a reference answer is \
    given, and it is right. Decide which of the two answers agrees better with the reference: correctness counts first, \
    then completeness, then that nothing is said beside the point. Neither the order of the answers nor their length nor \
    their style counts. Give your reasons in one or two sentences. Then write your verdict on a line of its own: [[A]] \
    where answer A is better, [[B]] where answer B is better, [[C]] where they are equally good.
    """

  private func messages(_ a: String, _ b: String) -> [Message] {
    let parts = [
      ("Question", question), ("Reference answer", reference), ("Answer A", a), ("Answer B", b),
    ]
    return [
      Message(.system, Self.instructions),
      Message(.user, parts.map { "### \($0.0)\n\($0.1)" }.joined(separator: "\n\n") + "\n\n### Verdict"),
    ]
  }

  /// What follows a sample's answer: the judge with the answer first, then with the baseline's first.
  ///
  /// - Parameter sample: the sample, without what follows it.
  /// - Returns: the calls, none for the baseline itself.
  func followUp(of sample: Sample) -> FollowUp {
    let size = Judge.tokenCount(of: [question, reference, Self.instructions])
    return judge.followUp(
      of: sample, promptTokenCounts: [size, size], replies: [Fact.first], asksBaseline: false
    ) { (answer) throws(TaskError) in
      let other = try baseline.answer(task, sample.id)
      return Judge.Inquiry(
        facts: [(Fact.answer, .text(answer)), (Fact.other, .text(other))],
        prompts: [messages(answer, other), messages(other, answer)])
    }
  }

  /// What cells with such scores say.
  static func notes(_ judge: Judge) -> [String] {
    guard let baseline = judge.baseline else {
      return ["the judge has no baseline (judge.baseline): answers that are compared stay without a score"]
    }
    return [
      "win_rate: the judge sees question, reference and two answers, the model's and that of \(baseline.name), in both "
        + "orders; won 1, tie 0.5; judgments without a verdict are dropped and counted (unreadable_judgments); the "
        + "baseline has 50 by definition; greedy; deviation: the judge's prompt is the project's own"
    ]
  }

  /// The scores of a judged sample: the share of judgments that the answer won, ties a half, 0 to 100.
  ///
  /// - Parameters:
  ///   - reference: the last call's facts.
  ///   - outcome: the last verdict; of the baseline its own answer.
  ///   - metric: what the share is called.
  /// - Returns: the share and the number of judgments that cannot be read, which are dropped.
  static func scores(of reference: Reference, outcome: Outcome, metric: String) -> [Score] {
    guard case .text(let first)? = reference.fact(Fact.first) else {
      return [Score(metric, 50)]
    }
    guard case .generation(_, let second, _) = outcome else {
      return [Score(metric, unscored: "the judge said nothing")]
    }
    let verdicts = [PairwiseVerdict(judgment: first), PairwiseVerdict(judgment: second)?.swapped]
    let points = verdicts.compactMap { $0?.points }
    let unreadable = Score(Judge.unreadableMetric, Double(verdicts.count - points.count))
    guard !points.isEmpty else {
      return [Score(metric, unscored: "neither judgment has a verdict that can be read"), unreadable]
    }
    return [Score(metric, 100 * points.reduce(0, +) / Double(points.count)), unreadable]
  }
}
