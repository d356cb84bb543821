import Evaluation
import Foundation
import Metrics
import Tokenizers

/// What a judge is told of a row beside the answer.
enum HELMETRubric: Sendable {
  /// A question with the answers that are right.
  case question(String, answers: [String])
  /// A summary that is right, and what must be in one; nil where nobody wrote that down.
  case summary(String, keyPoints: [String]?)

  init(question: String, answers: [String]) { self = .question(question, answers: answers) }

  init(summary: String, _ keyPoints: [String]?) { self = .summary(summary, keyPoints: keyPoints) }
}

/// Answers of HELMET that a judge marks: one question about an answer, three about a summary.
///
/// The way is HELMET's (princeton-nlp/HELMET, scripts/eval_gpt4_longqa.py and eval_gpt4_summ.py): marks are read out of
/// the last JSON object of a judgment, an answer is worth fluency times correctness, a summary fluency times F1.
struct HELMETJudging: Sendable {
  let judge: Judge
  let rubric: HELMETRubric
  let prompts: HELMETJudgePrompts

  private enum Fact {
    static let fluency = "fluency_judgment"
    static let recall = "recall_judgment"
    static let keyPoints = "key_points"
  }

  /// The sample with what the judge is asked once it is answered.
  ///
  /// - Parameter sample: the sample.
  /// - Returns: the same with the judge's name, and the calls behind it.
  func asking(_ sample: Sample) -> Sample {
    var sample = sample.adding(Judge.nameFact, .text(judge.name))
    let reference = sample.reference
    switch rubric {
    case .question(let question, let answers):
      let fields = ["question": question, "correct_answers": Self.pythonList(answers)]
      return sample.followed(
        by: judge.followUp(
          of: sample, promptTokenCounts: [Judge.tokenCount(of: [prompts.question.filled(fields)])], replies: []
        ) { [prompts] (answer) throws(TaskError) in
          let line = Self.withoutLineEnds(Self.said(answer, reference))
          let parsed = HELMETAnswer(prediction: line, references: [], reading: .standard).parsed
          let text = prompts.question.filled(fields.merging(["parsed_output": parsed]) { $1 })
          return Judge.Inquiry(facts: [(Judge.answerFact, .text(answer))], prompts: [Self.messages(text)])
        })
    case .summary(let summary, let keyPoints):
      let points = keyPoints ?? []
      sample = sample.adding(Fact.keyPoints, .integer(points.count))
      let fields = [
        "keypoints": points.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n"), "expert_summary": summary,
      ]
      let templates = [prompts.fluency, prompts.recall, prompts.precision]
      return sample.followed(
        by: judge.followUp(
          of: sample, promptTokenCounts: templates.map { Judge.tokenCount(of: [$0.filled(fields)]) },
          replies: [Fact.fluency, Fact.recall]
        ) { (answer) throws(TaskError) in
          let said = Self.said(answer, reference).trimmingCharacters(in: .whitespacesAndNewlines)
          let own = fields.merging(["text": said, "summary": said]) { $1 }
          return Judge.Inquiry(
            facts: [(Judge.answerFact, .text(answer))], prompts: templates.map { Self.messages($0.filled(own)) })
        })
    }
  }

  /// HELMET's judges get one message of the user.
  private static func messages(_ text: String) -> [Message] { [Message(.user, text)] }

  /// The fact of a sample whose model thinks before it answers.
  static let thinkingFact = "thinking"

  /// A reply as it is read: behind what the prompt ends with, and of a model that thinks what stands behind its thoughts.
  static func said(_ reply: String, _ reference: Reference) -> String {
    var said = reply
    if case .text(let prepended)? = reference.fact("prepended") { said = prepended + reply }
    // By code points, as Python's expressions see a text: a mark behind the word may not hide it.
    let scalars = said.unicodeScalars
    guard reference.fact(thinkingFact) == .flag(true), let end = scalars.ranges(of: "</think>".unicodeScalars).last
    else { return said }
    return PythonText.stripped(String(scalars[end.upperBound...]))
  }

