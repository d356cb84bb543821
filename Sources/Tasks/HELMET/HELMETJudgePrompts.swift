import JSON

/// What a judge is told to do with an answer of HELMET: read out of the user's checkout, or the project's own wording.
struct HELMETJudgePrompts: Sendable {
  /// Of a question's answer: both marks at once.
  let question: BraceTemplate
  /// Of a summary: whether it reads well.
  let fluency: BraceTemplate
  /// Of a summary: how many key points are in it.
  let recall: BraceTemplate
  /// Of a summary: how many of its sentences are right.
  let precision: BraceTemplate
  /// The file that was read; nil for the own wording.
  let file: DataFile?

  private static func template(_ text: String) -> BraceTemplate {
    guard let template = BraceTemplate(text) else {
      preconditionFailure("a text of the project's own has a stray brace")
    }
    return template
  }

  /// The project's own wording.
  static let own = HELMETJudgePrompts(
    question: template(
      """
      You mark an answer to a question about a long text that you do not see; answers that are right are given.

      There are two marks. Fluency is 1 for an answer that reads well and comes to its end without saying things again and \
      again, else 0. Correctness is 3 where it agrees with one of the right answers and everything in it belongs to the \
      question, 2 where it agrees but says things that do not belong, 1 where a part of it agrees, 0 where nothing does. \
      Length does not count.

      Give your reasons in one or two sentences, then the marks on a line of their own, in this form: \
      {{"fluency": 1, "correctness": 2}}

      Question: {question}
      Right answers: {correct_answers}
      Answer: {parsed_output}
      """),
    fluency: template(
      """
      You mark how a text reads, whatever it is about: 1 where its sentences are whole, belong together and do not say the \
      same again and again (only the last one may break off), 0 where they are not or where there is no text.

      Write the mark on a line of its own, in this form: {{"fluency": 1}}

      Text: {text}
      """),
    recall: template(
      """
      You count how much of what matters is in a summary. Below are numbered points, then the summary. A point is in it \
      where the summary says what the point says, in whatever words.

      Go through the points one by one, then write how many are in it on a line of its own, in this form: {{"recall": 2}}

      Points:
      {keypoints}

      Summary: {summary}
      """),
    precision: template(
      """
      You count how much of a summary is right. Below are a summary that is right and the one to check. A sentence of the \
      second is right where the first says the same, in whatever words.

      Go through the sentences one by one, then write how many are right and how many there are on a line of its own, in \
      this form: {{"precision": 7, "sentence_count": 9}}

      Right summary: {expert_summary}

      Summary to check: {summary}
      """), file: nil)

  private init(
    question: BraceTemplate, fluency: BraceTemplate, recall: BraceTemplate, precision: BraceTemplate, file: DataFile?
  ) {
    (self.question, self.fluency, self.recall, self.precision) = (question, fluency, recall, precision)
    self.file = file
  }

  /// Reads the texts of a dataset.
  ///
  /// - Parameters:
  ///   - checkout: the folder of scripts/.
  ///   - dataset: one that is judged.
  /// - Throws: `TaskError`, a file that is missing among them.
  init(checkout: String, dataset: HELMETDataset) throws(TaskError) {
    let name = dataset == .narrativeQA ? "scripts/eval_gpt4_longqa.py" : "scripts/eval_gpt4_summ.py"
    let path = "\(checkout)/\(name)"
    let read = try TaskFiles.text(path, need: "it is a file of HELMET's repository: the judge's prompts")
    file = DataFile(name: name, sha256: read.sha256)
    func prompt(_ name: String, _ fields: Set<String>) throws(TaskError) -> BraceTemplate {
      do throws(PythonLiteral.Problem) {
        if let text = try PythonLiteral.value(of: name, in: read.text)?.text, let template = BraceTemplate(text),
          // One without its fields would have answers marked that nobody shows.
          Set(template.fields) == fields
        {
          return template
        }
      } catch {
        throw .damagedData(path: path, line: error.line, problem: "`\(name)`: \(error.text)")
      }
      let names = fields.sorted().map { "{\($0)}" }.joined(separator: ", ")
      throw .damagedData(path: path, line: nil, problem: "`\(name) = ...` should be a text with the fields \(names)")
    }
    guard dataset != .narrativeQA else {
      question = try prompt("judge_prompt", ["question", "correct_answers", "parsed_output"])
      (fluency, recall, precision) = (.empty, .empty, .empty)
      return
    }
    let end = dataset == .bookSummary ? "_prompt_book" : "_prompt"
    question = .empty
    fluency = try prompt("fluency" + end, ["text"])
    recall = try prompt("recall" + end, ["keypoints", "summary"])
    precision = try prompt("precision" + end, ["expert_summary", "summary"])
  }
}
