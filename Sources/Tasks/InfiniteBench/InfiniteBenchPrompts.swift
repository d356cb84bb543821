import Foundation
import JSON
import Metrics

/// How InfiniteBench's prompts end: with words that a base model completes, or with a question for a chat model.
enum InfiniteBenchStyle: String, CaseIterable, Hashable, Sendable {
  /// The templates for YaRN-Mistral, Yi and ChatGLM3.
  case completion
  /// The templates for GPT-4.
  case chat

  /// The dictionary of prompt.py.
  var dictionary: String { self == .completion ? "yarn_mistral_templates" : "gpt4_templates" }
}

/// The prompts of InfiniteBench: of the user's checkout, or in the project's own wording.
struct InfiniteBenchPrompts: Sendable {
  /// SHA-256 of the files at 88b3daa begin like that.
  private static let official = ["prompt.py": "d49a6891", "eval_utils.py": "871263cc"]

  private let templates: [InfiniteBenchTask: BraceTemplate]
  /// The question of math_find, before and behind the name of the number.
  private let prefix: BraceTemplate?
  /// The files that were read.
  let files: [DataFile]
  /// True for the project's own wording.
  let isOwn: Bool

  /// Files whose hash is not the official one.
  var unofficial: [String] {
    files.filter { file in Self.official[file.name].map { !file.sha256.hasPrefix($0) } ?? true }.map(\.name)
  }

  /// Reads the templates of some tasks.
  ///
  /// - Parameters:
  ///   - folder: the checkout's folder src/; nil for the project's own wording.
  ///   - style: which of the templates.
  ///   - tasks: the tasks.
  /// - Throws: `TaskError`.
  init(folder: String?, style: InfiniteBenchStyle, tasks: [InfiniteBenchTask]) throws(TaskError) {
    isOwn = folder == nil
    guard let folder else {
      templates = Self.own(style)
      prefix = BraceTemplate("What is {target_number} in the list below?")
      files = []
      return
    }
    let path = folder + "/prompt.py"
    let read = try TaskFiles.text(path, need: "it is src/prompt.py of InfiniteBench's repository")
    var files = [DataFile(name: "prompt.py", sha256: read.sha256)]
    let dictionary: JSONValue?
    do throws(PythonLiteral.Problem) {
      dictionary = try PythonLiteral.value(of: style.dictionary, in: read.text)
    } catch {
      throw .damagedData(path: path, line: error.line, problem: error.text)
    }
    var templates: [InfiniteBenchTask: BraceTemplate] = [:]
    for task in tasks {
      guard let text = dictionary?[task.rawValue]?.text, let template = BraceTemplate(text) else {
        throw .damagedData(
          path: path, line: nil, problem: "`\(style.dictionary)` has no template for \(task.rawValue)")
      }
      templates[task] = template
    }
    self.templates = templates
    if tasks.contains(.mathFind) {
      let read = try TaskFiles.text(
        folder + "/eval_utils.py", need: "it is src/eval_utils.py of InfiniteBench's repository; math_find needs it")
      files.append(DataFile(name: "eval_utils.py", sha256: read.sha256))
      prefix = try Self.prefix(read.text, path: folder + "/eval_utils.py")
    } else {
      prefix = nil
    }
    self.files = files
  }

  /// The formatted text that `create_prompt` gives to `prefix`.
  private static func prefix(_ source: String, path: String) throws(TaskError) -> BraceTemplate {
    for line in source.split(separator: "\n") {
      let line = line.drop { $0 == " " }
      guard line.hasPrefix("prefix = f\"") else { continue }
      let rest = line.dropFirst("prefix = f\"".count)
      if let end = rest.lastIndex(of: "\""), let template = BraceTemplate(String(rest[..<end])),
        template.fields.count == 1
      {
        return template
      }
    }
    throw .damagedData(path: path, line: nil, problem: "it has no line `prefix = f\"...\"` with one field")
  }

  // MARK: Filling

