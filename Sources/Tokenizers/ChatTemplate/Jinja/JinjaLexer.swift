/// A piece of a template's source.
struct JinjaToken: Sendable {
  enum Kind: Sendable, Equatable {
    case data(JinjaText)
    case outputBegin
    case outputEnd
    case blockBegin
    case blockEnd
    case name(String)
    case text(JinjaText)
    case integer(Int)
    case number(Double)
    case symbol(String)
    case end
  }

  let line: Int
  let kind: Kind
}

/// Cuts a template's source into tokens as Jinja does with `trim_blocks` and `lstrip_blocks` on.
///
/// Source of the rules: Jinja 3.1, lexer.py.
struct JinjaLexer {
  private let source: [UInt32]
  private var offset = 0
  private var line = 1
  private var tokens: [JinjaToken] = []
  /// Whether what was read last ended with a line end.
  private var isLineStart = true

  /// The tokens of a source.
  static func tokens(_ text: String) throws(ChatTemplateError) -> [JinjaToken] {
    var lexer = JinjaLexer(text)
    try lexer.root()
    lexer.emit(.end)
    return lexer.tokens
  }

  private init(_ text: String) {
    var units: [UInt32] = []
    units.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar == "\n", units.last == 13 { units.removeLast() }
      units.append(scalar.value)
    }
    // Every line end is one "\n", and a single one at the end is left out.
    units = units.map { $0 == 13 ? 10 : $0 }
    if units.last == 10 { units.removeLast() }
    source = units
  }

  private mutating func emit(_ kind: JinjaToken.Kind) { tokens.append(JinjaToken(line: line, kind: kind)) }

  private func failure(_ problem: String) -> ChatTemplateError { .syntax(line: line, problem: problem) }

  private func has(_ text: String, at place: Int) -> Bool {
    guard place + text.utf8.count <= source.count else { return false }
    return zip(text.utf8, source[place...]).allSatisfy { UInt32($0) == $1 }
  }

  /// Whether `{{`, `{%` or `{#` stands at a place.
  private func isTag(_ place: Int) -> Bool {
    guard source[place] == 123, place + 1 < source.count else { return false }
    return [123, 37, 35].contains(source[place + 1])
  }

  private func isSpace(_ place: Int) -> Bool { place < source.count && JinjaText.isSpace(source[place]) }

  private func spaceEnd(_ place: Int) -> Int {
    var place = place
    while isSpace(place) { place += 1 }
    return place
  }

  /// Moves on, counting lines.
  private mutating func move(to place: Int) {
    for unit in source[offset..<place] where unit == 10 { line += 1 }
    if place > offset { isLineStart = source[place - 1] == 10 }
    offset = place
  }

  // MARK: Text

  private mutating func root() throws(ChatTemplateError) {
    while offset < source.count {
      var place = offset
      while place < source.count, !isTag(place) { place += 1 }
      guard place < source.count else {
        emit(.data(JinjaText(units: Array(source[offset...]))))
        move(to: place)
        return
      }
      let opening = source[place + 1]
      let sign = place + 2 < source.count ? source[place + 2] : 0
      let hasSign = sign == 43 || sign == 45
      data(until: place, sign: sign, isOutput: opening == 123)
      move(to: place)
      let inside = place + (hasSign ? 3 : 2)
      if opening == 35 {
        try comment(inside)
      } else if opening == 37, let end = rawBegin(inside) {
        move(to: end)
        try raw()
      } else {
        emit(opening == 123 ? .outputBegin : .blockBegin)
        move(to: inside)
        try tag(isOutput: opening == 123)
      }
    }
  }

  /// The text before a tag, without the white space that the tag's sign or `lstrip_blocks` removes.
  private mutating func data(until end: Int, sign: UInt32, isOutput: Bool) {
    var stop = end
    if sign == 45 {
      while stop > offset, isSpace(stop - 1) { stop -= 1 }
    } else if sign != 43, !isOutput {
      var start = end
      while start > offset, source[start - 1] != 10, isSpace(start - 1) { start -= 1 }
      let isWhole = start > offset ? source[start - 1] == 10 : isLineStart
      if isWhole { stop = start }
    }
    if stop > offset { emit(.data(JinjaText(units: Array(source[offset..<stop])))) }
  }

  private mutating func comment(_ start: Int) throws(ChatTemplateError) {
    var place = start
    while place < source.count, !has("#}", at: place) { place += 1 }
    guard place < source.count else { throw failure("the comment has no end") }
    let sign = place > start ? source[place - 1] : 0
    move(to: closed(place + 2, sign: sign, trims: true))
  }

  /// The place behind a tag's end, line end or white space taken with it.
  private func closed(_ place: Int, sign: UInt32, trims: Bool) -> Int {
    if sign == 45 { return spaceEnd(place) }
    return trims && sign != 43 && place < source.count && source[place] == 10 ? place + 1 : place
  }

  private func rawBegin(_ start: Int) -> Int? {
    let word = spaceEnd(start)
    guard has("raw", at: word) else { return nil }
    let end = spaceEnd(word + 3)
    if has("-%}", at: end) { return spaceEnd(end + 3) }
    return has("%}", at: end) ? end + 2 : nil
  }

  private mutating func raw() throws(ChatTemplateError) {
    for place in offset..<source.count where has("{%", at: place) {
      let sign = place + 2 < source.count ? source[place + 2] : 0
      let word = spaceEnd(place + (sign == 43 || sign == 45 ? 3 : 2))
      guard has("endraw", at: word) else { continue }
      let end = spaceEnd(word + 6)
      let endSign = end < source.count ? source[end] : 0
      let brace = endSign == 43 || endSign == 45 ? end + 1 : end
      guard has("%}", at: brace) else { continue }
      data(until: place, sign: sign, isOutput: false)
      move(to: closed(brace + 2, sign: endSign, trims: true))
      return
    }
    throw failure("the raw block has no end")
  }

  // MARK: Inside of tags

  private mutating func tag(isOutput: Bool) throws(ChatTemplateError) {
    var brackets: [UInt32] = []
    while offset < source.count {
      if brackets.isEmpty, let end = tagEnd(isOutput) {
        emit(isOutput ? .outputEnd : .blockEnd)
        move(to: end)
        return
      }
      if isSpace(offset) {
        move(to: spaceEnd(offset))
        continue
      }
      if try number() { continue }
      if try name() { continue }
      if try text() { continue }
      try symbol(&brackets)
    }
  }

  private func tagEnd(_ isOutput: Bool) -> Int? {
    if isOutput {
      if has("-}}", at: offset) { return spaceEnd(offset + 3) }
      return has("}}", at: offset) ? offset + 2 : nil
    }
    if has("+%}", at: offset) { return offset + 3 }
    if has("-%}", at: offset) { return spaceEnd(offset + 3) }
    return has("%}", at: offset) ? closed(offset + 2, sign: 0, trims: true) : nil
  }

  private static let symbols = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
    ".", ":", "|", ",", ";",
  ]

  private mutating func symbol(_ brackets: inout [UInt32]) throws(ChatTemplateError) {
    let found = Self.symbols.first { symbol in
      offset + symbol.utf8.count <= source.count
        && zip(symbol.utf8, source[offset...]).allSatisfy { UInt32($0) == $1 }
    }
    guard let found else { throw failure("unexpected character '\(JinjaText.scalar(source[offset]))'") }
    switch found {
    case "{": brackets.append(125)
    case "(": brackets.append(41)
    case "[": brackets.append(93)
    case "}", ")", "]":
      guard brackets.popLast() == source[offset] else { throw failure("unexpected '\(found)'") }
    default: break
    }
    emit(.symbol(found))
    move(to: offset + found.utf8.count)
  }

  private mutating func name() throws(ChatTemplateError) -> Bool {
    var end = offset
    while end < source.count, Self.isNamePart(source[end]) { end += 1 }
    guard end > offset else { return false }
    let first = JinjaText.scalar(source[offset])
    guard first == "_" || first.properties.isXIDStart else { throw failure("a name begins with '\(first)'") }
    emit(.name(JinjaText(units: Array(source[offset..<end])).string))
    move(to: end)
    return true
  }

  private static func isNamePart(_ unit: UInt32) -> Bool {
    let scalar = JinjaText.scalar(unit)
    return scalar == "_" || scalar.properties.isXIDContinue
  }
}

