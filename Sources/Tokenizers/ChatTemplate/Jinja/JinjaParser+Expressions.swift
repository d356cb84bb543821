extension JinjaParser {
  /// An expression, or several with commas between them, which make a tuple.
  mutating func tuple(
    withCondition: Bool = true, end: String? = nil, isBracketed: Bool = false
  ) throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    var elements: [JinjaExpression] = []
    var isTuple = false
    while true {
      if !elements.isEmpty { try expect(",") }
      if isSymbol(")") || token.kind == .outputEnd || token.kind == .blockEnd { break }
      if let end, isName(end) { break }
      elements.append(try expression(withCondition: withCondition))
      guard isSymbol(",") else { break }
      isTuple = true
    }
    if !isTuple {
      if let first = elements.first { return first }
      guard isBracketed else { throw unexpected("an expression") }
    }
    return try made(line, .tuple(elements), elements)
  }

  /// An expression of a kind, one level above its parts.
  func made(
    _ line: Int, _ kind: JinjaExpression.Kind, _ parts: [JinjaExpression], _ depth: Int = 0
  ) throws(ChatTemplateError) -> JinjaExpression {
    let depth = 1 + max(depth, parts.map(\.depth).max() ?? 0)
    guard depth <= limits.nesting else {
      throw .tooMuch(line: line, what: "levels inside one another", limit: limits.nesting)
    }
    return JinjaExpression(line: line, depth: depth, kind: kind)
  }

  mutating func expression(withCondition: Bool = true) throws(ChatTemplateError) -> JinjaExpression {
    try nested { (parser) throws(ChatTemplateError) in
      withCondition ? try parser.conditional() : try parser.logical(0)
    }
  }

  private mutating func conditional() throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    let known = unknown.count
    var result = try logical(0)
    while take(name: "if") {
      let test = try logical(0)
      let otherwise = take(name: "else") ? try expression() : nil
      unknown.removeSubrange(known...)
      result = try made(
        line, .conditional(test: test, then: result, otherwise: otherwise), [test, result], otherwise?.depth ?? 0)
    }
    return result
  }

  /// `or` (level 0), `and` (level 1) and what binds tighter.
  private mutating func logical(_ level: Int) throws(ChatTemplateError) -> JinjaExpression {
    guard level < 2 else { return try negation() }
    let line = line
    var left = try logical(level + 1)
    while take(name: level == 0 ? "or" : "and") {
      let right = try logical(level + 1)
      left = try made(line, level == 0 ? .or(left, right) : .and(left, right), [left, right])
    }
    return left
  }

  private mutating func negation() throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    guard take(name: "not") else { return try comparison() }
    let operand = try nested { (parser) throws(ChatTemplateError) in try parser.negation() }
    return try made(line, .not(operand), [operand])
  }

  private mutating func comparison() throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    let first = try arithmetic(0)
    var others: [(JinjaComparison, JinjaExpression)] = []
    while let comparison = takeComparison() { others.append((comparison, try arithmetic(0))) }
    if others.isEmpty { return first }
    return try made(line, .comparison(first, others), [first] + others.map(\.1))
  }

  private mutating func takeComparison() -> JinjaComparison? {
    if take(name: "in") { return .isIn }
    if isName("not"), following.kind == .name("in") {
      advance()
      advance()
      return .isNotIn
    }
    guard case .symbol(let symbol) = token.kind, let comparison = JinjaComparison(rawValue: symbol) else { return nil }
    advance()
    return comparison
  }

  private static let operators: [[JinjaOperator]] = [
    [.add, .subtract], [], [.multiply, .divide, .floorDivide, .modulo], [.power],
  ]

  /// Sums (level 0), `~` (1), products (2), powers (3): all from left to right.
  private mutating func arithmetic(_ level: Int) throws(ChatTemplateError) -> JinjaExpression {
    guard level < 4 else { return try unary(withFilters: true) }
    let line = line
    var left = try arithmetic(level + 1)
    if level == 1, isSymbol("~") {
      var parts = [left]
      while take("~") { parts.append(try arithmetic(level + 1)) }
      return try made(line, .concatenation(parts), parts)
    }
    while case .symbol(let symbol) = token.kind, let known = JinjaOperator(rawValue: symbol),
      Self.operators[level].contains(known)
    {
      advance()
      let right = try arithmetic(level + 1)
      left = try made(line, .binary(known, left, right), [left, right])
    }
    return left
  }

  private mutating func unary(withFilters: Bool) throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    var result: JinjaExpression
    if isSymbol("-") || isSymbol("+") {
      let isNegative = isSymbol("-")
      advance()
      let operand = try nested { (parser) throws(ChatTemplateError) in try parser.unary(withFilters: false) }
      result = try made(line, isNegative ? .negative(operand) : .positive(operand), [operand])
    } else {
      result = try primary()
    }
    result = try postfix(result)
    return withFilters ? try filtered(result) : result
  }

  private mutating func primary() throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    let kind: JinjaExpression.Kind
    switch token.kind {
    case .name(let name):
      advance()
      kind = named(name)
    case .text(var text):
      advance()
      while case .text(let more) = token.kind {
        text = text + more
        advance()
      }
      kind = .text(text)
    case .integer(let value):
      advance()
      kind = .integer(value)
    case .number(let value):
      advance()
      kind = .number(value)
    case .symbol("("):
      advance()
      let inner = try tuple(isBracketed: true)
      try expect(")")
      return inner
    case .symbol("["): return try list(line)
    case .symbol("{"): return try dictionary(line)
    default: throw unexpected("an expression")
    }
    return JinjaExpression(line: line, depth: 1, kind: kind)
  }

  private mutating func named(_ name: String) -> JinjaExpression.Kind {
    switch name {
    case "true", "True": return .bool(true)
    case "false", "False": return .bool(false)
    case "none", "None": return .none
    default:
      read(name)
      return .name(name)
    }
  }

  private mutating func list(_ line: Int) throws(ChatTemplateError) -> JinjaExpression {
    advance()
    var elements: [JinjaExpression] = []
    while !isSymbol("]") {
      if !elements.isEmpty { try expect(",") }
      if isSymbol("]") { break }
      elements.append(try expression())
    }
    try expect("]")
    return try made(line, .list(elements), elements)
  }

  private mutating func dictionary(_ line: Int) throws(ChatTemplateError) -> JinjaExpression {
    advance()
    var pairs: [(key: JinjaExpression, value: JinjaExpression)] = []
    while !isSymbol("}") {
      if !pairs.isEmpty { try expect(",") }
      if isSymbol("}") { break }
      let key = try expression()
      try expect(":")
      pairs.append((key, try expression()))
    }
    try expect("}")
    return try made(line, .dictionary(pairs), pairs.flatMap { [$0.key, $0.value] })
  }

  // MARK: What follows an expression

  private mutating func postfix(_ base: JinjaExpression) throws(ChatTemplateError) -> JinjaExpression {
    var result = base
    while true {
      if isSymbol(".") || isSymbol("[") {
        result = try subscripted(result)
      } else if isSymbol("(") {
        result = try called(result)
      } else {
        return result
      }
    }
  }

  private mutating func called(_ function: JinjaExpression) throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    let arguments = try self.arguments()
    return try made(line, .call(function, arguments), [function], arguments.depth)
  }

  private mutating func subscripted(_ base: JinjaExpression) throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    if take(".") {
      if case .integer(let index) = token.kind {
        advance()
        let element = JinjaExpression(line: line, depth: 1, kind: .integer(index))
        return try made(line, .item(base, element), [base])
      }
      return try made(line, .attribute(base, JinjaText(try expectName())), [base])
    }
    advance()
    var elements: [JinjaExpression] = []
    while !isSymbol("]") {
      if !elements.isEmpty { try expect(",") }
      let start = isSymbol(":") ? nil : try expression()
      if isSymbol(":") {
        let slice = try self.slice(start)
        guard elements.isEmpty, isSymbol("]") else {
          throw .unsupported(line: line, construct: "a slice among several indices")
        }
        advance()
        return try made(line, .slice(base, slice), [base], slice.depth)
      }
      if let start { elements.append(start) }
    }
    advance()
    let element = try elements.count == 1 ? elements[0] : made(line, .tuple(elements), elements)
    return try made(line, .item(base, element), [base, element])
  }

  private mutating func slice(_ start: JinjaExpression?) throws(ChatTemplateError) -> JinjaSlice {
    var slice = JinjaSlice(start: start)
    advance()
    if !isSymbol(":"), !isSymbol("]"), !isSymbol(",") { slice.stop = try expression() }
    if take(":"), !isSymbol("]"), !isSymbol(",") { slice.step = try expression() }
    return slice
  }

  mutating func arguments() throws(ChatTemplateError) -> JinjaArguments {
    let line = line
    var arguments = JinjaArguments()
    try expect("(")
    var isFirst = true
    while !isSymbol(")") {
      if !isFirst {
        try expect(",")
        if isSymbol(")") { break }
      }
      isFirst = false
      let isOrdered: Bool
      if take("*") {
        isOrdered = arguments.spread == nil && arguments.keywordSpread == nil
        arguments.spread = try expression()
      } else if take("**") {
        isOrdered = arguments.keywordSpread == nil
        arguments.keywordSpread = try expression()
      } else if case .name(let name) = token.kind, following.kind == .symbol("=") {
        isOrdered = arguments.keywordSpread == nil && !arguments.keywords.contains { $0.name == name }
        advance()
        advance()
        arguments.keywords.append((name, try expression()))
      } else {
        isOrdered = arguments.spread == nil && arguments.keywordSpread == nil && arguments.keywords.isEmpty
        arguments.positional.append(try expression())
      }
      guard isOrdered else { throw .syntax(line: line, problem: "the arguments of a call are out of order or twice") }
    }
    try expect(")")
    return arguments
  }

  /// Filters, tests and calls behind an expression.
  private mutating func filtered(_ base: JinjaExpression) throws(ChatTemplateError) -> JinjaExpression {
    var result = base
    while true {
      if isSymbol("|") {
        result = try filters(result)
      } else if isName("is") {
        result = try test(result)
      } else if isSymbol("(") {
        result = try called(result)
      } else {
        return result
      }
    }
  }

  private mutating func dottedName() throws(ChatTemplateError) -> String {
    var name = try expectName()
    while take(".") { name += "." + (try expectName()) }
    return name
  }

  /// A chain of filters; `isFirst` where the first one has no `|` before it.
  mutating func filters(_ base: JinjaExpression?, isFirst: Bool = false) throws(ChatTemplateError) -> JinjaExpression {
    var result = base
    var isFirst = isFirst
    while true {
      let line = line
      if !isFirst { guard take("|") else { break } }
      isFirst = false
      let name = try dottedName()
      let arguments = isSymbol("(") ? try self.arguments() : JinjaArguments()
      if !JinjaRenderer.filters.contains(name) {
        unknown.append(.failed(line: line, problem: "there is no filter '\(name)'"))
      }
      result = try made(line, .filter(result, name, arguments), result.map { [$0] } ?? [], arguments.depth)
    }
    guard let result else { throw unexpected("a filter") }
    return result
  }

  private mutating func test(_ base: JinjaExpression) throws(ChatTemplateError) -> JinjaExpression {
    let line = line
    advance()
    let isNegated = take(name: "not")
    let name = try dottedName()
    var arguments = JinjaArguments()
    if isSymbol("(") {
      arguments = try self.arguments()
    } else if beginsArgument {
      guard !isName("is") else { throw .syntax(line: line, problem: "tests cannot be chained with 'is'") }
      arguments.positional = [
        try nested { (parser) throws(ChatTemplateError) in
          let argument = try parser.primary()
          return try parser.postfix(argument)
        }
      ]
    }
    if !JinjaRenderer.tests.contains(name) {
      unknown.append(.failed(line: line, problem: "there is no test '\(name)'"))
    }
    let test = try made(line, .test(base, name, arguments), [base], arguments.depth)
    return isNegated ? try made(line, .not(test), [test]) : test
  }

  private var beginsArgument: Bool {
    switch token.kind {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .text, .integer, .number, .symbol("["), .symbol("{"): true
    default: false
    }
  }
}
