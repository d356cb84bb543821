import Foundation
import JSON

/// The texts of one dataset of HELMET: read out of the user's data.py and prompts/, or the project's own wording.
struct HELMETTemplates: Sendable {
  /// What the user says.
  let user: BraceTemplate
  /// How the answer begins.
  let system: BraceTemplate
  /// A document with a title.
  let passage: BraceTemplate
  /// A document without one.
  let untitled: BraceTemplate
  /// An example.
  let example: BraceTemplate
  /// What stands around the examples of books.
  let frame: BraceTemplate
  /// ALCE's instruction and examples.
  let alce: ALCE?
  /// What stands behind a book that was cut first; nil where a checkout does not say it.
  let omission: String?
  /// The files that were read.
  let files: [DataFile]

  /// A file of prompts/.
  struct ALCE: Sendable {
    let instruction: String
    let demos: [JSONValue]
  }

  // MARK: Own wording

  private static func template(_ text: String) -> BraceTemplate {
    guard let template = BraceTemplate(text) else {
      preconditionFailure("a text of the project's own has a stray brace")
    }
    return template
  }

  /// The project's own wording.
  init(ownFor dataset: HELMETDataset) {
    files = []
    var texts = (
      user: "", system: "Answer:", passage: "Document \"{title}\": {text}", untitled: "Document: {text}",
      example: "{documents}\n\nQuestion: {question}\nAnswer: {answer}"
    )
    switch dataset.category {
    case .recall where dataset.isRuler:
      texts.user =
        "Somewhere in this text are magic {type_needle_v}. Remember them.\n{context}\n"
        + "Which magic {type_needle_v} belong to {query}?"
      texts.system = "The magic {type_needle_v} of {query}:"
    case .recall:
      texts.user = "{context}\n\nLook up a key of the object above.\n\n{demos}Key: {question}"
      texts.system = "Corresponding value:"
      texts.example = "Key: {key}\nCorresponding value:{value}"
    case .rag:
      texts.user =
        "Answer the question from the documents, in a few words, as \"Answer: ...\".\n\n{demos}{context}\n\n"
        + "Question: {question}"
    case .rerank:
      texts.user =
        "Sort all of these documents by how well they answer the query, the best first, as \"Ranking: 7 > 2 > 5\".\n\n"
        + "{demos}{context}\n\nQuery: {question}"
      texts.system = "Ranking:"
      texts.passage = "[ID: {id}] Document \"{title}\": {text}"
      texts.untitled = "[ID: {id}] Document: {text}"
    case .inContextLearning:
      texts.user =
        "Give the text the number of its label, as the texts before show, as \"label: number\".\n\n{context}\n\n"
        + "{question}"
      texts.system = "label:"
      texts.example = "{text}\nlabel: {label}"
    case .cite:
      texts.user = "{demo_text}{instruction}\n\nQuestion: {question}\n\n{context}"
      texts.passage = "Document {ID} \"{title}\": {text}"
      texts.example = "{instruction}\n\nQuestion: {question}\n\n{context}\n\nAnswer: {answer}"
    case .summary:
      let isBook = dataset == .bookSummary
      texts.user =
        isBook
        ? "Read the book and tell its plot and its people in about 1000 words, and nothing else.\n\n{demo}{context}\n\n"
          + "Write the summary now."
        : "Read the papers of a lawsuit and tell in one paragraph of about 200 words who is against whom, why, and how it "
          + "ended.\n\n{demo}Papers:\n{context}\n\nWrite the summary now."
      texts.system = "Summary:"
      texts.example = (isBook ? "[a story]\n" : "") + "Summary: {answer[0]}"
    case .longQA:
      let isChoice = dataset == .bookChoice
      texts.user =
        (isChoice
          ? "Read the story and choose the right one of four answers; say its letter only."
          : "Read the story and answer the question in a few words.")
        + "\n\n{demo}{context}\n\nQuestion: {question}" + (isChoice ? "\nOptions:\n{options}" : "")
      texts.example =
        (dataset == .narrativeQA ? "" : "[a story]\n") + "Question: {question}"
        + (isChoice ? "\nOptions:\n{options}" : "") + "\nAnswer: {answer[0]}"
    }
    user = Self.template(texts.user)
    system = Self.template(texts.system)
    passage = Self.template(texts.passage)
    untitled = Self.template(texts.untitled)
    example = Self.template(texts.example)
    omission = " ... [the rest is left out]"
    frame = Self.template(
      "\(dataset.category == .summary ? "Examples" : "Two examples"):\n\n{demo}\n\nAnd this is the "
        + (dataset == .lawSummary ? "case:\n\n" : "story:\n\n"))
    alce =
      dataset.category == .cite
      ? ALCE(
        instruction: dataset == .asqa
          ? "Answer the question in a few sentences from the documents, and name their numbers in brackets."
          : "List every answer that the documents give, with commas between, and name their numbers in brackets.",
        demos: []) : nil
  }

