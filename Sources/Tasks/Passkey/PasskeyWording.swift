import Foundation
import JSON

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

  init(
    name: String, opening: String, filler: [String], key: String, question: String, separator: String = " ",
    questionSeparator: String = " "
  ) {
    self.name = name
    self.opening = opening
    self.filler = filler
    self.key = key
    self.question = question
    self.separator = separator
    self.questionSeparator = questionSeparator
  }

  /// The project's own wordings, the same as in Datasets/demo/passkey-wording.json; the first one is the default.
  ///
  /// The demo's model was trained with prompts of `train`; no sentence of `unseen` was in its training text.
  static let builtIn = [
    PasskeyWording(
      name: "train",
      opening: "One number is hidden in a long and plain text. Read all of it and keep the number in mind. "
        + "At the end you will be asked for it.",
      filler: [
        "The kettle is on the stove.", "A cart rolls down the lane.", "The baker sweeps the floor.",
        "Rain taps on the roof.", "Soon it will be evening.",
      ],
      key: "The pass key is {key}. Keep this number in mind.",
      question: "Now the text is over. What is the pass key? The pass key is"),
    PasskeyWording(
      name: "unseen",
      opening: "Somewhere between these lines stands a secret code. All the rest is of no use. "
        + "Note the code, for there is a question about it later.",
      filler: [
        "Two ships left the harbour at dawn.", "An old man fed the ducks.", "Leaves fell into the well.",
        "Nobody rang the bell.", "Far away a dog barked.",
      ],
      key: "Take note: the secret code is {key}, and nothing else matters.",
      question: "Which code was given above? The secret code is"),
  ]

  /// A built-in wording by name; the first one without a name.
  static func builtIn(named name: String?) throws(TaskError) -> PasskeyWording {
    guard let name else { return builtIn[0] }
    guard let wording = builtIn.first(where: { $0.name == name }) else {
      throw .setting(
        key: "wording", found: "'\(name)'",
        expected: builtIn.map(\.name).joined(separator: ", ") + ", or the name of one in a `template` file")
    }
    return wording
  }

  /// The wording of a template file: a JSON file of wordings, or LongLM's examples, whose lines are told apart.
  static func read(
    _ path: String, name: String?, question: String?
  ) throws(TaskError) -> (wording: PasskeyWording, sha256: String) {
    let (text, sha256) = try TaskFiles.text(path, need: "it should hold passkey wordings or LongLM's passkey examples")
    if path.hasSuffix(".jsonl") {
      guard name == nil else {
        throw .setting(key: "wording", found: "'\(name ?? "")'", expected: "nothing: a .jsonl file holds one wording")
      }
      let rows = try PasskeyExample.rows(text, path)
      return (try rows[0].wording(question: question, path: path), sha256)
    }
    guard question == nil else {
      throw .setting(key: "question", found: "given", expected: "nothing: each wording of a JSON file has its question")
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
    guard let file = try? JSONValue(json: text)?.decoded(as: File.self) else {
      throw .damagedData(
        path: path, line: nil,
        problem: "expected {\"wordings\": [{\"name\", \"opening\", \"filler\": [...], \"key\", \"question\"}, ...]}")
    }
    guard let entry = name == nil ? file.wordings.first : file.wordings.first(where: { $0.name == name }) else {
      let names = file.wordings.map(\.name).joined(separator: ", ")
      throw .setting(key: "wording", found: name.map { "'\($0)'" } ?? "none", expected: "one of \(names) in \(path)")
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
}
