/// Sets in brackets, classes by name, and single scalars that are written as escapes.
extension PatternParser {
  /// The part after `[`, with nested sets, intersections and POSIX brackets as Oniguruma has them.
  mutating func bracket(depth: Int) throws(PatternError) -> ScalarSet {
    guard depth < Self.deepest else { throw problem("sets nested deeper than \(Self.deepest)") }
    let isNegated = take("^")
    // The parts between `&&`; the set is what all of them hold.
    var parts: [ScalarSet] = []
    var set = ScalarSet()
    var isFirst = true
    while let next = peek(), next != "]" || isFirst && hasLaterBracket {
      isFirst = false
      if take("&&") {
        parts.append(set)
        set = ScalarSet()
      } else {
        try element(of: &set, depth: depth)
      }
    }
    if isFirst, peek() != nil { throw problem("an empty set") }
    guard take("]") else { throw problem("a missing ']'") }
    if parts.isEmpty {
      set.isNegated = isNegated
      return set
    }
    return ScalarSet(intersected: parts + [set], isNegated: isNegated)
  }

  /// Whether a `]` that comes first can be an element, because another one closes the set.
  private var hasLaterBracket: Bool { scalars[(position + 1)...].contains("]") }

  private mutating func element(of set: inout ScalarSet, depth: Int) throws(PatternError) {
    guard let next = peek() else { throw problem("a missing ']'") }
    if let posix = try posixBracket() {
      set.nested.append(posix)
      return
    }
    position += 1
    if next == "[" {
      set.nested.append(try bracket(depth: depth + 1))
      return
    }
    if next == "\\", let escaped = try escapedSet(isInBracket: true) {
      set.nested.append(escaped)
      guard peek() != "-" || peek(1) == "]" else { throw problem("a range that starts at a class") }
      return
    }
    let low = next == "\\" ? try escapedScalar(isInBracket: true) : next.value
    set.ranges.append(low...(try rangeEnd(low)))
  }

  /// `[:name:]` or `[:^name:]`; nil, with nothing consumed, for anything else.
  private mutating func posixBracket() throws(PatternError) -> ScalarSet? {
    let start = position
    guard take("[:") else { return nil }
    let isNegated = take("^")
    var name = ""
    while let next = peek(), "a"..."z" ~= next, name.count < 20 {
      name.unicodeScalars.append(next)
      position += 1
    }
    guard take(":]") else {
      position = start
      return nil
    }
    guard var set = ScalarSet.posix(name) else { throw problem("the POSIX class '\(name)'") }
    set.isNegated = set.isNegated != isNegated
    return set
  }

  /// The scalar after a `-` that follows `low`; `low` itself when no range follows.
  private mutating func rangeEnd(_ low: UInt32) throws(PatternError) -> UInt32 {
    guard peek() == "-", let after = peek(1), after != "]", after != "[" else { return low }
    position += 2
    if after == "\\", try escapedSet(isInBracket: true) != nil { throw problem("a range that ends at a class") }
    let high = after == "\\" ? try escapedScalar(isInBracket: true) : after.value
    guard high >= low else { throw problem("a range that ends before it starts") }
    return high
  }

  // MARK: Escapes

  /// `\s`, `\d`, `\w`, `\h`, `\p{...}` and their negations; nil, with nothing consumed, for an escaped scalar.
  mutating func escapedSet(isInBracket: Bool) throws(PatternError) -> ScalarSet? {
    guard let letter = peek() else { throw problem("a backslash at the end") }
    var set: ScalarSet
    switch letter {
    case "s", "S": set = .whitespace
    case "d", "D": set = .digit
    case "w", "W": set = isInBracket ? .posixWord : .word
    case "h", "H": set = .hexadecimal
    case "p", "P":
      // Without braces the letter stands for itself.
      guard peek(1) == "{" else { return nil }
      position += 1
      set = try property()
      // Outside brackets a word has more of Latin-1 than inside.
      if isInBracket, set.isSameSet(as: .word) { set = ScalarSet.posixWord.negated(set.isNegated) }
      position -= 1
    default: return nil
    }
    position += 1
    set.isNegated = set.isNegated != ["S", "D", "W", "H", "P"].contains(letter)
    return set
  }

  /// `{Name}` or `{^Name}`.
  private mutating func property() throws(PatternError) -> ScalarSet {
    guard take("{") else { throw problem("a property without '{'") }
    let isNegated = take("^")
    var name = ""
    while let next = peek(), next != "}", name.count < 60 {
      name.unicodeScalars.append(next)
      position += 1
    }
    guard take("}") else { throw problem("a missing '}'") }
    guard var set = ScalarSet.property(name) else { throw problem("the property '\(name)'") }
    set.isNegated = set.isNegated != isNegated
    return set
  }

  mutating func escapedScalar(isInBracket: Bool) throws(PatternError) -> UInt32 {
    guard let letter = peek() else { throw problem("a backslash at the end") }
    position += 1
    switch letter {
    case "n": return 0x0a
    case "r": return 0x0d
    case "t": return 0x09
    case "f": return 0x0c
    case "v": return 0x0b
    case "a": return 0x07
    case "e": return 0x1b
    case "b" where isInBracket: return 0x08
    case "x": return try hexadecimal(2)
    case "u": return try hexadecimal(4)
    case "0"..."7" where isInBracket || letter == "0" || isOctal: return try octal(letter)
    case "0"..."9": throw problem("a back-reference ('\\\(letter)')")
    case "p", "P": return letter.value
    default:
      // Letters without a meaning stand for themselves, but nobody writes them on purpose.
      guard !letter.properties.isAlphabetic || !letter.isASCII else { throw problem("the escape '\\\(letter)'") }
      return letter.value
    }
  }

  /// Whether the digit before and those that follow are more than any back-reference here can mean.
  private var isOctal: Bool {
    guard let second = peek(), "0"..."7" ~= second else { return false }
    return scalars.count { $0 == "(" } < 10
  }

  /// Up to three octal digits, of which the first is consumed already.
  private mutating func octal(_ first: Unicode.Scalar) throws(PatternError) -> UInt32 {
    var value = first.value - 0x30
    var count = 1
    while count < 3, let digit = peek(), "0"..."7" ~= digit {
      value = value << 3 | (digit.value - 0x30)
      count += 1
      position += 1
    }
    guard value < 0x80 else { throw problem("an octal escape of a byte that is no character") }
    return value
  }

  /// `hh`, `hhhh` or `{h...}`.
  private mutating func hexadecimal(_ count: Int) throws(PatternError) -> UInt32 {
    let isBraced = count == 2 && take("{")
    var value: UInt32 = 0
    var digits = 0
    while digits < (isBraced ? 8 : count), let digit = peek().flatMap({ Character($0).hexDigitValue }) {
      value = value << 4 | UInt32(digit)
      digits += 1
      position += 1
    }
    guard isBraced ? take("}") && digits > 0 : digits == count else { throw problem("a hexadecimal escape") }
    guard value <= 0x10_ffff else { throw problem("a number beyond Unicode") }
    // `\xHH` is a byte of UTF-8 text, no scalar, from 80 on.
    guard isBraced || count == 4 || value < 0x80 else { throw problem("a byte that is no character") }
    return value
  }
}