  // MARK: The user's checkout

  /// SHA-256 of the files at 4526dfb begin like that.
  static let official = [
    "data.py": "a47c53d5", "asqa_revised.json": "99ebb9d7", "qampari_revised.json": "d73e184e",
  ]

  /// Reads the texts of a dataset.
  ///
  /// - Parameters:
  ///   - checkout: the folder of data.py and prompts/.
  ///   - dataset: the dataset.
  /// - Throws: `TaskError`.
  init(checkout: String, dataset: HELMETDataset) throws(TaskError) {
    let path = checkout + "/data.py"
    let read = try TaskFiles.text(path, need: "it is a file of HELMET's repository")
    var files = [DataFile(name: "data.py", sha256: read.sha256)]
    let source = PythonFunction(Self.function(dataset), in: read.text, path: path)
    let own = HELMETTemplates(ownFor: dataset)
    // The needle tasks and the books have branches; the others have one text, or the plain one last.
    let place: Int? =
      switch dataset {
      case .rulerMultivalue: 1
      case .rulerMultikey2, .rulerMultikey3: 2
      case .bookQuestion: 0
      case .bookChoice: 1
      case .bookSummary: 2
      default: nil
      }
    user = try source.template("user_template = ", at: place)
    system = try source.template("system_template = ", at: place)
    var passage = own.passage
    var untitled = own.untitled
    var example = own.example
    var frame = own.frame
    switch dataset.category {
    case .rag:
      passage = try source.template("passage_template = ")
      example = try source.template("demo_template = ")
    case .recall:
      if !dataset.isRuler { example = try source.template("demo_template = ") }
    case .rerank:
      passage = try source.template("passage_template = ")
      untitled = try source.template("passage_template = ", behind: " else ")
    case .inContextLearning: example = try source.template("item_template = ")
    case .summary where dataset == .bookSummary:
      example = try source.template("demo = ", at: 2, behind: "([")
      frame = try source.template("return {\"demo\": ")
    case .longQA where dataset.isJudged, .summary: (example, frame) = try source.examples(of: dataset)
    case .longQA:
      example = try source.template("temp = ", at: dataset == .bookQuestion ? 0 : 1)
      frame = try source.template("return {\"demo\": ")
    case .cite: break
    }
    var alce: ALCE?
    if dataset.category == .cite {
      let name = dataset == .asqa ? "asqa_revised.json" : "qampari_revised.json"
      let prompts = try TaskFiles.json("\(checkout)/prompts/\(name)", need: "it is a file of HELMET's prompts/")
      files.append(DataFile(name: name, sha256: prompts.sha256))
      guard let instruction = prompts.value["instruction"]?.text,
        let demo = prompts.value["demo_prompt"]?.text.flatMap({ BraceTemplate($0) }),
        let document = prompts.value["doc_prompt"]?.text.flatMap({ BraceTemplate($0) })
      else {
        throw .damagedData(
          path: "\(checkout)/prompts/\(name)", line: nil,
          problem: "`instruction`, `demo_prompt` and `doc_prompt` should be texts")
      }
      (passage, untitled, example) = (document, document, demo)
      alce = ALCE(instruction: instruction, demos: prompts.value["demos"]?.elements ?? [])
    }
    self.passage = passage
    self.untitled = untitled
    self.example = example
    self.frame = frame
    self.alce = alce
    omission = PythonFunction.standard("postfix_text", of: "truncate_llama2", in: read.text)
    self.files = files
  }

  private static func function(_ dataset: HELMETDataset) -> String {
    switch dataset.category {
    case .recall: dataset.isRuler ? "load_ruler" : "load_json_kv"
    case .rag: "load_qa"
    case .rerank: "load_msmarco_rerank"
    case .inContextLearning: "load_icl"
    case .cite: "load_alce"
    case .longQA where dataset == .narrativeQA: "load_narrativeqa"
    case .summary where dataset == .lawSummary: "load_multi_lexsum"
    case .longQA, .summary: "load_infbench"
    }
  }
}

/// The texts that a function of a Python file gives to names; nothing is run.
struct PythonFunction {
  private let name: String
  private let path: String
  private let lines: [(number: Int, text: Substring)]