// MARK: - Numbers and texts

extension JinjaLexer {
  private func isDigit(_ place: Int) -> Bool { place < source.count && 48...57 ~= source[place] }

  /// The end of digits with single underscores between them.
  private func digitsEnd(_ start: Int, _ isDigit: (UInt32) -> Bool = { 48...57 ~= $0 }) -> Int {
    var place = start
    while place < source.count {
      if isDigit(source[place]) {
        place += 1
      } else if source[place] == 95, place > start, source[place - 1] != 95, place + 1 < source.count,
        isDigit(source[place + 1])
      {
        place += 1
      } else {
        break
      }
    }
    return place
  }

  private mutating func number() throws(ChatTemplateError) -> Bool {
    guard isDigit(offset) else { return false }
    if let end = numberEnd() {
      let spelling = plain(end)
      guard let value = Double(spelling) else { throw failure("'\(spelling)' is no number") }
      emit(.number(value))
      move(to: end)
      return true
    }
    let (end, radix) = integerEnd()
    let spelling = plain(end)
    let digits = radix == 10 ? Substring(spelling) : spelling.dropFirst(2)
    guard let value = Int(digits, radix: radix) else {
      throw .unsupported(line: line, construct: "a whole number that does not fit 64 bits")
    }
    emit(.integer(value))
    move(to: end)
    return true
  }

