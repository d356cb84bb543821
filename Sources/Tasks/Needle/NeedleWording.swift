import Evaluation
import Foundation
import JSON

/// The sentences of a needle prompt.
struct NeedleWording: Hashable, Sendable {
  let name: String
  /// The sentences that are hidden, in order, with the white space that they bring along.
  let needles: [String]
  /// What is asked.
  let question: String
  /// What a right answer contains: one key phrase for each thing that is asked for.
  let answers: [String]
  /// The user's message: `{context}` and `{question}` stand for the text and the question.
  let prompt: String
  /// The same in two messages, the text and then the question, as the original program asks; nil where there is no such
  /// form.
  let turns: [String]?
  /// The system message of a chat, where there is one.
  let system: String?

  /// The messages with their blanks filled in; braces inside the values mean nothing.
  ///
  /// - Parameters:
  ///   - context: the text.
  ///   - inTwoTurns: true for the form of two messages, where there is one.
  /// - Returns: the conversation.
  func messages(context: String, inTwoTurns: Bool) -> [Message] {
    let texts = inTwoTurns ? turns ?? [prompt] : [prompt]
    let users = texts.map { text in
      text.split(separator: "{context}", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.replacing("{question}", with: question) }.joined(separator: context)
    }
    return (system.map { [Message(.system, $0)] } ?? []) + users.map { Message(.user, $0) }
  }

  /// The user's message of the project's own wordings.
  static let ownPrompt =
    "Below is a long text. Read it, then answer one question about it.\n\n{context}\n\n"
    + "Answer in one short sentence, with nothing that is not in the text.\nQuestion: {question}\nAnswer:"

  /// The same in two messages.
  static let ownTurns = [
    "Below is a long text. Read it, then answer one question about it.\n\n{context}",
    "Answer in one short sentence, with nothing that is not in the text.\nQuestion: {question}",
  ]

  /// The project's own wordings, the same as in Datasets/needle/wording.json; the first one is the default.
  static let builtIn = [
    NeedleWording(
      name: "lighthouse",
      needles: ["\nThe only key to the old lighthouse hangs behind the blue door of the bakery.\n"],
      question: "Where does the only key to the old lighthouse hang?", answers: ["blue door of the bakery"],
      prompt: ownPrompt, turns: ownTurns, system: nil),
    NeedleWording(
      name: "soup",
      needles: [
        "\nMira's nettle soup needs a spoon of honey.\n", "\nMira's nettle soup needs a pinch of smoked salt.\n",
        "\nMira's nettle soup needs two dried pears.\n",
      ],
      question: "Which three things does Mira's nettle soup need?", answers: ["honey", "smoked salt", "dried pears"],
      prompt: ownPrompt, turns: ownTurns, system: nil),
  ]

  /// The built-in wording of a name, or the default one.
  static func builtIn(named name: String?) throws(TaskError) -> NeedleWording {
    guard let name else { return builtIn[0] }
    guard let wording = builtIn.first(where: { $0.name == name }) else {
      throw .setting(
        key: "wording", found: "'\(name)'",
        expected: builtIn.map(\.name).joined(separator: ", ") + ", or the name of one in a `template` file")
    }
    return wording
  }

  private struct File: Decodable {
    struct Entry: Decodable {
      let name: String
      let needles: [String]
      let question: String
      let answers: [String]
      let prompt: String?
      let turns: [String]?
      let system: String?
    }
    let wordings: [Entry]
  }

  /// A wording of a JSON file: the one of that name, or the first.
  static func read(_ path: String, name: String?) throws(TaskError) -> (wording: NeedleWording, sha256: String) {
    let (text, sha256) = try TaskFiles.text(path, need: "it should hold needle wordings")
    guard let file = try? JSONValue(json: text)?.decoded(as: File.self) else {
      throw .damagedData(
        path: path, line: nil,
        problem: "expected {\"wordings\": [{\"name\", \"needles\": [...], \"question\", \"answers\": [...], and where "
          + "wanted \"prompt\", \"turns\", \"system\"}, ...]}")
    }
    guard let entry = name == nil ? file.wordings.first : file.wordings.first(where: { $0.name == name }) else {
      let names = file.wordings.map(\.name).joined(separator: ", ")
      throw .setting(key: "wording", found: name.map { "'\($0)'" } ?? "none", expected: "one of \(names) in \(path)")
    }
    let prompt = entry.prompt ?? ownPrompt
    let turns = entry.turns ?? (entry.prompt == nil ? ownTurns : nil)
    let joined = turns?.joined() ?? prompt
    let isFit =
      !entry.needles.isEmpty && !entry.needles.contains("") && !entry.answers.isEmpty && !entry.answers.contains("")
      && prompt.contains("{context}") && prompt.contains("{question}") && !entry.name.isEmpty
      && joined.contains("{context}") && joined.contains("{question}") && turns?.count ?? 2 == 2
    guard isFit else {
      throw .damagedData(
        path: path, line: nil,
        problem: "wording '\(entry.name)' needs a name, needles and answers that are not empty, and {context} and "
          + "{question} in its prompt and in its two turns")
    }
    return (
      NeedleWording(
        name: entry.name, needles: entry.needles, question: entry.question, answers: entry.answers, prompt: prompt,
        turns: turns, system: entry.system), sha256
    )
  }
}
