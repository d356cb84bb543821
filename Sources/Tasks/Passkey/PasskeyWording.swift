import Foundation

/// The sentences of a passkey prompt.
struct PasskeyWording: Hashable, Sendable {
  let name: String
  let opening: String
  /// Sentences (or lines) that are repeated in order.
  let filler: [String]
  /// The sentence with the key; `{key}` stands for it, once or more.
  let key: String
  /// What follows the text; the model continues it with the key.
  let question: String
  /// What stands between two pieces of the text.
  let separator: String
  /// What stands before the question.
  let questionSeparator: String

  /// The project's own wording; the same as `train` in Datasets/demo/passkey-wording.json.
  static let builtIn = PasskeyWording(
    name: "train",
    opening: "One number is hidden in a long and plain text. Read all of it and keep the number in mind. "
      + "At the end you will be asked for it.",
    filler: [
      "The kettle is on the stove.", "A cart rolls down the lane.", "The baker sweeps the floor.",
      "Rain taps on the roof.", "Soon it will be evening.",
    ],
    key: "The pass key is {key}. Keep this number in mind.",
    question: "Now the text is over. What is the pass key? The pass key is", separator: " ", questionSeparator: " ")

  /// The wording of a template file: a JSON file of wordings, or LongLM's examples, whose lines are told apart.
  static func read(_ path: String, name: String?) throws(TaskError) -> (wording: PasskeyWording, sha256: String) {
    let (text, sha256) = try TaskFiles.text(path, need: "it should hold passkey wordings or LongLM's passkey examples")
    if path.hasSuffix(".jsonl") {
      let row = try PasskeyExample.rows(text, path)[0]
      return (try fromExample(row, path), sha256)
    }
    return (try fromWordings(text, path, name: name), sha256)
  }

  private struct File: Decodable {
    struct Entry: Decodable {
      let name: String
      let opening: String
      let filler: [String]
      let key: String
      let question: String
      let separator: String?
    }
    let wordings: [Entry]
  }

  private static func fromWordings(_ text: String, _ path: String, name: String?) throws(TaskError) -> PasskeyWording {
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: Data(text.utf8))
    } catch {
      throw .damagedData(
        path: path, line: nil,
        problem: "expected {\"wordings\": [{\"name\", \"opening\", \"filler\": [...], \"key\", \"question\"}, ...]}")
    }
    let names = file.wordings.map(\.name)
    guard let entry = name == nil ? file.wordings.first : file.wordings.first(where: { $0.name == name }) else {
      throw .setting(key: "wording", found: name ?? "none", expected: "one of \(names.joined(separator: ", ")) in \(path)")
    }
    guard entry.key.contains("{key}"), !entry.filler.isEmpty, !entry.question.isEmpty else {
      throw .damagedData(
        path: path, line: nil, problem: "wording '\(entry.name)' needs {key} in its key, some filler and a question")
    }
    let separator = entry.separator ?? " "
    return PasskeyWording(
      name: entry.name, opening: entry.opening, filler: entry.filler, key: entry.key, question: entry.question,
      separator: separator, questionSeparator: separator)
  }

  /// LongLM's file: the first line is the opening, the most frequent one the filler, the one with the target the key.
  private static func fromExample(_ row: PasskeyExample, _ path: String) throws(TaskError) -> PasskeyWording {
    let lines = row.input.split(separator: "\n").map(String.init)
    let counts = Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +)
    let filler = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    guard let filler, let opening = lines.first, opening != filler,
      let key = lines.first(where: { $0.contains(row.target) })
    else {
      throw .damagedData(path: path, line: 1, problem: "expected an opening line, repeated filler lines and a key line")
    }
    return PasskeyWording(
      name: "longlm", opening: opening, filler: [filler],
      key: key.replacingOccurrences(of: row.target, with: "{key}"), question: PasskeyExample.question,
      separator: "\n", questionSeparator: "")
  }
}

/// A row of LongLM's `passkey_examples*.jsonl`.
struct PasskeyExample: Decodable, Sendable {
  let input: String
  let target: String
  let passkey_position: Int?

  /// What LongLM's example program puts directly after the text (datamllab/LongLM, example.py); not in its data file.
  static let question = "What is the pass key? The pass key is "

  /// The rows of a file's text.
  static func rows(_ text: String, _ path: String) throws(TaskError) -> [PasskeyExample] {
    var rows: [PasskeyExample] = []
    for (index, line) in text.split(separator: "\n").enumerated() {
      do {
        rows.append(try JSONDecoder().decode(PasskeyExample.self, from: Data(line.utf8)))
      } catch {
        throw .damagedData(path: path, line: index + 1, problem: "expected {\"input\", \"target\", \"passkey_position\"}")
      }
    }
    guard !rows.isEmpty else { throw .damagedData(path: path, line: nil, problem: "it holds no rows") }
    return rows
  }
}