  private func plain(_ end: Int) -> String {
    JinjaText(units: source[offset..<end].filter { $0 != 95 }).string
  }

  /// The end of a number with a fraction or an exponent; nil where there is none.
  private func numberEnd() -> Int? {
    if offset > 0, source[offset - 1] == 46 { return nil }
    var end = digitsEnd(offset)
    var isWhole = true
    if end < source.count, source[end] == 46, isDigit(end + 1) {
      end = digitsEnd(end + 1)
      isWhole = false
    }
    if end < source.count, source[end] == 101 || source[end] == 69 {
      let hasSign = end + 1 < source.count && (source[end + 1] == 43 || source[end + 1] == 45)
      let start = end + (hasSign ? 2 : 1)
      if isDigit(start) { return digitsEnd(start) }
    }
    return isWhole ? nil : end
  }

  private func integerEnd() -> (Int, radix: Int) {
    let letter = offset + 1 < source.count && source[offset] == 48 ? source[offset + 1] | 32 : 0
    for (sign, radix) in [(98, 2), (111, 8), (120, 16)] as [(UInt32, Int)] where letter == sign {
      let end = digitsEnd(offset + 2) { Character(JinjaText.scalar($0)).hexDigitValue.map { $0 < radix } ?? false }
      if end > offset + 2 { return (end, radix) }
    }
    // A zero is followed by zeros only.
    return (source[offset] == 48 ? digitsEnd(offset) { $0 == 48 } : digitsEnd(offset), 10)
  }

  private mutating func text() throws(ChatTemplateError) -> Bool {
    let quote = source[offset]
    guard quote == 39 || quote == 34 else { return false }
    var units: [UInt32] = []
    var place = offset + 1
    while place < source.count, source[place] != quote {
      if source[place] == 92 {
        try escape(&place, &units)
      } else {
        units.append(source[place])
        place += 1
      }
    }
    guard place < source.count else { throw failure("the text has no closing quote") }
    emit(.text(JinjaText(units: units)))
    move(to: place + 1)
    return true
  }

  private static let escapes: [UInt32: UInt32] = [
    92: 92, 39: 39, 34: 34, 97: 7, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11,
  ]

  /// One escape sequence of Python; one that Python does not know stays as it is.
  private func escape(_ place: inout Int, _ units: inout [UInt32]) throws(ChatTemplateError) {
    guard place + 1 < source.count else { throw failure("the text has no closing quote") }
    let letter = source[place + 1]
    place += 2
    if let unit = Self.escapes[letter] {
      units.append(unit)
    } else if letter == 10 {
      return
    } else if let count = [120: 2, 117: 4, 85: 8][letter] {
      units.append(try code(&place, radix: 16, count...count))
    } else if 48...55 ~= letter {
      place -= 1
      units.append(try code(&place, radix: 8, 1...3))
    } else if letter == 78 {
      throw .unsupported(line: line, construct: "a character by its name (\\N)")
    } else if letter >= 128 {
      // Jinja spells such a character as an escape sequence first, which the backslash before it then makes text.
      let digits = String(letter, radix: 16)
      let (form, count) = letter < 0x100 ? ("x", 2) : letter < 0x10000 ? ("u", 4) : ("U", 8)
      let zeros = String(repeating: "0", count: count - digits.count)
      units += "\\\(form)\(zeros)\(digits)".unicodeScalars.map(\.value)
    } else {
      units += [92, letter]
    }
  }

  private func code(_ place: inout Int, radix: Int, _ count: ClosedRange<Int>) throws(ChatTemplateError) -> UInt32 {
    var value = 0
    var found = 0
    while found < count.upperBound, place < source.count,
      let digit = Character(JinjaText.scalar(source[place])).hexDigitValue, digit < radix
    {
      value = value * radix + digit
      found += 1
      place += 1
    }
    guard found >= count.lowerBound, let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) else {
      throw failure("the text has an escape sequence that stands for no character")
    }
    return scalar.value
  }
}
