import Digest
import Foundation
import JSON

/// The wordings of RULER's five tasks beside the needles: those of the user's checkout, or the project's own.
struct RulerTemplates: Sendable {
  /// The tasks, under the names that RULER's own files give them.
  enum Kind: String, CaseIterable, Sendable {
    case variableTracking = "variable_tracking"
    case commonWords = "common_words_extraction"
    case frequentWords = "freq_words_extraction"
    case questions = "qa"
  }

  let templates: [Kind: RulerTemplate]
  /// A line of noise of the variable tracking.
  let noise: String
  /// The files that they come from; empty for the project's own.
  let files: [DataFile]

  var isOwn: Bool { files.isEmpty }

  /// The project's own.
  static let own: RulerTemplates = {
    func template(_ message: String, _ start: String, _ count: Int) -> RulerTemplate? {
      RulerTemplate(message: message, answerStart: start, generatedTokenCount: count)
    }
    let all: [(Kind, RulerTemplate?)] = [
      (
        .variableTracking,
        template(
          "Names below are bound to a value or to another name. Keep track of them.\n\n{context}\nWhich names hold the "
            + "value {query}?", " Reply: the text binds {num_v} names to {query}, namely: ", 30)
      ),
      (
        .commonWords,
        template(
          "A numbered list of words follows; some come up more often than others.\n{context}\nWhich 10 words come up "
            + "most often?", " Reply: the ten most frequent words are:", 120)
      ),
      (
        .frequentWords,
        template(
          "Count the coded words in this text; dots are filler. {context}\nWhich three coded words are the most "
            + "frequent?", " Reply: the three most frequent coded words are:", 50)
      ),
      (
        .questions,
        template(
          "Use the documents to answer. Give the answer alone.\n\n{context}\n\nQuestion: {query}", " Reply:", 32)
      ),
    ]
    return RulerTemplates(
      templates: Dictionary(all.compactMap { kind, template in template.map { (kind, $0) } }) { first, _ in first },
      noise: "Rain fell on the hill. The road was long. A bird sang twice. We walked on. Nobody spoke.", files: [])
  }()

  /// The wordings of a checkout; nil where the folder has none.
  ///
  /// - Parameter folder: RULER's repository, or a folder with `constants.py` and `variable_tracking.py` of its
  ///   `scripts/data/synthetic`.
  /// - Returns: the wordings with their files.
  /// - Throws: `TaskError.damagedData` where they cannot be read as literals.
  static func read(_ folder: String) throws(TaskError) -> RulerTemplates? {
    guard let constants = RulerFiles.path("constants.py", in: folder) else { return nil }
    let need = "it should come from RULER's scripts/data/synthetic"
    let (text, hash) = try TaskFiles.text(constants, need: need)
    let tasks = try literal("TASKS", text, constants)
    var templates: [Kind: RulerTemplate] = [:]
    for kind in Kind.allCases {
      guard let entry = tasks[kind.rawValue], let message = entry["template"]?.text,
        let start = entry["answer_prefix"]?.text, let count = entry["tokens_to_generate"]?.number.map({ Int($0) }),
        count > 0, let template = RulerTemplate(message: message, answerStart: start, generatedTokenCount: count),
        template.message.fields.contains("context")
      else {
        throw .damagedData(
          path: constants, line: nil,
          problem: "TASKS has no '\(kind.rawValue)' with tokens_to_generate, template and answer_prefix")
      }
      templates[kind] = template
    }
    let program = RulerFiles.path("variable_tracking.py", in: folder) ?? "\(folder)/variable_tracking.py"
    let source = try TaskFiles.text(program, need: need)
    guard let noise = try literal("haystack", source.text, program).text else {
      throw .damagedData(path: program, line: nil, problem: "`haystack`, the line of noise, is no text")
    }
    return RulerTemplates(
      templates: templates, noise: noise,
      files: [
        DataFile(name: "constants.py", sha256: hash), DataFile(name: "variable_tracking.py", sha256: source.sha256),
      ])
  }

