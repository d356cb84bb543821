import Digest
import Foundation
import JSON
import Metrics

/// The prompts of L-Eval's tasks, as prompts.json keeps them.
///
/// The file is an object `{"format": "leval-prompts/1", "tasks": {NAME: {"system": ..., "user": ...}}}`. Fields in braces
/// are `{document}`, `{question}` and `{words}` (the number of words of the reference); other braces are doubled.
public struct LEvalPrompts: Sendable, Hashable {
  /// The prompt of one task.
  public struct Prompt: Sendable, Hashable, Encodable {
    /// The system message.
    public let system: String
    /// The user's message with its fields.
    public let user: String

    /// A prompt from its parts.
    public init(system: String, user: String) {
      self.system = system
      self.user = user
    }

    /// Whether it is, to the letter, what the benchmark's published predictions hold for a task.
    public func isOfficial(for task: String) -> Bool {
      LEvalPrompts.official[task] == SHA256.hexadecimal(of: "\(system)\u{0}\(user)").prefix(16)
    }
  }

  /// The value of `format`.
  public static let format = "leval-prompts/1"
  /// The fields that a user's message may have.
  static let fields: Set<String> = ["document", "question", "words"]

  /// The prompts by task.
  public let tasks: [String: Prompt]

  /// Prompts from their parts.
  public init(tasks: [String: Prompt]) { self.tasks = tasks }

  /// The content of prompts.json: tasks and keys sorted.
  public var json: String { JSONValue.text(of: File(format: Self.format, tasks: tasks), .pretty) + "\n" }

  private struct File: Encodable {
    let format: String
    let tasks: [String: Prompt]
  }

  /// Reads prompts.json.
  ///
  /// - Parameter path: the file.
  /// - Throws: `TaskError` for a file that is missing or no such file.
  public init(path: String) throws(TaskError) {
    let (value, _) = try TaskFiles.json(path, need: "it should be made by `se-eval data import leval`")
    guard value["format"]?.text == Self.format, case .object(let members)? = value["tasks"] else {
      throw .damagedData(path: path, line: nil, problem: "expected `format`, \"\(Self.format)\", and `tasks`")
    }
    var tasks: [String: Prompt] = [:]
    for member in members {
      guard let system = member.value["system"]?.text, let user = member.value["user"]?.text else {
        throw .damagedData(path: path, line: nil, problem: "\(member.key) needs `system` and `user`, texts")
      }
      guard let template = BraceTemplate(user), template.fields.contains("question"),
        Set(template.fields).isSubset(of: Self.fields)
      else {
        throw .damagedData(
          path: path, line: nil,
          problem:
            "`user` of \(member.key) may have the fields {document}, {question} and {words}, and needs {question}")
      }
      tasks[member.key] = Prompt(system: system, user: user)
    }
    self.init(tasks: tasks)
  }

  /// The first 16 digits of SHA-256 over system message, a zero byte and user's message as `derive` makes them from
  /// the predictions of turbo-16k-0613 in OpenLMLab/LEval.
  private static let official: [String: Substring] = [
    "tpo": "c8404da5b262a582",
    "gsm100": "e0001ef56597b7e4",
    "quality": "c8404da5b262a582",
    "coursera": "de9ffc0b074fc2ed",
    "topic_retrieval_longchat": "b033a20afcf88d53",
    "codeU": "82dab53b99b3b263",
    "financial_qa": "276906465af87bad",
    "gov_report_summ": "48fc6908a75355b6",
    "legal_contract_qa": "5148c3d8ff6a6636",
    "meeting_summ": "0c3dc1eefb17fb74",
    "multidoc_qa": "91f94ed851629a7f",
    "narrative_qa": "878e5195b859a86c",
    "natural_question": "a5fd47cc51394083",
    "news_summ": "d23be4121032785c",
    "paper_assistant": "ff06d09cac341385",
    "patent_summ": "7f7937a9b2597aab",
    "review_summ": "6a4726eaa9028458",
    "scientific_qa": "878e5195b859a86c",
    "tv_show_summ": "a59cd6d11a552f82",
  ]
}
