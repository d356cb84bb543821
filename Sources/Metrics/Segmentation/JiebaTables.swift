import Foundation
import Text

/// The states of jieba's hidden Markov model, in the order of their letters B, E, M, S.
///
/// They are begin, end and middle of a word, and a word of one character. Where two paths are equally probable, Python
/// takes the later letter.
enum WordState: Int, CaseIterable {
  case begin, end, middle, single

  init?(letter: CodePoints) {
    switch letter.text {
    case "B": self = .begin
    case "E": self = .end
    case "M": self = .middle
    case "S": self = .single
    default: return nil
    }
  }
}

/// The probabilities of jieba's model for words that are not in its dictionary.
struct JiebaModel: Sendable {
  /// The logarithm that stands for what never happens.
  static let never = -3.14e100

  /// Log-probability of each state at the start.
  var start = [Double](repeating: never, count: 4)
  /// Log-probability of a state after a state: index 4 · before + after.
  var transition = [Double](repeating: never, count: 16)
  /// Log-probability of a character in each state.
  var emission = [[Unicode.Scalar: Double]](repeating: [:], count: 4)

  /// Reads finalseg/prob_start.py, prob_trans.py and prob_emit.py.
  init(folder: String) throws(JiebaError) {
    for (key, value) in try JiebaModel.table(folder + "/prob_start.py") {
      if case .number(let number) = value, let state = WordState(letter: key) { start[state.rawValue] = number }
    }
    for (key, value) in try JiebaModel.table(folder + "/prob_trans.py") {
      guard case .table(let row) = value, let before = WordState(letter: key) else { continue }
      for (key, value) in row {
        if case .number(let number) = value, let after = WordState(letter: key) {
          transition[4 * before.rawValue + after.rawValue] = number
        }
      }
    }
    for (key, value) in try JiebaModel.table(folder + "/prob_emit.py") {
      guard case .table(let row) = value, let state = WordState(letter: key) else { continue }
      emission[state.rawValue].reserveCapacity(row.count)
      for (key, value) in row {
        if case .number(let number) = value, let character = key.first, key.count == 1 {
          emission[state.rawValue][character] = number
        }
      }
    }
    guard emission.allSatisfy({ !$0.isEmpty }), start.contains(where: { $0 > JiebaModel.never }) else {
      throw .damaged(
        path: folder, line: nil, problem: "expected start, transition and emission tables of B, E, M and S")
    }
  }

  private static func table(_ path: String) throws(JiebaError) -> [(CodePoints, PythonLiteral)] {
    guard let bytes = try? WholeFile.bytes(path) else {
      throw .damaged(path: path, line: nil, problem: "the file is missing or cannot be read; reinstall jieba")
    }
    var parser = PythonLiteralParser(bytes)
    guard let table = parser.assignedTable() else {
      throw .damaged(path: path, line: parser.line, problem: "expected a Python dictionary of numbers")
    }
    return table
  }
}

/// A number, or a dictionary with texts as keys.
enum PythonLiteral {
  case number(Double)
  case table([(CodePoints, PythonLiteral)])
}

/// Reads the one dictionary that a Python module assigns (`P={'B': {...}, ...}`), as jieba's tables are written.
struct PythonLiteralParser {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The line of the place that was read last, from 1.
  var line: Int { 1 + bytes.prefix(position).count { $0 == UInt8(ascii: "\n") } }

  /// The dictionary after the first "={"; nil where there is none or it is malformed.
  mutating func assignedTable() -> [(CodePoints, PythonLiteral)]? {
    while position < bytes.count, bytes[position] != UInt8(ascii: "{") { position += 1 }
    return table(depth: 0)
  }

  private mutating func table(depth: Int) -> [(CodePoints, PythonLiteral)]? {
    guard depth < 3, accept("{") else { return nil }
    var entries: [(CodePoints, PythonLiteral)] = []
    while !accept("}") {
      guard let key = text(), accept(":"), let value = literal(depth: depth) else { return nil }
      entries.append((key, value))
      guard accept(",") || peek == UInt8(ascii: "}") else { return nil }
    }
    return entries
  }

  private mutating func literal(depth: Int) -> PythonLiteral? {
    if peek == UInt8(ascii: "{") { return table(depth: depth + 1).map { .table($0) } }
    let end = bytes[position...].firstIndex { [",", "}", "\n"].contains(Character(Unicode.Scalar($0))) } ?? bytes.count
    defer { position = end }
    return Double(String(decoding: bytes[position..<end].filter { $0 > 32 }, as: UTF8.self)).map { .number($0) }
  }

  /// The next byte that is not white space.
  private var peek: UInt8? {
    mutating get {
      while position < bytes.count, bytes[position] <= 32 { position += 1 }
      return position < bytes.count ? bytes[position] : nil
    }
  }

  private mutating func accept(_ mark: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  /// A quoted text, `u` in front or not, with `\uXXXX` escapes or plain UTF-8.
  private mutating func text() -> CodePoints? {
    if peek == UInt8(ascii: "u") { position += 1 }
    guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
    let inside = Array(bytes[(position + 1)..<end])
    position = end + 1
    guard inside.first == UInt8(ascii: "\\") else { return CodePoints(String(decoding: inside, as: UTF8.self)) }
    guard inside.count >= 6, let value = UInt32(String(decoding: inside[2...], as: UTF8.self), radix: 16) else {
      return nil
    }
    return Unicode.Scalar(value).map { [$0] }
  }
}
