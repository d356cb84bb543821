import Metrics
import Tokenizers

/// Makes the prompts of one task of L-Eval.
struct LEvalPrompt {
  /// The task.
  let source: LEvalSource
  /// The model's tokenizer and chat template.
  let wrapper: PromptWrapper
  /// The model's tokenizer.
  let tokenizer: Tokenizer
  /// What happens to a document that is too long; nil for the published way.
  let truncation: Truncation?
  /// The most tokens of a document, BOS included as upstream.
  let budget: Int
  /// Who compares answers that no rule can score.
  let judge: Judge?

  /// A document that fits.
  struct Document {
    /// What is left of the text.
    let text: String
    /// The tokens of the whole text.
    let fullCount: Int
    /// The tokens that were cut away.
    let removedCount: Int
  }

  /// A document cut to the budget, or nil where it is to be left out.
  ///
  /// - Parameters:
  ///   - text: the document.
  ///   - sample: its name, for errors.
  /// - Returns: what is left.
  /// - Throws: `TaskError.impossibleSample` under the policy `error`.
  func document(_ text: String, sample: String) throws(TaskError) -> Document? {
    let ids = tokenizer.encode(text, parseSpecial: false)
    guard let truncation else { return published(text, ids.count) }
    guard let cut = try truncation.apply(ids, limit: budget, sample: sample) else { return nil }
    if cut.removedCount == 0 { return Document(text: text, fullCount: ids.count, removedCount: 0) }
    return Document(
      text: tokenizer.decode(cut.head) + tokenizer.decode(cut.tail), fullCount: ids.count,
      removedCount: cut.removedCount)
  }

  /// The loop of L-Eval's llama2-chat-test.py: while the text has more tokens than the budget, it is cut to (budget -
  /// step) words between single spaces, the step growing by 250; code keeps its end.
  private func published(_ text: String, _ fullCount: Int) -> Document {
    var text = text
    var count = fullCount
    var step = 0
    while count > budget, !text.isEmpty {
      let words = text.split(separator: " ", omittingEmptySubsequences: false)
      let kept = budget - step
      // A negative number of words is what Python's slices make of it: as many are dropped at the other end.
      let part =
        source.way == .code
        ? (kept > 0 ? words.suffix(kept) : words.dropFirst(-kept))
        : (kept >= 0 ? words.prefix(kept) : words.dropLast(-kept))
      text = part.joined(separator: " ")
      count = tokenizer.encode(text, parseSpecial: false).count
      step += 250
    }
    return Document(text: text, fullCount: fullCount, removedCount: fullCount - count)
  }

  /// The prompt of one question.
  ///
  /// - Parameters:
  ///   - template: system and user's message.
  ///   - document: the document as it was cut; empty for a question without one.
  ///   - question: the question.
  ///   - reference: the reference, whose length may be asked for.
  ///   - sample: its name, for errors.
  /// - Returns: the prompt.
  /// - Throws: `TaskError.impossibleSample`.
  func prompt(
    _ template: LEvalPrompts.Prompt, document: String, question: String, reference: String, sample: String
  ) throws(TaskError) -> PromptWrapper.Prompt {
    let user =
      BraceTemplate(template.user)?.filled([
        "document": document, "question": question, "words": "\(LEvalPrompts.wordCount(reference))",
      ]) ?? question
    // Without roles system and user's message are one text, as published; a document that comes first stands apart.
    let joint = !wrapper.wrapsInChat && template.user.hasPrefix("{") && template.system.last?.isWhitespace == false
    return try wrapper.prompt(user, system: template.system + (joint ? "\n\n" : ""), sample: sample)
  }
}
