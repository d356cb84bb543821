import Foundation
import JSON
import Metrics

/// The prompt of one task of BABILong: instruction, examples and what is asked for, each of which may be left out.
struct BABILongPrompt: Hashable, Sendable {
  /// The parts' places, and those of context and question.
  static let standardTemplate =
    "{instruction}\n\n{examples}\n\n{post_prompt}\n\n<context>\n{context}\n</context>\n\nQuestion: {question}"

  let instruction: String
  let examples: String
  let postPrompt: String
  let template: BraceTemplate

  /// The prompt of a row: the context without white space at its ends, and so the whole.
  func filled(_ row: BABILongRow, parts: BABILongParts) -> String {
    let text = template.filled([
      "instruction": parts.hasInstruction ? instruction : "", "examples": parts.hasExamples ? examples : "",
      "post_prompt": parts.hasPostPrompt ? postPrompt : "",
      "context": PythonText.stripped(row.context), "question": row.question,
    ])
    return PythonText.stripped(text)
  }

  /// The prompts of a checkout, which has them beside its published predictions.
  ///
  /// - Parameters:
  ///   - folder: BABILong's repository.
  ///   - task: `qa1` to `qa20`.
  /// - Returns: the prompt and its file; nil where the checkout has none.
  /// - Throws: `TaskError.damagedData`.
  static func read(_ folder: String, task: String) throws(TaskError) -> (prompt: BABILongPrompt, file: DataFile)? {
    let stem = "\(task)_0k_instruction_yes_examples_yes_post_prompt_yes"
    let places = [
      "\(folder)/babilong_evals/google/gemini-3-flash-preview/\(stem)_chat_template_no.json",
      "\(folder)/babilong_evals/microsoft/Phi-3-mini-128k-instruct/\(stem).json", "\(folder)/prompts/\(task).json",
    ]
    guard let path = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else { return nil }
    let (value, hash) = try TaskFiles.json(path, need: "it should come from BABILong's repository")
    guard let parts = value["prompt"], let instruction = parts["instruction"]?.text,
      let examples = parts["examples"]?.text, let postPrompt = parts["post_prompt"]?.text
    else {
      throw .damagedData(
        path: path, line: nil, problem: "`prompt` should have instruction, examples and post_prompt, texts")
    }
    let text = parts["template"]?.text ?? standardTemplate
    guard let template = BraceTemplate(text), Set(template.fields).isSuperset(of: ["context", "question"]) else {
      throw .damagedData(path: path, line: nil, problem: "`template` lacks {context} and {question}")
    }
    return (
      BABILongPrompt(instruction: instruction, examples: examples, postPrompt: postPrompt, template: template),
      DataFile(name: TaskFiles.name(path), sha256: hash)
    )
  }

  /// The project's own wording.
  static func own(task: String) -> BABILongPrompt {
    let template = BraceTemplate(standardTemplate)
    let about = ownTasks[task] ?? ("what the sentences say", "one word", "")
    return BABILongPrompt(
      instruction: "A text holds sentences about people and things. Find those that matter and tell from them "
        + "\(about.0). Where sentences differ, the later one holds.",
      examples: about.2.isEmpty ? "" : "<example>\n\(about.2)\n</example>",
      postPrompt: "Answer with \(about.1) and nothing else.", template: template ?? BraceTemplate.empty)
  }

  private static let ownTasks: [String: (String, String, String)] = [
    "qa1": ("where someone is", "one place", "Nora went to the garden. Where is Nora? Answer: garden"),
    "qa2": (
      "where a thing is", "one place",
      "Nora took the milk. Nora went to the office. Where is the milk? Answer: office"
    ),
    "qa3": (
      "where a thing was before", "one place",
      "Nora took the milk. Nora went to the office. Nora went to the garden. Where was the milk before the garden? "
        + "Answer: office"
    ),
    "qa4": ("what lies in which direction of what", "one place", ""),
    "qa5": (
      "who gave what to whom", "one name or thing", "Nora gave the milk to Olaf. Who has the milk? Answer: Olaf"
    ),
    "qa6": ("whether something is so", "yes or no", ""),
    "qa7": ("how many things someone carries", "a number as a word", ""),
    "qa8": ("what someone carries", "the things between commas, or nothing", ""),
    "qa9": ("whether something is so", "yes or no", ""), "qa10": ("whether something is so", "yes, no or maybe", ""),
    "qa17": ("whether something is so", "yes or no", ""), "qa18": ("whether something fits", "yes or no", ""),
    "qa19": ("the way from one place to another", "two letters of n, e, s, w with a comma between", ""),
    "qa20": ("why someone does something, or where", "one word", ""),
  ]
}

/// Which parts of a prompt there are.
struct BABILongParts: Hashable, Sendable {
  let hasInstruction: Bool
  let hasExamples: Bool
  let hasPostPrompt: Bool
}

/// A row of BABILong's files (`input, question, target`).
struct BABILongRow: Sendable {
  let context: String
  let question: String
  let target: String

  /// Reads a row.
  init(_ fields: RowFields) throws(RowFieldProblem) {
    context = try fields.text("input")
    question = try fields.text("question")
    target = try fields.text("target")
  }
}