  /// A prompt, or what of the row is not as it should be.
  func filled(_ row: InfiniteBenchRow, _ task: InfiniteBenchTask) throws(RowFieldProblem) -> String {
    var values = ["context": row.context, "input": row.input, "question": row.input]
    for (letter, option) in zip(LongBenchV2Row.letters, row.options) { values["OPTION_\(letter)"] = option }
    switch task {
    case .codeRun:
      guard let call = Self.call(in: row.input) else {
        throw RowFieldProblem(text: "`input` names no call like func_1(2)")
      }
      values["func_call"] = call
      values["func"] = call.split(separator: "(").first.map(String.init) ?? call
    case .mathFind:
      guard let target = Self.target(in: row.input) else {
        throw RowFieldProblem(text: "`input` has no words like `The largest number of`")
      }
      values["prefix"] = prefix.map { template in
        template.filled(Dictionary(template.fields.map { ($0, target) }) { $1 })
      }
    default: break
    }
    return templates[task]?.filled(values) ?? ""
  }

  /// The first `func_N(x)`; x may be negative.
  static func call(in text: String) -> String? {
    let scalars = Array(text.unicodeScalars)
    let name = Array("func_".unicodeScalars)
    func digits(_ start: Int) -> Int {
      scalars[start...].firstIndex { !(48...57).contains($0.value) } ?? scalars.count
    }
    for start in scalars.indices where scalars[start...].starts(with: name) {
      let number = digits(start + name.count)
      guard number > start + name.count, number < scalars.count, scalars[number] == "(" else { continue }
      var argument = number + 1
      if argument < scalars.count, scalars[argument] == "-" { argument += 1 }
      guard argument < scalars.count else { continue }
      let end = digits(argument)
      guard end > argument, end < scalars.count, scalars[end] == ")" else { continue }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[start...end])
      return String(view)
    }
    return nil
  }

  /// `the largest number` of `The largest number of ...`: the longest match of `The .+ of` on a line, lower-cased, the
  /// last three characters cut.
  static func target(in text: String) -> String? {
    for line in text.split(separator: "\n") {
      guard let start = line.firstRange(of: "The "), let end = line.ranges(of: " of").last,
        start.upperBound < end.lowerBound
      else { continue }
      return PythonText.lowercased(String(line[start.lowerBound..<end.lowerBound]))
    }
    return nil
  }

  // MARK: Own wording

  private static func own(_ style: InfiniteBenchStyle) -> [InfiniteBenchTask: BraceTemplate] {
    let choices = "A. {OPTION_A}\nB. {OPTION_B}\nC. {OPTION_C}\nD. {OPTION_D}"
    // What is asked, and the words that a base model goes on with.
    func about(_ opening: String, _ end: String) -> String { "\(opening)\n\n{context}\n\n\(end)" }
    let wordings: [InfiniteBenchTask: (text: String, end: String)] = [
      .passkey: (about("One line of the text below holds a key. Remember it.", "{input}"), "The key is"),
      .numberString: (about("One line of the text below holds a number. Remember it.", "{input}"), "The number is"),
      .keyValue: (about("Look up a key of this JSON object.", "{input}"), "The value is"),
      .summary: ("Here is a book. Sum it up.\n\n{context}", "Summary:"),
      .question: (
        about("Here is a book, and a question about it. Answer in a few words.", "Question: {question}"), "Answer:"
      ),
      .choice: (
        about(
          "Here is a book, and a question with four answers.",
          "Question: {question}\n\(choices)\n\nGive the letter of the right one."), "The right letter is"
      ),
      .dialogue: (
        about(
          "One name of a speaker in this script was replaced by $$MASK$$.", "Say only the name that stood there."),
        "The name is"
      ),
      .chineseQuestion: (about("请阅读下面的书并简短回答问题。", "问题：{question}"), "回答："),
      .codeDebug: (
        about("One of the functions below was given an error on purpose.", "Which one?\n\(choices)"),
        "The correct option is:"
      ),
      .codeRun: (
        about("Here are Python functions that call one another.", "What does {func_call} return?"),
        "{func_call} returns"
      ),
      .mathFind: ("{prefix}\n\n{context}\n\n{input}", "Answer:"),
      .mathCalculation: (
        "Work out this expression from left to right, and list the value after each operation.\n\n{context}",
        "Values: ["
      ),
    ]
    return wordings.compactMapValues { BraceTemplate($0.text + (style == .completion ? "\n\n" + $0.end : "")) }
  }
}