  private static func literal(_ name: String, _ text: String, _ path: String) throws(TaskError) -> JSONValue {
    do throws(PythonLiteral.Problem) {
      if let value = try PythonLiteral.value(of: name, in: text) { return value }
    } catch {
      throw .damagedData(path: path, line: error.line, problem: "\(name) cannot be read: \(error.text)")
    }
    throw .damagedData(path: path, line: nil, problem: "it has no \(name)")
  }
}

/// Where RULER's files lie: in an import, in the official checkout, or side by side in a folder.
enum RulerFiles {
  /// The first place that exists; nil where there is none.
  static func path(_ name: String, in folder: String) -> String? {
    ["", "/scripts/data/synthetic", "/scripts/data/synthetic/json", "/json", "/RULER/scripts/data/synthetic"]
      .map { "\(folder)\($0)/\(name)" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The questions of a file.
  static func collection(
    _ name: String, in folder: String?, _ read: (JSONValue) -> RulerQACollection?
  ) throws(TaskError) -> (collection: RulerQACollection, file: DataFile) {
    let need =
      "`path` should hold it: SQuAD's dev-v2.0 as squad.json, HotpotQA's dev distractor set as hotpotqa.json (RULER's "
      + "scripts/data/synthetic/json); the project's own samples are in Datasets/ruler"
    guard let path = folder.flatMap({ self.path(name, in: $0) }) else {
      throw .missingData(path: folder.map { "\($0)/\(name)" } ?? name, need: need)
    }
    let bytes = try TaskFiles.bytes(path, need: need)
    let value: JSONValue
    do throws(JSONProblem) { value = try JSONReader.value(of: bytes, rules: .python) } catch {
      throw .damagedData(path: path, line: nil, problem: "\(error)")
    }
    guard let collection = read(value) else {
      throw .damagedData(path: path, line: nil, problem: "it is not in the form of the official file")
    }
    return (collection, DataFile(name: name, sha256: SHA256.hexadecimal(of: bytes)))
  }

  /// The words of a list: a text file with one a line, a JSON object whose values they are, or the folder of word lists
  /// of the package wonderwords.
  ///
  /// - Parameter path: a file, or a folder with nounlist.txt, adjectivelist.txt and verblist.txt.
  /// - Returns: different words sorted by code points, and the hash of the joined list.
  /// - Throws: `TaskError`.
  static func words(_ path: String) throws(TaskError) -> (words: [String], file: DataFile) {
    let need = "it should hold words: one a line, or the folder of lists of the package wonderwords (its `assets`)"
    var words: [String] = []
    if (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil {
      for name in ["nounlist.txt", "adjectivelist.txt", "verblist.txt"] {
        words += lines(try TaskFiles.text("\(path)/\(name)", need: need).text)
      }
    } else if path.hasSuffix(".json") {
      let (value, _) = try TaskFiles.json(path, need: need)
      if case .object(let members) = value { words = members.compactMap { $0.value.text } }
    } else {
      words = lines(try TaskFiles.text(path, need: need).text)
    }
    // In a JSON file the order of the file counts, as in the official program.
    let list = path.hasSuffix(".json") ? words : sorted(words)
    guard list.count >= 40 else {
      throw .damagedData(path: path, line: nil, problem: "it has \(list.count) words; an example alone needs 40")
    }
    return (list, DataFile(name: TaskFiles.name(path), sha256: SHA256.hexadecimal(of: list.joined(separator: "\n"))))
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      String(String(line.reversed().drop(while: \.isWhitespace)).reversed())
    }.filter { !$0.isEmpty }
  }

  /// Different words, by code points.
  private static func sorted(_ words: [String]) -> [String] {
    Set(words).sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }

  /// The project's own words, and what is made of them where a list needs more: two of them with a hyphen between.
  static let ownWords: RulerCommonWords.Vocabulary = {
    let words = sorted(RulerWords.all)
    let more = (1...8).flatMap { shift in
      words.indices.map { words[$0] + "-" + words[($0 + 37 * shift) % words.count] }
    }
    return RulerCommonWords.Vocabulary(words: words, more: more)
  }()
}
