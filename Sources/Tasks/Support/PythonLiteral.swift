import JSON

/// Reads literals of a Python file: dictionaries, lists, tuples, texts, numbers, `True`, `False` and `None`.
///
/// Benchmarks keep their prompts in such files. Nothing is run: what is no literal is a problem.
struct PythonLiteral {
  /// Why a text is no literal.
  struct Problem: Error, Hashable {
    /// The line, from 1.
    let line: Int
    /// What was expected.
    let text: String
  }

  private let scalars: [Unicode.Scalar]
  private var place = 0

  private init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The value that a file gives to a name at the beginning of a line, indented or not.
  ///
  /// - Parameters:
  ///   - name: the variable.
  ///   - source: the file's text.
  /// - Returns: the value, tuples as arrays; the last literal where there are several values, nil where there is none.
  /// - Throws: `Problem` where no value is a literal.
  static func value(of name: String, in source: String) throws(Problem) -> JSONValue? {
    var found: JSONValue?
    var problem: Problem?
    var reader = PythonLiteral(source)
    while let start = reader.assignment(of: name) {
      reader.place = start
      do throws(Problem) {
        let value = try reader.expression()
        // What goes on with a dot or a bracket is no literal.
        while reader.next == " " || reader.next == "\t" || reader.next == ";" { reader.place += 1 }
        guard [nil, "\n", "\r", "#"].contains(reader.next) else { throw reader.problem("the end of the line") }
        found = value
      } catch {
        problem = error
        reader.place = start
      }
    }
    if found == nil, let problem { throw problem }
    return found
  }

  /// Reads one literal that is the whole text.
  static func value(_ text: String) throws(Problem) -> JSONValue {
    var reader = PythonLiteral(text)
    let value = try reader.expression()
    reader.skip()
    guard reader.place == reader.scalars.count else { throw reader.problem("the end") }
    return value
  }

  // MARK: Finding

  /// The place behind `name =` at the beginning of a line, from the current place on.
  private func assignment(of name: String) -> Int? {
    let name = Array(name.unicodeScalars)
    var line = place
    while line < scalars.count {
      var start = line
      if line == 0 || scalars[line - 1] == "\n" {
        while start < scalars.count, scalars[start] == " " || scalars[start] == "\t" { start += 1 }
      }
      if line == 0 || scalars[line - 1] == "\n", scalars[start...].starts(with: name) {
        var at = start + name.count
        while at < scalars.count, scalars[at] == " " { at += 1 }
        // A type may be written: NAME: dict = {...}
        if at < scalars.count, scalars[at] == ":" {
          while at < scalars.count, scalars[at] != "=", scalars[at] != "\n" { at += 1 }
        }
        if at + 1 < scalars.count, scalars[at] == "=", scalars[at + 1] != "=" { return at + 1 }
      }
      line += 1
    }
    return nil
  }

  // MARK: Reading

  private func problem(_ expected: String) -> Problem {
    Problem(line: 1 + scalars.prefix(place).count { $0 == "\n" }, text: "expected \(expected)")
  }