  /// A text with a space for each line feed; Swift takes CR LF for one character, Python for two.
  static func withoutLineEnds(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { line.append(scalar == "\n" ? " " : scalar) }
    return String(line)
  }

  /// A list of texts as Python shows it, which is how HELMET's judges see the right answers.
  static func pythonList(_ texts: [String]) -> String {
    let shown = texts.map { text in
      let scalars = text.unicodeScalars
      let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
      var result = ""
      for scalar in scalars {
        switch scalar {
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case quote: result += "\\\(quote)"
        case _ where !isPrintable(scalar): result += escaped(scalar)
        default: result.unicodeScalars.append(scalar)
        }
      }
      return "\(quote)\(result)\(quote)"
    }
    return "[\(shown.joined(separator: ", "))]"
  }

  /// What Python's `str.isprintable` says of a scalar.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  /// `\xa0`, `\u200b`, `\U000e0001`.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
    let digits = String(scalar.value, radix: 16)
    return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
  }

  // MARK: Scores

  /// The metrics of a dataset beside the others, where there is a judge.
  static func metrics(of datasets: [HELMETDataset]) -> [MetricDescription] {
    guard datasets.contains(where: \.isJudged) else { return [] }
    var names = ["judge_fluency"]
    if datasets.contains(.narrativeQA) { names.append("judge_correctness") }
    if datasets.contains(where: { $0.category == .summary }) { names += ["judge_recall", "judge_precision"] }
    return names.map {
      MetricDescription(name: $0, aggregation: .mean, higherIsBetter: true, range: HELMET.scoreRanges[$0])
    }
      + [Judge.unreadable]
  }

  /// The answer that was judged; nil where no judge was asked.
  static func judgedAnswer(of reference: Reference) -> String? {
    if case .text(let answer)? = reference.fact(Judge.answerFact) { answer } else { nil }
  }

  /// The marks of a judged sample, 0 to 100, `score` first.
  ///
  /// - Parameters:
  ///   - dataset: a judged one.
  ///   - reference: the last call's facts.
  ///   - verdict: the last judgment.
  /// - Returns: the score, what it is made of, and the number of judgments that cannot be read.
  static func scores(_ dataset: HELMETDataset, _ reference: Reference, verdict: String) -> [Score] {
    func judgment(_ fact: String) -> String {
      if case .text(let text)? = reference.fact(fact) { text } else { "" }
    }
    func unreadable(_ count: Int) -> Score { Score(Judge.unreadableMetric, Double(count)) }
    if dataset == .narrativeQA {
      let marks = RubricVerdict(judgment: verdict, scales: ["fluency": 0...1, "correctness": 0...3])
      guard let marks else {
        return [Score("score", unscored: "the judgment has no marks that can be read"), unreadable(1)]
      }
      return [
        Score("score", 100 * marks["fluency"] * marks["correctness"] / 3),
        Score("judge_fluency", 100 * marks["fluency"]),
        Score("judge_correctness", 100 * marks["correctness"] / 3), unreadable(0),
      ]
    }
    let count = reference.fact(Fact.keyPoints)?.asInteger ?? 0
    let many = 0...Double(Int32.max)
    let fluency = RubricVerdict(judgment: judgment(Fact.fluency), scales: ["fluency": 0...1])
    let recall = RubricVerdict(judgment: judgment(Fact.recall), scales: ["recall": 0...Double(max(0, count))])
    var precision = RubricVerdict(judgment: verdict, scales: ["precision": many, "sentence_count": many])
    // More right sentences than sentences is no verdict.
    if let marks = precision, marks["precision"] > marks["sentence_count"] { precision = nil }
    guard let fluency, let recall, let precision else {
      let lost = [fluency, recall, precision].count { $0 == nil }
      return [
        Score("score", unscored: "\(lost) of 3 judgments have no marks that can be read"), unreadable(lost),
      ]
    }
    let summary = JudgedSummary(fluency: fluency, recall: recall, precision: precision, keyPointCount: count)
    return [
      Score("score", 100 * summary.score), Score("judge_fluency", 100 * summary.fluency),
      Score("judge_recall", 100 * summary.recall), Score("judge_precision", 100 * summary.precision), unreadable(0),
    ]
  }
}
