import Foundation

/// What key-value retrieval and multi-document question answering read alike.
enum LostInTheMiddle {
  /// Gold positions: a list, or a count of positions evenly spread from the first to the last, rounded down as the
  /// authors' (0, 34, 69, 104, 139 of 140).
  ///
  /// - Parameters:
  ///   - settings: the entry's settings, with the key `positions`.
  ///   - count: the keys or documents of a prompt.
  ///   - fallback: positions where none are given.
  /// - Returns: different positions, in the order given.
  /// - Throws: `TaskError.setting`.
  static func positions(_ settings: TaskSettings, of count: Int, default fallback: [Int]) throws(TaskError) -> [Int] {
    let positions: [Int]
    switch settings.values["positions"] {
    case nil: positions = fallback
    case .integer(let number)?: positions = (1...count).contains(number) ? spread(number, over: count) : []
    default:
      let numbers = settings.numbers("positions") ?? []
      positions = numbers.compactMap { Int(exactly: $0) }
      guard positions.count == numbers.count else {
        throw .setting(key: "positions", found: "\(numbers)", expected: "whole numbers from 0 to \(count - 1)")
      }
    }
    guard !positions.isEmpty, Set(positions).count == positions.count,
      positions.allSatisfy({ (0..<count).contains($0) })
    else {
      throw .setting(
        key: "positions", found: settings.numbers("positions").map { "\($0)" } ?? "something else",
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
  }

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
