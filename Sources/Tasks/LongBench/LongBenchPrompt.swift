import Evaluation
import Metrics
import Tokenizers

/// Makes the prompts of one dataset of LongBench as pred.py does.
struct LongBenchPrompt {
  /// The dataset.
  let source: LongBenchSource
  /// The model's tokenizer and chat template.
  let wrapper: PromptWrapper
  /// The model's tokenizer.
  let tokenizer: Tokenizer
  /// What happens to a prompt that is too long.
  let truncation: Truncation
  /// The most tokens of a prompt before the chat markers, BOS included.
  let limit: Int

  /// A prompt as the model reads it.
  struct Result {
    /// The text, chat markers included, without BOS.
    let text: String
    /// The ids.
    let tokens: [Int]
    /// What it was made of.
    let conversation: Conversation
    /// The tokens of the whole prompt before anything was cut, BOS included.
    let fullCount: Int
    /// The tokens that were cut away.
    let removedCount: Int
    /// The name of the chat template, `none` without one.
    let template: String
  }

  /// The prompt of a row, or nil where it is to be left out.
  ///
  /// In the official order: format, tokenise with BOS, cut and decode both halves without special tokens, join them
  /// with nothing between, wrap for chat, tokenise again (and cut no more).
  ///
  /// - Parameters:
  ///   - row: the row.
  ///   - sample: its name, for errors.
  /// - Returns: the prompt.
  /// - Throws: `TaskError.impossibleSample`.
  func prompt(of row: LongBenchRow, sample: String) throws(TaskError) -> Result? {
    var text = source.prompt.filled(["context": row.context, "input": row.input])
    let full = tokenizer.encode(text, parseSpecial: false)
    guard let cut = try truncation.apply(full, limit: limit, sample: sample) else { return nil }
    if cut.removedCount > 0 { text = tokenizer.decode(cut.head) + tokenizer.decode(cut.tail) }
    let wrapping = source.dataset.isCompletion ? wrapper.unwrapped : wrapper
    let final: PromptWrapper.Prompt
    if wrapping.templateName == "llama-2" {
      // The benchmark's own wrapper has no spaces and no system prompt.
      text = "[INST]" + text + "[/INST]"
      final = try wrapping.unwrapped.prompt(text, sample: sample)
    } else {
      final = try wrapping.prompt(text, sample: sample)
    }
    return Result(
      text: final.text, tokens: final.tokens, conversation: final.conversation, fullCount: full.count,
      removedCount: cut.removedCount, template: wrapping.templateName)
  }
}
