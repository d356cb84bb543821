/// Parses the regular expressions that tokenizers use, with the meaning that Oniguruma's own syntax gives them.
///
/// Alternation, groups, options, lookahead and lookbehind, atomic groups, anchors, sets with `&&` and POSIX brackets,
/// properties, scripts; greedy, lazy and possessive repetition. Anything else is an error, never a guess.
struct PatternParser {
  let scalars: [Unicode.Scalar]
  var position = 0
  var ignoresCase = false
  /// Whether `.` matches a line feed.
  var matchesAll = false
  /// Whether white space and comments in the pattern mean nothing.
  var isExtended = false
  private(set) var sets: [ScalarSet] = []

  static let deepest = 32
  /// Oniguruma's own limit.
  private static let largestCount = 100_000

  init(_ source: String) { scalars = Array(source.unicodeScalars) }

  mutating func parse() throws(PatternError) -> PatternNode {
    let node = try alternatives(depth: 0)
    guard position == scalars.count else { throw problem("a ')' without '('") }
    return node
  }

  func problem(_ reason: String) -> PatternError { PatternError(position: position, reason: reason) }

  func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
    position + ahead < scalars.count ? scalars[position + ahead] : nil
  }

  mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard position + wanted.count <= scalars.count, Array(scalars[position..<position + wanted.count]) == wanted else {
      return false
    }
    position += wanted.count
    return true
  }

  /// The number of a set, which is remembered once.
  mutating func index(of set: ScalarSet) -> Int {
    if let index = sets.firstIndex(of: set) { return index }
    sets.append(set)
    return sets.count - 1
  }

  /// The node of a set that letter case counts for where the options say so.
  mutating func node(for set: ScalarSet) -> PatternNode {
    var set = set
    set.ignoresCase = ignoresCase
    return .scalar(index(of: set))
  }

  // MARK: Structure

  mutating func alternatives(depth: Int) throws(PatternError) -> PatternNode {
    guard depth < Self.deepest else { throw problem("groups nested deeper than \(Self.deepest)") }
    var branches: [PatternNode] = []
    repeat { branches.append(try sequence(depth: depth)) } while take("|")
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence(depth: Int) throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    var literal: [Unicode.Scalar] = []
    while true {
      if isExtended { skipExtended() }
      guard let next = peek(), next != "|", next != ")" else { break }
      let start = position
      var node = try atom(depth: depth)
      if isExtended { skipExtended() }
      node = try repeated(node)
      try checkFolding(&literal, position == start + 1 ? next : nil)
      nodes.append(node)
    }
    return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
  }

  /// White space and comments of the extended form.
  private mutating func skipExtended() {
    while let next = peek() {
      if next.properties.isWhitespace {
        position += 1
      } else if next == "#" {
        while let inside = peek(), inside != "\n" { position += 1 }
      } else {
        return
      }
    }
  }

  /// Where case does not count Oniguruma also takes one letter for several (`ß` for `ss`, `ﬁ` for `fi`).
  private func checkFolding(_ literal: inout [Unicode.Scalar], _ next: Unicode.Scalar?) throws(PatternError) {
    guard ignoresCase, let next else {
      literal.removeAll()
      return
    }
    let upper = next.properties.uppercaseMapping.unicodeScalars.count
    if upper > 1 || next == "\u{130}" || next == "\u{1e9e}" {
      throw problem("a letter that is several in another case ('\(next)'), where case is ignored")
    }
    literal.append(UnicodeFacts.folded(next))
    let pair = String(String.UnicodeScalarView(literal.suffix(2)))
    guard !["ss", "ff", "fi", "fl", "st", "ʼn", "i\u{307}"].contains(pair) else {
      throw problem("letters that are one letter in another case ('\(pair)'), where case is ignored")
    }
  }

  private mutating func atom(depth: Int) throws(PatternError) -> PatternNode {
    guard let next = peek() else { throw problem("the end of the pattern") }
    position += 1
    switch next {
    case "(": return try group(depth: depth)
    case "[": return node(for: try bracket(depth: 0))
    case ".": return matchesAll ? node(for: ScalarSet(categories: ScalarSet.all)) : anythingOnLine()
    case "^": return .anchor(.lineStart, set: index(of: .lineFeed))
    case "$": return .anchor(.lineEnd, set: index(of: .lineFeed))
    case "\\": return try escape()
    case "*", "+", "?":
      position -= 1
      throw problem("a repetition of nothing")
    case "{":
      let start = position - 1
      position = start
      guard interval() == nil else { throw problem("a repetition of nothing") }
      position = start + 1
      return node(for: ScalarSet(ranges: [next.value...next.value]))
    default: return node(for: ScalarSet(ranges: [next.value...next.value]))
    }
  }

  mutating func anythingOnLine() -> PatternNode { node(for: ScalarSet(ranges: [0x0a...0x0a], isNegated: true)) }

  // MARK: Repetition

  private mutating func repeated(_ node: PatternNode) throws(PatternError) -> PatternNode {
    var node = node
    var count = 0
    while let quantifier = try quantifier() {
      count += 1
      guard count <= Self.deepest else { throw problem("more than \(Self.deepest) repetitions of each other") }
      guard !node.isPlace else { throw problem("a repetition of a place in the text") }
      node = .repetition(node, min: quantifier.min, max: quantifier.max, mode: quantifier.mode)
      // `{n}?` is an option, where `{n,m}?` is lazy.
      if quantifier.isOptional { node = .repetition(node, min: 0, max: 1, mode: .greedy) }
    }
    return node
  }

  private struct Quantifier {
    var min: Int
    var max: Int?
    var mode = PatternNode.RepetitionMode.greedy
    var isOptional = false
  }

  private mutating func quantifier() throws(PatternError) -> Quantifier? {
    var result: Quantifier
    let isInterval = peek() == "{"
    switch peek() {
    case "?": result = Quantifier(min: 0, max: 1)
    case "*": result = Quantifier(min: 0, max: nil)
    case "+": result = Quantifier(min: 1, max: nil)
    case "{":
      let start = position
      guard let bounds = interval() else {
        // Braces that are no count stand for themselves.
        position = start
        return nil
      }
      result = Quantifier(min: bounds.min, max: bounds.max)
      position -= 1
    default: return nil
    }
    position += 1
    guard Swift.max(result.min, result.max ?? 0) <= Self.largestCount else {
      throw problem("a repetition of more than \(Self.largestCount) times")
    }
    if let max = result.max, max < result.min {
      // Oniguruma takes `{3,2}` for a possessive `{2,3}`.
      (result.min, result.max, result.mode) = (max, result.min, .possessive)
    } else if isInterval, result.min == result.max {
      result.isOptional = take("?")
    } else if take("?") {
      result.mode = .lazy
    } else if !isInterval, take("+") {
      result.mode = .possessive
    }
    return result
  }

  /// `{n}`, `{n,}`, `{,m}` or `{n,m}`; nil, wherever it stopped, for braces that are no count.
  private mutating func interval() -> (min: Int, max: Int?)? {
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
    while let digit = peek(), "0"..."9" ~= digit, value ?? 0 <= Self.largestCount {
      value = (value ?? 0) * 10 + Int(digit.value - 0x30)
      position += 1
    }
    return value
  }
}
