import Foundation
import Metrics

extension LEvalPrompts {
  /// What `derive` found.
  public struct Derivation: Sendable {
    /// The prompts.
    public let prompts: LEvalPrompts
    /// The files that they come from.
    public let files: [DataFile]
    /// Tasks without a prompt and why, and rows that could not be read.
    public let problems: [String]
  }

  /// The file that holds the prompts, made at the import.
  static let fileName = "prompts.json"

  /// The model whose published predictions hold the paper's form of the prompts, without chat markers.
  static let model = "turbo-16k-0613"

  /// Reads the benchmark's prompts out of its published predictions.
  ///
  /// Every row of `Predictions/exam_eval/turbo-16k-0613/<task>.pred.jsonl` and `.../ngram_eval/...` holds the prompt that
  /// was used, with braces where document and question went. A number of words that is the reference's in all rows
  /// becomes `{words}`; one that is the same in all rows stays. Text before the sentence that introduces the document
  /// is the system message.
  ///
  /// - Parameter folder: the folder `Predictions` of the official repository.
  /// - Returns: prompts of all tasks that have them.
  /// - Throws: `TaskError.missingData` where the folder has no such predictions.
  public static func derive(predictions folder: String) throws(TaskError) -> Derivation {
    var tasks: [String: Prompt] = [:]
    var files: [DataFile] = []
    var problems: [String] = []
    for task in LEvalTask.names {
      let candidates = ["exam_eval", "ngram_eval", "llm_gpt4_eval", "llm_turbo_eval"].map {
        "\(folder)/\($0)/\(model)/\(task).pred.jsonl"
      }
      guard let path = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
        problems.append("\(task): there are no predictions of \(model), so its prompt is not known")
        continue
      }
      let file = try RowFile(path, need: "predictions") { (fields) throws(RowFieldProblem) in
        try PredictedRow(fields)
      }
      files.append(file.dataFile)
      problems += file.warnings
      let rows = try file.entries().map(\.row)
      if let prompt = prompt(rows) {
        tasks[task] = prompt
      } else {
        problems.append("\(task): the prompts of \(file.name) differ from row to row, so its prompt is not known")
      }
    }
    guard !tasks.isEmpty else {
      throw .missingData(
        path: "\(folder)/exam_eval/\(model)", need: "it should be the folder Predictions of L-Eval's repository")
    }
    return Derivation(prompts: LEvalPrompts(tasks: tasks), files: files, problems: problems)
  }

  /// What matters of a row of published predictions.
  private struct PredictedRow: Sendable {
    let query: String
    let prompt: String
    let reference: String

    init(_ fields: RowFields) throws(RowFieldProblem) {
      query = try fields.text("query")
      prompt = try fields.text("prompt")
      reference = try fields.text("gt")
    }
  }

  private static func prompt(_ rows: [PredictedRow]) -> Prompt? {
    let plain = Set(rows.map { withoutQuery($0) })
    let counted = Set(rows.map { row in withWordCount(withoutQuery(row), wordCount(row.reference)) })
    // A number of words that happens to be every reference's is taken for the reference's.
    guard let text = counted.count == 1 ? counted.first : plain.count == 1 ? plain.first : nil else { return nil }
    return split(text)
  }

  private static func withoutQuery(_ row: PredictedRow) -> String {
    !row.query.isEmpty && row.prompt.hasSuffix(row.query) ? String(row.prompt.dropLast(row.query.count)) : row.prompt
  }

  /// The text with its last "N words" as "{words} words" where N is the given count.
  private static func withWordCount(_ text: String, _ count: Int) -> String {
    guard let range = text.ranges(of: " \(count) words").last else { return text }
    return text.replacingCharacters(in: range, with: " {words} words")
  }

  /// Splits a prompt in front of the sentence that introduces the document, and names its fields.
  private static func split(_ text: String) -> Prompt? {
    var named = text.replacing("{inst}", with: "{question}")
    for name in ["{document}", "{question}"] {
      guard let range = named.firstRange(of: "{}") else { break }
      named.replaceSubrange(range, with: name)
    }
    guard let template = BraceTemplate(named), Set(template.fields).isSubset(of: fields) else { return nil }
    guard let document = named.firstRange(of: "{document}") else {
      return template.fields.isEmpty ? Prompt(system: text, user: "{document}\n\n{question}") : nil
    }
    guard template.fields.contains("question") else { return nil }
    let before = named[..<document.lowerBound]
    let stops = before.indices.filter { before[$0] == "." }
    guard let stop = stops.dropLast().last else { return Prompt(system: "", user: named) }
    var start = named.index(after: stop)
    while named[start] == " " { start = named.index(after: start) }
    return Prompt(system: String(named[..<start]), user: String(named[start...]))
  }

  /// The words of a text as Python's `split()` counts them.
  static func wordCount(_ text: String) -> Int { WordCount.words(text) }
}
