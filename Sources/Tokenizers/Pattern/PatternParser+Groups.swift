/// Groups, options, anchors and the other escapes outside brackets.
extension PatternParser {
  // MARK: Groups

  /// The part after `(`.
  mutating func group(depth: Int) throws(PatternError) -> PatternNode {
    guard take("?") else { return try closed(depth: depth) { $0 } }
    if take("#") {
      while let next = peek(), next != ")" { position += next == "\\" ? 2 : 1 }
      guard take(")") else { throw problem("a comment without ')'") }
      return .empty
    }
    if take(":") { return try closed(depth: depth) { $0 } }
    if take(">") { return try closed(depth: depth) { .atomic($0) } }
    if take("=") { return try closed(depth: depth) { .look($0, isBehind: false, isNegative: false) } }
    if take("!") { return try closed(depth: depth) { .look($0, isBehind: false, isNegative: true) } }
    for (mark, isNegative) in [("<=", false), ("<!", true)] where take(mark) {
      let node = try closed(depth: depth) { .look($0, isBehind: true, isNegative: isNegative) }
      guard case .look(let content, _, _) = node, content.isReversible else {
        throw problem("a lookbehind that holds a lookahead or an atomic part")
      }
      return node
    }
    if take("<") { return try named(depth: depth) }
    return try options(depth: depth)
  }

  /// The content up to `)`; options set inside end there.
  private mutating func closed(
    depth: Int, _ make: (PatternNode) -> PatternNode
  ) throws(PatternError) -> PatternNode {
    let outer = (ignoresCase, matchesAll, isExtended)
    defer { (ignoresCase, matchesAll, isExtended) = outer }
    let content = try alternatives(depth: depth + 1)
    guard take(")") else { throw problem("a missing ')'") }
    return make(content)
  }

  /// A group with a name, which matters to back-references only.
  private mutating func named(depth: Int) throws(PatternError) -> PatternNode {
    while let next = peek(), next != ">" {
      guard next.properties.isAlphabetic || "0"..."9" ~= next || next == "_" else {
        throw problem("a kind of group that is not supported")
      }
      position += 1
    }
    guard take(">") else { throw problem("a group's name without '>'") }
    return try closed(depth: depth) { $0 }
  }

  /// `i`, `m`, `x`, with a `-` before those to turn off, for a group or for the rest of the one around it.
  private mutating func options(depth: Int) throws(PatternError) -> PatternNode {
    let outer = (ignoresCase, matchesAll, isExtended)
    var isOn = true
    while let next = peek(), next != ":", next != ")" {
      switch next {
      case "-": isOn = false
      case "i": ignoresCase = isOn
      case "m": matchesAll = isOn
      case "x": isExtended = isOn
      default: throw problem("a kind of group that is not supported")
      }
      position += 1
    }
    let isGroup = take(":")
    guard isGroup || take(")") else { throw problem("a missing ')'") }
    // The rest of the group, its alternatives included, is one node.
    let content = try alternatives(depth: depth + 1)
    (ignoresCase, matchesAll, isExtended) = outer
    guard !isGroup || take(")") else { throw problem("a missing ')'") }
    return content
  }

  // MARK: Escapes

  /// The part after a backslash outside brackets.
  mutating func escape() throws(PatternError) -> PatternNode {
    if let node = anchor() { return node }
    // Oniguruma looks at letter case for sets in brackets and for single letters only.
    if let set = try escapedSet(isInBracket: false) { return .scalar(index(of: set)) }
    if take("R") { return lineBreak() }
    if take("N") { return anythingOnLine() }
    if take("O") { return node(for: ScalarSet(categories: ScalarSet.all)) }
    let scalar = try escapedScalar(isInBracket: false)
    return node(for: ScalarSet(ranges: [scalar...scalar]))
  }

  private mutating func anchor() -> PatternNode? {
    let anchors: [(String, PatternNode.Anchor, ScalarSet)] = [
      ("b", .wordBoundary, .word), ("B", .insideOrOutsideWord, .word), ("A", .textStart, .lineFeed),
      ("z", .textEnd, .lineFeed), ("Z", .lastLineEnd, .lineFeed),
    ]
    for (letter, anchor, set) in anchors where take(letter) { return .anchor(anchor, set: index(of: set)) }
    return nil
  }

  /// `\R`: a carriage return with its line feed, or any one break.
  private mutating func lineBreak() -> PatternNode {
    func scalar(_ set: ScalarSet) -> PatternNode { .scalar(index(of: set)) }
    let pair = PatternNode.sequence([scalar(ScalarSet(ranges: [0x0d...0x0d])), scalar(.lineFeed)])
    let one = scalar(ScalarSet(ranges: [0x0a...0x0d, 0x85...0x85, 0x2028...0x2029]))
    return .atomic(.alternatives([pair, one]))
  }
}
