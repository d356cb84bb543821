/// Parses the regular expressions that tokenizers use.
///
/// Alternation, groups, (?i:), lookahead, sets, \p{...}, greedy, lazy and possessive repetition. Anything else is an
/// error, never a guess.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var ignoresCase = false
  private(set) var sets: [ScalarSet] = []

  private static let deepest = 32

  init(_ source: String) { scalars = Array(source.unicodeScalars) }

  mutating func parse() throws(PatternError) -> PatternNode {
    let node = try alternatives(depth: 0)
    guard position == scalars.count else { throw problem("a ')' without '('") }
    return node
  }

  private func problem(_ reason: String) -> PatternError { PatternError(position: position, reason: reason) }

  private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
    position + ahead < scalars.count ? scalars[position + ahead] : nil
  }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard position + wanted.count <= scalars.count, Array(scalars[position..<position + wanted.count]) == wanted else {
      return false
    }
    position += wanted.count
    return true
  }

  private mutating func node(for set: ScalarSet) -> PatternNode {
    var set = set
    set.ignoresCase = ignoresCase
    if let index = sets.firstIndex(of: set) { return .scalar(index) }
    sets.append(set)
    return .scalar(sets.count - 1)
  }

  private mutating func alternatives(depth: Int) throws(PatternError) -> PatternNode {
    guard depth < Self.deepest else { throw problem("groups nested deeper than \(Self.deepest)") }
    var branches: [PatternNode] = []
    repeat { branches.append(try sequence(depth: depth)) } while take("|")
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence(depth: Int) throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let next = peek(), next != "|", next != ")" {
      nodes.append(try repeated(try atom(depth: depth)))
    }
    return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
  }

  private mutating func atom(depth: Int) throws(PatternError) -> PatternNode {
    guard let next = peek() else { throw problem("the end of the pattern") }
    position += 1
    switch next {
    case "(": return try group(depth: depth)
    case "[": return node(for: try bracket(depth: 0))
    case ".": return node(for: ScalarSet(ranges: [0x0a...0x0a], isNegated: true))
    case "^": return .textStart
    case "$": return .textEnd
    case "\\": return node(for: try escape())
    case "*", "+", "?":
      position -= 1
      throw problem("a repetition of nothing")
    default: return node(for: ScalarSet(ranges: [next.value...next.value]))
    }
  }

  private mutating func group(depth: Int) throws(PatternError) -> PatternNode {
    let outer = ignoresCase
    defer { ignoresCase = outer }
    var lookahead: Bool?
    if take("?:") {
    } else if take("?i:") {
      ignoresCase = true
    } else if take("?=") {
      lookahead = false
    } else if take("?!") {
      lookahead = true
    } else if peek() == "?" {
      throw problem("a kind of group that is not supported")
    }
    let content = try alternatives(depth: depth + 1)
    guard take(")") else { throw problem("a missing ')'") }
    return lookahead.map { .lookahead(content, isNegative: $0) } ?? content
  }

  // MARK: Repetition

  private mutating func repeated(_ node: PatternNode) throws(PatternError) -> PatternNode {
    var bounds: (min: Int, max: Int?)
    switch peek() {
    case "?": bounds = (0, 1)
    case "*": bounds = (0, nil)
    case "+": bounds = (1, nil)
    case "{":
      let start = position
      guard let counted = counts() else {
        position = start
        throw problem("a '{' that is no repetition count")
      }
      bounds = counted
      position -= 1
    default: return node
    }
    position += 1
    guard bounds.max.map({ $0 >= bounds.min }) ?? true else { throw problem("a repetition with max below min") }
    if bounds.max == nil, node.canBeEmpty { throw problem("an endless repetition of something that can be empty") }
    let mode: PatternNode.RepetitionMode = take("?") ? .lazy : take("+") ? .possessive : .greedy
    return .repetition(node, min: bounds.min, max: bounds.max, mode: mode)
  }

  /// `{n}`, `{n,}`, `{,m}` or `{n,m}`, each number below 1000.
  private mutating func counts() -> (min: Int, max: Int?)? {
    guard take("{") else { return nil }
    let low = number()
    if take("}") { return low.map { ($0, $0) } }
    guard take(",") else { return nil }
    let high = number()
    guard take("}"), low != nil || high != nil else { return nil }
    return (low ?? 0, high)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let digit = peek().flatMap({ Character($0).wholeNumberValue }), value ?? 0 < 100 {
      value = (value ?? 0) * 10 + digit
      position += 1
    }
    return value
  }

  // MARK: Sets

  /// The part after `[`, with nested sets as Oniguruma has them.
  private mutating func bracket(depth: Int) throws(PatternError) -> ScalarSet {
    guard depth < Self.deepest else { throw problem("sets nested deeper than \(Self.deepest)") }
    var set = ScalarSet()
    set.isNegated = take("^")
    var isFirst = true
    while let next = peek(), next != "]" || isFirst {
      isFirst = false
      position += 1
      if next == "[" {
        set.nested.append(try bracket(depth: depth + 1))
        continue
      }
      if next == "&", peek() == "&" { throw problem("an intersection of sets") }
      if next == "\\", let escaped = try escapedSet() {
        set.nested.append(escaped)
        continue
      }
      let low = next == "\\" ? try escapedScalar() : next.value
      set.ranges.append(low...(try rangeEnd(low)))
    }
    guard take("]") else { throw problem("a missing ']'") }
    return set
  }

  /// The scalar after a `-` that follows `low`; `low` itself when no range follows.
  private mutating func rangeEnd(_ low: UInt32) throws(PatternError) -> UInt32 {
    guard peek() == "-", let after = peek(1), after != "]", after != "[" else { return low }
    position += 2
    let high = after == "\\" ? try escapedScalar() : after.value
    guard high >= low else { throw problem("a range that ends before it starts") }
    return high
  }

  /// The part after a backslash outside brackets.
  private mutating func escape() throws(PatternError) -> ScalarSet {
    if let set = try escapedSet() { return set }
    let scalar = try escapedScalar()
    return ScalarSet(ranges: [scalar...scalar])
  }

  /// `\s`, `\d`, `\w`, `\p{...}` and their negations; nil, with nothing consumed, for an escaped scalar.
  private mutating func escapedSet() throws(PatternError) -> ScalarSet? {
    guard let letter = peek() else { throw problem("a backslash at the end") }
    var set: ScalarSet
    switch letter {
    case "s", "S": set = .whitespace
    case "d", "D": set = ScalarSet(categories: ScalarSet.categories(named: "Nd") ?? 0)
    case "w", "W":
      set = ScalarSet(categories: ["L", "M", "Nd", "Pc"].reduce(0) { $0 | (ScalarSet.categories(named: $1) ?? 0) })
    case "p", "P":
      position += 1
      set = try property()
      position -= 1
    default: return nil
    }
    position += 1
    set.isNegated = set.isNegated != ["S", "D", "W", "P"].contains(letter)
    return set
  }

  /// `{Name}`, `{^Name}` or one letter.
  private mutating func property() throws(PatternError) -> ScalarSet {
    var name = ""
    if take("{") {
      while let next = peek(), next != "}" {
        name.unicodeScalars.append(next)
        position += 1
      }
      guard take("}") else { throw problem("a missing '}'") }
    } else if let letter = peek() {
      name.unicodeScalars.append(letter)
      position += 1
    }
    let isNegated = name.hasPrefix("^")
    guard let categories = ScalarSet.categories(named: isNegated ? String(name.dropFirst()) : name) else {
      throw problem("the property '\(name)', which is no general category")
    }
    return ScalarSet(categories: categories, isNegated: isNegated)
  }

  private mutating func escapedScalar() throws(PatternError) -> UInt32 {
    guard let letter = peek() else { throw problem("a backslash at the end") }
    position += 1
    switch letter {
    case "n": return 0x0a
    case "r": return 0x0d
    case "t": return 0x09
    case "f": return 0x0c
    case "v": return 0x0b
    case "x": return try hexadecimal(2)
    case "u": return try hexadecimal(4)
    default:
      guard !letter.properties.isAlphabetic, !("0"..."9" ~= letter) else {
        throw problem("the escape '\\\(letter)'")
      }
      return letter.value
    }
  }

  /// `hh`, `hhhh` or `{h...}`.
  private mutating func hexadecimal(_ count: Int) throws(PatternError) -> UInt32 {
    let isBraced = take("{")
    var value: UInt32 = 0
    var digits = 0
    while digits < (isBraced ? 6 : count), let digit = peek().flatMap({ Character($0).hexDigitValue }) {
      value = value << 4 | UInt32(digit)
      digits += 1
      position += 1
    }
    guard isBraced ? take("}") && digits > 0 : digits == count else { throw problem("a hexadecimal escape") }
    return value
  }
}