  private var next: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  /// Skips white space, comments and continued lines.
  private mutating func skip() {
    while let scalar = next {
      switch scalar {
      case " ", "\t", "\n", "\r", "\\": place += 1
      case "#": while let scalar = next, scalar != "\n" { place += 1 }
      default: return
      }
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skip()
    guard next == scalar else { return false }
    place += 1
    return true
  }

  /// A value; texts that stand side by side, or with a plus between, are one.
  private mutating func expression(_ depth: Int = 0) throws(Problem) -> JSONValue {
    guard depth < 64 else { throw problem("fewer levels") }
    var value = try single(depth)
    while case .string(let text) = value {
      let start = place
      let hasPlus = take("+")
      skip()
      guard hasPlus || startsText else {
        place = start
        break
      }
      guard case .string(let more) = try single(depth) else { throw problem("a text behind +") }
      value = .string(text + more)
    }
    return value
  }

  private var startsText: Bool {
    guard let scalar = next else { return false }
    if scalar == "\"" || scalar == "'" { return true }
    let quote = scalars[place...].prefix(3).first { $0 == "\"" || $0 == "'" }
    return "rRuUbBfF".unicodeScalars.contains(scalar) && quote != nil
      && scalars[place...].prefix { $0 != quote }.allSatisfy { "rRuUbBfF".unicodeScalars.contains($0) }
  }

  private mutating func single(_ depth: Int) throws(Problem) -> JSONValue {
    skip()
    guard let scalar = next else { throw problem("a value") }
    if startsText { return .string(try text()) }
    switch scalar {
    case "{":
      place += 1
      return try dictionary(depth)
    case "[", "(":
      place += 1
      return try list(scalar == "[" ? "]" : ")", depth)
    default: return try word()
    }
  }

  private mutating func dictionary(_ depth: Int) throws(Problem) -> JSONValue {
    var members: [JSONValue.Member] = []
    while !take("}") {
      let key = try expression(depth + 1)
      guard take(":") else { throw problem("a colon") }
      let value = try expression(depth + 1)
      members.append(.init(key: key.text ?? key.spelling, value: value))
      guard take(",") || next == "}" else { throw problem("a comma or }") }
    }
    return .object(members)
  }

  private mutating func list(_ end: Unicode.Scalar, _ depth: Int) throws(Problem) -> JSONValue {
    var values: [JSONValue] = []
    var commas = 0
    while !take(end) {
      values.append(try expression(depth + 1))
      if take(",") {
        commas += 1
      } else if next != end {
        throw problem("a comma or \(end)")
      }
    }
    // Brackets around one value without a comma are no tuple.
    if end == ")", values.count == 1, commas == 0 { return values[0] }
    return .array(values)
  }

  private mutating func word() throws(Problem) -> JSONValue {
    let start = place
    while let scalar = next, scalar.properties.isAlphabetic || "0123456789+-._".unicodeScalars.contains(scalar) {
      place += 1
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[start..<place])
    switch String(text) {
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "None": return .null
    case let word:
      let digits = word.replacing("_", with: "")
      if let integer = Int(digits) { return .integer(integer) }
      if let number = Double(digits), number.isFinite { return .number(number) }
      place = start
      throw problem("a literal")
    }
  }

  // MARK: Texts

  private mutating func text() throws(Problem) -> String {
    var isRaw = false
    while let scalar = next, scalar != "\"", scalar != "'" {
      if "bBfF".unicodeScalars.contains(scalar) { throw problem("a text that is neither bytes nor formatted") }
      if "rR".unicodeScalars.contains(scalar) { isRaw = true }
      place += 1
    }
    guard let quote = next else { throw problem("a text") }
    let isLong = place + 2 < scalars.count && scalars[place + 1] == quote && scalars[place + 2] == quote
    place += isLong ? 3 : 1
    var result = String.UnicodeScalarView()
    while let scalar = next {
      if scalar == quote, !isLong || scalars[place...].prefix(3).elementsEqual([quote, quote, quote]) {
        place += isLong ? 3 : 1
        return String(result)
      }
      if scalar == "\n", !isLong { throw problem("the end of the text") }
      place += 1
      guard scalar == "\\" else {
        result.append(scalar)
        continue
      }
      if isRaw {
        result.append(scalar)
        if let escaped = next {
          result.append(escaped)
          place += 1
        }
      } else {
        try escape(&result)
      }
    }
    throw problem("the end of the text")
  }

  private mutating func escape(_ result: inout String.UnicodeScalarView) throws(Problem) {
    guard let scalar = next else { throw problem("an escaped character") }
    place += 1
    switch scalar {
    case "\n": break
    case "n": result.append("\n")
    case "t": result.append("\t")
    case "r": result.append("\r")
    case "a": result.append("\u{7}")
    case "b": result.append("\u{8}")
    case "f": result.append("\u{c}")
    case "v": result.append("\u{b}")
    case "\\", "'", "\"": result.append(scalar)
    case "x": try code(2, &result)
    case "u": try code(4, &result)
    case "U": try code(8, &result)
    case "0"..."7":
      place -= 1
      let digits = scalars[place...].prefix(3).prefix { ("0"..."7").contains($0) }
      place += digits.count
      let value = digits.reduce(UInt32(0)) { $0 * 8 + ($1.value - 48) }
      if let octal = Unicode.Scalar(value) { result.append(octal) }
    default:
      // Python keeps the backslash of what is no escape.
      result.append("\\")
      result.append(scalar)
    }
  }

  private mutating func code(_ count: Int, _ result: inout String.UnicodeScalarView) throws(Problem) {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[place...].prefix(count))
    guard text.count == count, let value = UInt32(String(text), radix: 16), let scalar = Unicode.Scalar(value) else {
      throw problem("\(count) hexadecimal digits")
    }
    place += count
    result.append(scalar)
  }
}
