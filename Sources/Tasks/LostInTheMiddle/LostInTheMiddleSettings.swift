import Evaluation
import Foundation

/// What key-value retrieval and multi-document question answering read alike.
enum LostInTheMiddle {
  /// The authors' generation limit.
  static let maxNewTokens = 100
  /// The setting of another one.
  static let limit = Setting.integer("max-new-tokens", "generation limit", default: maxNewTokens)
  /// The setting of the prompts.
  static let prompts = Setting.path(
    "prompts", "the official prompts/ folder or a prompt file", otherwise: "the project's own")

  /// The setting of the gold positions.
  static func positions(_ help: String, otherwise: String) -> Setting<CountOrNumbers?> {
    .countOrNumbers("positions", help, otherwise: otherwise)
  }

  /// What another generation limit adds to a protocol's name.
  static func deviation(maxNewTokens count: Int) -> String { count == maxNewTokens ? "" : "+max-new-tokens=\(count)" }

  /// The number that stands most often in a list, the larger one of several; 1 for an empty list.
  static func mostCommon(_ counts: [Int]) -> Int {
    let times = Dictionary(counts.map { ($0, 1) }, uniquingKeysWith: +)
    return times.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 1
  }

  /// Gold positions: a list, or a count of positions evenly spread from the first to the last, rounded down as the
  /// authors' (0, 34, 69, 104, 139 of 140).
  ///
  /// - Parameters:
  ///   - given: what the key `positions` says.
  ///   - count: the keys or documents of a prompt.
  ///   - fallback: positions where none are given.
  /// - Returns: different positions, in the order given.
  /// - Throws: `TaskError.setting`.
  static func positions(
    _ given: CountOrNumbers?, of count: Int, default fallback: [Int]
  ) throws(TaskError) -> [Int] {
    let positions: [Int]
    switch given {
    case nil: positions = fallback
    case .count(let number)?: positions = (1...count).contains(number) ? spread(number, over: count) : []
    case .numbers(let numbers)?:
      positions = numbers.compactMap { Int(exactly: $0) }
      guard positions.count == numbers.count else {
        throw .setting(key: "positions", found: "\(numbers)", expected: "whole numbers from 0 to \(count - 1)")
      }
    }
    guard !positions.isEmpty, Set(positions).count == positions.count,
      positions.allSatisfy({ (0..<count).contains($0) })
    else {
      throw .setting(
        key: "positions", found: given?.text ?? "missing",
        expected: "a count from 1 to \(count), or a list of different positions from 0 to \(count - 1)")
    }
    return positions
  }

  /// `number` positions from 0 to `count` - 1, rounded down.
  static func spread(_ number: Int, over count: Int) -> [Int] {
    EvenSpacing.linear(0, Double(count - 1), count: number).map { Int($0) }
  }

  /// A prompt of the authors' `*.prompt` files, or of the project's own.
  struct Prompt: Sendable {
    let template: BraceTemplate
    /// The file, or nil for the project's own wording.
    let file: DataFile?

    /// What a protocol is called with this prompt: `v1` for the authors' own files, known by their hashes.
    var version: String {
      guard let file else { return "se-eval-v1" }
      return LostInTheMiddle.officialPrompts.contains(file.sha256) ? "v1" : "se-eval-v1+prompt-\(file.sha256.prefix(8))"
    }

    /// What a report says of it.
    var note: String {
      guard let file else { return "the project's own prompt wording" }
      return version == "v1"
        ? "the authors' prompt \(file.name)" : "the prompt of \(file.name), which is not the authors'"
    }
  }

  /// SHA-256 of the authors' prompt files, in their version with one newline at the end.
  private static let officialPrompts: Set<String> = [
    // kv_retrieval.prompt, and with query-aware contextualization
    "62a513f9d0e039c3a3783d1f946e18ffdb8c549d7ccd6f4f4c0b01bddee3e450",
    "0f6e4c5db0ecf66f2f5bbe0e82335889bf5e72d8371929c985e15f50da5c76ad",
    // qa.prompt, ordered randomly, with query-aware contextualization
    "368a84fe24373cc0a3a789ce5e62e6854994ece138747c93c76f25aafea25411",
    "e3fb49897502903ff46db87f770d253f93e0d11c5bd4e1b48451c5cf4d4c4f67",
    "ff1168b14640bbb00ade41cf1d4d8d3a43835cb0e5ba95dd2c4d00b6684fb22e",
  ]

  /// Reads a prompt file; without a path the project's own wording.
  ///
  /// - Parameters:
  ///   - path: a `.prompt` file, or the folder that holds it under its official name.
  ///   - name: its official name.
  ///   - own: the project's own wording.
  ///   - fields: the fields that it must have, and may have no others.
  /// - Returns: the template, and the file where it is one.
  /// - Throws: `TaskError`.
  static func prompt(
    path: String?, name: String, own: String, fields: [String]
  ) throws(TaskError) -> Prompt {
    var text = own
    var file: DataFile?
    var place = "the built-in prompt"
    if let path {
      // A path that is no folder lists nothing and throws.
      let isFolder = (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
      place = isFolder ? "\(path)/\(name)" : path
      let read = try TaskFiles.text(place, need: "it should be a prompt of lost-in-the-middle (prompts/\(name))")
      // The authors' code strips the newlines at the end.
      text = String(read.text.reversed().drop { $0 == "\n" }.reversed())
      file = DataFile(name: TaskFiles.name(place), sha256: read.sha256)
    }
    guard let template = BraceTemplate(text), Set(template.fields) == Set(fields) else {
      throw .damagedData(
        path: place, line: nil,
        problem: "expected a text with " + fields.map { "{\($0)}" }.joined(separator: ", ") + " and no other braces")
    }
    return Prompt(template: template, file: file)
  }

  /// Refuses a compressed file with the command that unpacks it.
  static func refuseCompressed(_ path: String) throws(TaskError) {
    guard path.hasSuffix(".gz") else { return }
    throw .damagedData(
      path: path, line: nil,
      problem: "it is compressed; unpack it first with `gunzip -k \(TaskFiles.name(path))` and "
        + "name the .jsonl file")
  }
}
