import Foundation
import JSON

/// A row of LongLM's `passkey_examples*.jsonl`: a text with a key line in it, one filler sentence group per line.
struct PasskeyExample: Decodable, Sendable {
  let input: String
  let target: String
  let passkey_position: Int?

  /// The rows of a file's text.
  static func rows(_ text: String, _ path: String) throws(TaskError) -> [PasskeyExample] {
    var rows: [PasskeyExample] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard !line.allSatisfy(\.isWhitespace) else { continue }
      guard let row = try? JSONValue(json: String(line))?.decoded(as: PasskeyExample.self) else {
        throw .damagedData(
          path: path, line: index + 1, problem: "expected {\"input\", \"target\", \"passkey_position\"}")
      }
      guard !row.target.isEmpty, row.input.contains(row.target) else {
        throw .damagedData(path: path, line: index + 1, problem: "`target` is not in `input`")
      }
      rows.append(row)
    }
    guard !rows.isEmpty else { throw .damagedData(path: path, line: nil, problem: "it holds no rows") }
    return rows
  }

  /// The line that holds the key.
  private var keyLine: Substring? { input.split(separator: "\n").first { $0.contains(target) } }

  /// What is put directly after the text.
  ///
  /// The question is not in the file: LongLM's example program appends it. It asks for the subject of the key line and
  /// repeats that line up to the key, so it is made of that: from "The X is 123..." follows "What is the X? The X is ".
  func question(path: String) throws(TaskError) -> String {
    let stem = keyLine.flatMap { $0.range(of: target).map { range in String(keyLine?[..<range.lowerBound] ?? "") } }
    let verb = " is "
    guard let stem, stem.hasSuffix(verb), let first = stem.first else {
      throw .damagedData(
        path: path, line: nil, problem: "its key line does not read 'The ... is KEY'; set `question` for this file")
    }
    return "What is \(first.lowercased())\(stem.dropFirst().dropLast(verb.count))? \(stem)"
  }

  /// The wording of the row: the first line is the opening, the most frequent one the filler.
  func wording(question given: String?, path: String) throws(TaskError) -> PasskeyWording {
    let lines = input.split(separator: "\n").map(String.init)
    let counts = Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +)
    let filler = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    guard let filler, let opening = lines.first, opening != filler, let keyLine, keyLine != filler,
      keyLine != opening
    else {
      throw .damagedData(path: path, line: 1, problem: "expected an opening line, repeated filler lines and a key line")
    }
    let question: String
    if let given { question = given } else { question = try self.question(path: path) }
    return PasskeyWording(
      name: "longlm", opening: opening, filler: [filler], key: String(keyLine).replacing(target, with: "{key}"),
      question: question, separator: "\n", questionSeparator: "")
  }
}
