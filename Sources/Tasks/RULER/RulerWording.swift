import Foundation
import JSON

/// The sentences of RULER's needle tasks: the project's own, or those of a file.
struct RulerWording: Hashable, Sendable {
  /// What stands around the text.
  struct Frame: Hashable, Sendable, Decodable {
    /// The user's message, with `{context}`, `{query}` and `{kind}`.
    let prompt: String
    /// The beginning of the answer, behind the message (and behind the chat markers), with `{query}` and `{kind}`.
    let answer: String
  }

  let name: String
  /// A hidden sentence, with `{kinds}`, `{key}` and `{value}`.
  let needle: String
  /// One line of the haystack `noise`.
  let noise: String
  /// The frame where one value is asked for, and the words for a number, UUID or word in it.
  let one: Frame
  /// The frame where several are.
  let several: Frame
  /// For `number`, `uuid` and `word` the words of both frames: one and several.
  let kinds: [String: [String]]

  static let own = RulerWording(
    name: "se-eval", needle: "Among the secret {kinds} of {key} is this one: {value}.",
    noise: PasskeyWording.builtIn[0].filler.joined(separator: " "),
    one: Frame(
      prompt:
        "Somewhere in the text below stands a secret {kind}. Keep it in mind, for there is a question about it at "
        + "the end.\n{context}\nWhat is the secret {kind} of {query} in the text above?",
      answer: " The secret {kind} of {query} in the text above is"),
    several: Frame(
      prompt: "Somewhere in the text below stand some secret {kind}. Keep them in mind, for there is a question about "
        + "them at the end.\n{context}\nWhat are all the secret {kind} of {query} in the text above?",
      answer: " The secret {kind} of {query} in the text above are"),
    kinds: ["number": ["number", "numbers"], "uuid": ["identifier", "identifiers"], "word": ["word", "words"]])

  private struct File: Decodable {
    let name: String
    let needle: String
    let noise: String
    let one: Frame
    let several: Frame
    let kinds: [String: [String]]
  }

  /// The wording of a JSON file.
  static func read(_ path: String) throws(TaskError) -> (wording: RulerWording, sha256: String) {
    let (text, sha256) = try TaskFiles.text(path, need: "it should hold the wording of RULER's needle tasks")
    guard let file = try? JSONValue(json: text)?.decoded(as: File.self) else {
      throw .damagedData(
        path: path, line: nil,
        problem: "expected {\"name\", \"needle\", \"noise\", \"one\": {\"prompt\", \"answer\"}, \"several\": {...}, "
          + "\"kinds\": {\"number\": [one, several], \"uuid\": [...], \"word\": [...]}}")
    }
    let blanks: [(String, String, [String])] = [
      ("needle", file.needle, ["{key}", "{value}"]), ("one.prompt", file.one.prompt, ["{context}", "{query}"]),
      ("several.prompt", file.several.prompt, ["{context}", "{query}"]),
    ]
    for (key, text, needed) in blanks {
      for blank in needed where !text.contains(blank) {
        throw .damagedData(path: path, line: nil, problem: "`\(key)` lacks \(blank)")
      }
    }
    for kind in RulerValue.allCases where file.kinds[kind.rawValue]?.count != 2 {
      throw .damagedData(
        path: path, line: nil, problem: "`kinds` lacks `\(kind.rawValue)`: the words for one and several")
    }
    return (
      RulerWording(
        name: file.name, needle: file.needle, noise: file.noise, one: file.one, several: file.several,
        kinds: file.kinds), sha256
    )
  }

  /// The sentence that hides a value.
  func needle(key: String, value: String, _ kind: RulerValue) -> String {
    needle.replacing("{kinds}", with: words(kind)[1]).replacing("{key}", with: key).replacing("{value}", with: value)
  }

  /// The frame of a question for so many values, its words filled in but for `{context}`.
  func frame(values: Int, query: String, _ kind: RulerValue) -> Frame {
    let frame = values == 1 ? one : several
    func filled(_ text: String) -> String {
      text.replacing("{kind}", with: words(kind)[values == 1 ? 0 : 1]).replacing("{query}", with: query)
    }
    return Frame(prompt: filled(frame.prompt), answer: filled(frame.answer))
  }

  private func words(_ kind: RulerValue) -> [String] { kinds[kind.rawValue] ?? [kind.rawValue, kind.rawValue] }
}