  /// The lines between `def name(` and the next line that begins at the margin.
  init(_ name: String, in source: String, path: String) {
    self.name = name
    self.path = path
    var lines: [(number: Int, text: Substring)] = []
    var isInside = false
    // Swift takes CR LF for one character.
    let all = source.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in all.enumerated() {
      if line.hasPrefix("def \(name)(") {
        isInside = true
      } else if isInside, let first = line.first, first != " ", first != "#" {
        isInside = false
      }
      if isInside { lines.append((index + 1, line.drop { $0 == " " })) }
    }
    self.lines = lines
  }

  /// The template that a line gives to a name.
  ///
  /// - Parameters:
  ///   - beginning: how the line begins, `name = `.
  ///   - place: which of such lines; nil for the last.
  ///   - words: where the text begins behind these words of the line, in place of its beginning.
  /// - Returns: the template.
  /// - Throws: `TaskError.damagedData` where there is no such line with a text.
  func template(
    _ beginning: String, at place: Int? = nil, behind words: String? = nil
  ) throws(TaskError) -> BraceTemplate {
    let found = lines.filter { $0.text.hasPrefix(beginning) }
    // The first of a function with branches is the text that holds where no branch does.
    guard let line = place.map({ found.indices.contains($0) ? found[$0] : nil }) ?? found.last else {
      throw .damagedData(path: path, line: nil, problem: "`\(name)` has no line `\(beginning)...`")
    }
    var rest = line.text.dropFirst(beginning.count)
    if let words, let range = rest.ranges(of: words).last { rest = rest[range.upperBound...] }
    if rest.hasPrefix("f\"") || rest.hasPrefix("f'") { rest = rest.dropFirst() }
    guard let text = Self.literal(rest), let template = BraceTemplate(text) else {
      throw .damagedData(
        path: path, line: line.number, problem: "`\(beginning)...` should be a text with fields")
    }
    return template
  }

  /// The example, and what stands around examples, of a dataset whose function makes them in one line of a dictionary:
  /// `"demo": "" if ... else BEFORE + SEPARATOR.join([EXAMPLE ...]) + AFTER`.
  ///
  /// - Parameter dataset: narrativeqa or multi_lexsum.
  /// - Returns: the example with the fields that the line names, and the frame with `{demo}`.
  /// - Throws: `TaskError.damagedData` where there is no such line.
  func examples(of dataset: HELMETDataset) throws(TaskError) -> (example: BraceTemplate, frame: BraceTemplate) {
    let beginning = "\"demo\": "
    let line = lines.first { $0.text.hasPrefix(beginning) }
    var literals: [String] = []
    var rest = line?.text.dropFirst(beginning.count) ?? ""
    while let quote = rest.firstIndex(of: "\"") {
      rest = rest[quote...]
      guard let (text, length) = Self.quoted(rest) else { break }
      literals.append(text)
      rest = rest.dropFirst(length)
    }
    // Nothing, before, between, the example, maybe names of fields, after.
    guard literals.count > 4, let last = literals.last, let example = BraceTemplate(literals[3]),
      let before = BraceTemplate(literals[1] + "{demo}" + last)
    else {
      throw .damagedData(
        path: path, line: line?.number, problem: "`\(name)` should have a line `\(beginning)...` with the examples")
    }
    return (example, before)
  }

  /// The text that a parameter of a function has where none is given; nil where the line `def name(` gives none.
  static func standard(_ parameter: String, of name: String, in source: String) -> String? {
    let line = source.split { $0 == "\n" || $0 == "\r\n" }.first { $0.hasPrefix("def \(name)(") }
    guard let line, let range = line.firstRange(of: parameter + "=") else { return nil }
    return literal(line[range.upperBound...])
  }

  /// The text of the literal that a line goes on with.
  private static func literal(_ line: Substring) -> String? { quoted(line)?.text }

  /// The text of the literal that a line goes on with, and how many characters it takes.
  private static func quoted(_ line: Substring) -> (text: String, length: Int)? {
    guard let quote = line.first, quote == "\"" || quote == "'" else { return nil }
    var isEscaped = false
    var end = line.index(after: line.startIndex)
    while end < line.endIndex {
      let character = line[end]
      if character == quote, !isEscaped { break }
      isEscaped = character == "\\" && !isEscaped
      end = line.index(after: end)
    }
    guard end < line.endIndex, let text = try? PythonLiteral.value(String(line[...end])).text else { return nil }
    return (text, line.distance(from: line.startIndex, to: end) + 1)
  }
}
