import Foundation
import Metrics

/// How a row of LongBench v2 is put to a model.
enum LongBenchV2Setting: String, CaseIterable, Hashable, Sendable {
  /// Text, question, choices; one short answer.
  case plain
  /// First a chain of thought, then the letter in a second call without the text.
  case cot
  /// Without the text: what a model knows by heart.
  case noContext = "no-context"
  /// With retrieved chunks in place of the text.
  case rag
  /// Retrieved chunks under their own prompt, then the letter in a second call as after a chain of thought.
  case ragChain = "rag-cot"

  /// True where chunks stand in place of the text.
  var isRetrieved: Bool { self == .rag || self == .ragChain }
  /// True for two calls.
  var hasSecondCall: Bool { self == .cot || self == .ragChain }

  /// The official files: of the only call, or of both.
  var fileNames: [String] {
    switch self {
    case .plain: ["0shot.txt"]
    case .cot: ["0shot_cot.txt", "0shot_cot_ans.txt"]
    case .noContext: ["0shot_no_context.txt"]
    case .rag: ["0shot_rag.txt"]
    case .ragChain: ["0shot_rag.txt", "0shot_cot_ans.txt"]
    }
  }

  /// The five official files.
  static var allFileNames: [String] { [Self.plain, .cot, .noContext, .rag].flatMap(\.fileNames) }

  /// The official limits on new tokens, call by call.
  var maxNewTokens: [Int] { hasSecondCall ? [1024, 128] : [128] }
}

/// The prompts of LongBench v2: the user's official files, or the project's own wording.
struct LongBenchV2Prompts: Sendable {
  /// SHA-256 of the official files begin like that (THUDM/LongBench 2e00731).
  private static let official = [
    "0shot.txt": "68a16225", "0shot_cot.txt": "6cc33d92", "0shot_cot_ans.txt": "85ec59df",
    "0shot_no_context.txt": "125fb441", "0shot_rag.txt": "5c50ce4f",
  ]

  private let templates: [String: String]
  /// The files that were read.
  let files: [DataFile]
  /// True where the wording is the project's own.
  let isOwn: Bool

  /// Files whose hash is not the official one.
  var unofficial: [String] {
    files.filter { file in Self.official[file.name].map { !file.sha256.hasPrefix($0) } ?? true }.map(\.name)
  }

  /// Reads the prompts of some settings; the project's own where no folder is given.
  init(folder: String?, settings: [LongBenchV2Setting]) throws(TaskError) {
    isOwn = folder == nil
    guard let folder else {
      templates = Self.own
      files = []
      return
    }
    var templates: [String: String] = [:]
    var files: [DataFile] = []
    for name in settings.flatMap(\.fileNames) where templates[name] == nil {
      let read = try TaskFiles.text("\(folder)/\(name)", need: "it is one of the five files of LongBench v2's prompts/")
      templates[name] = read.text
      files.append(DataFile(name: name, sha256: read.sha256))
    }
    self.templates = templates
    self.files = files
  }

  /// A prompt: every placeholder replaced everywhere, one after the other, as the official program does it.
  ///
  /// A placeholder that a value holds is replaced too where its turn is still to come.
  ///
  /// - Parameters:
  ///   - name: the file's name.
  ///   - row: the row.
  ///   - document: the text of the row, or its chunks.
  ///   - thought: the first reply, for the second call.
  /// - Returns: the text.
  func filled(_ name: String, _ row: LongBenchV2Row, document: String, thought: String? = nil) -> String {
    Self.filled(
      templates[name] ?? "", document: document, question: row.question, choices: row.choices, thought: thought)
  }

  static func filled(
    _ template: String, document: String, question: String, choices: [String], thought: String? = nil
  ) -> String {
    var text = template
    var values = [("$DOC$", document), ("$Q$", question)]
    for (letter, choice) in zip(LongBenchV2Row.letters, choices) { values.append(("$C_\(letter)$", choice)) }
    if let thought { values.append(("$COT$", thought)) }
    for (name, value) in values { text = PythonText.replacing(name, with: PythonText.stripped(value), in: text) }
    return text
  }

  private static let own: [String: String] = {
    let choices = "(A) $C_A$\n(B) $C_B$\n(C) $C_C$\n(D) $C_D$"
    let form = "Write nothing but this, with the right letter: \"The correct answer is (letter)\"."
    func asked(_ opening: String, _ document: String, _ end: String) -> String {
      "\(opening)\n\n\(document)\n\nQuestion: $Q$\nChoices:\n\(choices)\n\n\(end)"
    }
    return [
      "0shot.txt": asked("Here is a text, and a question about it.", "<document>\n$DOC$\n</document>", form),
      "0shot_cot.txt": asked(
        "Here is a text, and a question about it.", "<document>\n$DOC$\n</document>",
        "Think about the question step by step before you choose."),
      "0shot_cot_ans.txt": asked(
        "A long text was read to answer the question below.", "The text itself is not repeated here.",
        "Thoughts about it: $COT$\n\n\(form)"),
      "0shot_no_context.txt": asked("Answer the question by what you know.", "There is no text.", form),
      "0shot_rag.txt": asked(
        "Here are pieces of a text, and a question about it.", "<pieces>\n$DOC$\n</pieces>", form),
    ]
  }()
}
