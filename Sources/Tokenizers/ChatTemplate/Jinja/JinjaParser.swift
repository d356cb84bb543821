/// Makes statements of a template's tokens.
///
/// Source of the grammar: Jinja 3.1, parser.py, with the extension `loopcontrols` and transformers' `generation` tag.
struct JinjaParser {
  let limits: ChatTemplateLimits
  private let tokens: [JinjaToken]
  private var place = 0
  private var level = 0
  private var tags: [String] = []
  /// Loops around the statement, within the macro that it is in.
  private var loops = 0
  /// Whether the statement is part of a condition: what is not known there is an error only when it is reached.
  private var isConditional = false
  /// Names that nothing has, outside of conditions.
  var unknown: [ChatTemplateError] = []
  /// The names that the macros around the place refer to.
  var referenced: [Set<String>] = []
  /// Blocks with variables of their own around the place.
  private var scopes = 0
  /// Whether what comes first outside of such blocks is an assignment, by name.
  private var isAssignedFirst: [String: Bool] = [:]

  /// The template of a source.
  static func template(
    _ source: String, limits: ChatTemplateLimits
  ) throws(ChatTemplateError) -> JinjaTemplate {
    guard source.utf8.count <= limits.sourceBytes else {
      throw .tooMuch(line: 1, what: "bytes", limit: limits.sourceBytes)
    }
    var parser = JinjaParser(limits: limits, tokens: try JinjaLexer.tokens(source))
    let statements = try parser.body(until: [])
    return JinjaTemplate(
      statements: statements, hiddenNames: Set(parser.isAssignedFirst.filter(\.value).map(\.key)))
  }

  private init(limits: ChatTemplateLimits, tokens: [JinjaToken]) {
    self.limits = limits
    self.tokens = tokens
  }

  // MARK: Tokens

  var token: JinjaToken { tokens[min(place, tokens.count - 1)] }
  var following: JinjaToken { tokens[min(place + 1, tokens.count - 1)] }
  var line: Int { token.line }

  mutating func advance() { place += 1 }

  func isName(_ name: String) -> Bool { token.kind == .name(name) }
  func isSymbol(_ symbol: String) -> Bool { token.kind == .symbol(symbol) }

  mutating func take(name: String) -> Bool {
    guard isName(name) else { return false }
    advance()
    return true
  }

  mutating func take(_ symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String) throws(ChatTemplateError) {
    guard take(symbol) else { throw unexpected("'\(symbol)'") }
  }

  mutating func expectName() throws(ChatTemplateError) -> String {
    guard case .name(let name) = token.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  private mutating func expect(_ kind: JinjaToken.Kind, _ words: String) throws(ChatTemplateError) {
    guard token.kind == kind else { throw unexpected(words) }
    advance()
  }

  func unexpected(_ expected: String) -> ChatTemplateError {
    let found =
      switch token.kind {
      case .data: "text"
      case .outputBegin: "'{{'"
      case .outputEnd: "'}}'"
      case .blockBegin: "'{%'"
      case .blockEnd: "'%}'"
      case .name(let name): "'\(name)'"
      case .text: "a text"
      case .integer, .number: "a number"
      case .symbol(let symbol): "'\(symbol)'"
      case .end: "the end of the template"
      }
    return .syntax(line: line, problem: "found \(found) where \(expected) should be")
  }

  /// Runs a part of the grammar one level deeper, so that no source makes the stack overflow.
  mutating func nested<Result>(
    _ part: (inout JinjaParser) throws(ChatTemplateError) -> Result
  ) throws(ChatTemplateError) -> Result {
    level += 1
    guard level <= limits.nesting else {
      throw .tooMuch(line: line, what: "levels inside one another", limit: limits.nesting)
    }
    let result = try part(&self)
    level -= 1
    return result
  }

  // MARK: Blocks

  /// The statements up to one of the tags, which is left standing behind its `{%`; up to the end where there are none.
  private mutating func body(until ends: [String]) throws(ChatTemplateError) -> [JinjaStatement] {
    var statements: [JinjaStatement] = []
    while true {
      let line = line
      switch token.kind {
      case .data(let text):
        advance()
        statements.append(JinjaStatement(line: line, kind: .text(text)))
      case .outputBegin:
        advance()
        statements.append(JinjaStatement(line: line, kind: .output(try tuple())))
        try expect(.outputEnd, "'}}'")
      case .blockBegin:
        advance()
        if case .name(let name) = token.kind, ends.contains(name) { return statements }
        statements += try nested { (parser) throws(ChatTemplateError) in try parser.statement() }
        try expect(.blockEnd, "'%}'")
      case .end where ends.isEmpty: return statements
      default:
        throw ends.isEmpty
          ? unexpected("text or a tag")
          : .syntax(line: line, problem: "the block '\(tags.last ?? "")' has no end ('\(ends.last ?? "")')")
      }
      try reportUnknown()
    }
  }

  private mutating func reportUnknown() throws(ChatTemplateError) {
    if !isConditional, let first = unknown.first { throw first }
    unknown.removeAll()
  }

  /// A block's body: behind its tag's `%}`, up to its end tag, which is taken.
  private mutating func block(_ ends: String...) throws(ChatTemplateError) -> (body: [JinjaStatement], end: String) {
    _ = take(":")
    try reportUnknown()
    try expect(.blockEnd, "'%}'")
    let statements = try body(until: ends)
    return (statements, try expectName())
  }

  /// A body whose assignments end with it.
  private mutating func innerBlock(_ ends: String...) throws(ChatTemplateError) -> (body: [JinjaStatement], end: String)
  {
    try reportUnknown()
    let outer = isConditional
    isConditional = false
    _ = take(":")
    try expect(.blockEnd, "'%}'")
    let statements = try scoped { (parser) throws(ChatTemplateError) in try parser.body(until: ends) }
    isConditional = outer
    return (statements, try expectName())
  }

  /// A body that is a function of its own: loops around it are not its loops.
  private mutating func functionBlock(_ end: String) throws(ChatTemplateError) -> (body: [JinjaStatement], Set<String>)
  {
    let outer = loops
    loops = 0
    referenced.append([])
    let statements = try innerBlock(end).body
    loops = outer
    let names = referenced.removeLast()
    if let last = referenced.indices.last { referenced[last].formUnion(names) }
    return (statements, names)
  }

  private mutating func statement() throws(ChatTemplateError) -> [JinjaStatement] {
    let line = line
    let name = try expectName()
    tags.append(name)
    let kind: JinjaStatement.Kind
    switch name {
    case "if": kind = try condition()
    case "for": kind = try forLoop()
    case "set": kind = try assignment()
    case "macro": kind = try macro()
    case "call": kind = try callBlock()
    case "filter": kind = try filterBlock()
    case "with": kind = try withBlock()
    case "generation": kind = .scope(try functionBlock("endgeneration").body)
    case "print": return try printed(line)
    case "break", "continue":
      guard loops > 0 else { throw .syntax(line: line, problem: "'\(name)' outside of a loop") }
      kind = name == "break" ? .breakLoop : .continueLoop
    case "block", "extends", "include", "import", "from", "autoescape":
      throw .unsupported(line: line, construct: "the tag '\(name)'")
    default: throw .syntax(line: line, problem: "there is no tag '\(name)'")
    }
    tags.removeLast()
    return [JinjaStatement(line: line, kind: kind)]
  }

  private mutating func printed(_ line: Int) throws(ChatTemplateError) -> [JinjaStatement] {
    var statements: [JinjaStatement] = []
    while token.kind != .blockEnd {
      if !statements.isEmpty { try expect(",") }
      statements.append(JinjaStatement(line: line, kind: .output(try expression())))
    }
    tags.removeLast()
    return statements
  }

  private mutating func condition() throws(ChatTemplateError) -> JinjaStatement.Kind {
    let outer = isConditional
    isConditional = true
    var cases: [(test: JinjaExpression, body: [JinjaStatement])] = []
    var otherwise: [JinjaStatement] = []
    while true {
      let test = try tuple(withCondition: false)
      let (body, end) = try block("elif", "else", "endif")
      cases.append((test, body))
      if end == "elif" { continue }
      if end == "else" { otherwise = try block("endif").body }
      isConditional = outer
      return .condition(cases, otherwise: otherwise)
    }
  }

  private mutating func forLoop() throws(ChatTemplateError) -> JinjaStatement.Kind {
    loops += 1
    let target = try self.target(end: "in")
    loops -= 1
    try expect(.name("in"), "'in'")
    let iterable = try tuple(withCondition: false, end: "recursive")
    let test = take(name: "if") ? try scoped { (parser) throws(ChatTemplateError) in try parser.expression() } : nil
    let isRecursive = take(name: "recursive")
    loops += 1
    let (body, end) = try innerBlock("endfor", "else")
    loops -= 1
    let otherwise = end == "else" ? try innerBlock("endfor").body : []
    return .loop(
      JinjaForLoop(
        target: target, iterable: iterable, test: test, isRecursive: isRecursive, body: body, otherwise: otherwise))
  }

  private mutating func assignment() throws(ChatTemplateError) -> JinjaStatement.Kind {
    let target = try self.target(end: nil, allowsAttributes: true)
    if take("=") {
      let value = try tuple()
      assign(target)
      return .set(target, value)
    }
    assign(target)
    let filter = isSymbol("|") ? try scoped { (parser) throws(ChatTemplateError) in try parser.filters(nil) } : nil
    return .setBlock(target, filter: filter, try innerBlock("endset").body)
  }

  private mutating func macro() throws(ChatTemplateError) -> JinjaStatement.Kind {
    let name = try expectName()
    assign(.name(name))
    let parameters = try signature()
    return .macro(try macro(name, parameters, "endmacro"))
  }

  private mutating func macro(
    _ name: String, _ parameters: [(name: String, value: JinjaExpression?)], _ end: String
  ) throws(ChatTemplateError) -> JinjaMacro {
    if let special = parameters.first(where: { ["caller", "varargs", "kwargs"].contains($0.name) }) {
      throw .unsupported(line: line, construct: "a macro's parameter called '\(special.name)'")
    }
    let (body, names) = try functionBlock(end)
    return JinjaMacro(
      name: name, parameters: parameters, body: body, takesMorePositional: names.contains("varargs"),
      takesMoreKeywords: names.contains("kwargs"), namesCaller: names.contains("caller"))
  }

  private mutating func signature() throws(ChatTemplateError) -> [(name: String, value: JinjaExpression?)] {
    var parameters: [(name: String, value: JinjaExpression?)] = []
    try expect("(")
    while !isSymbol(")") {
      if !parameters.isEmpty { try expect(",") }
      let name = try expectName()
      let value = take("=") ? try scoped { (parser) throws(ChatTemplateError) in try parser.expression() } : nil
      if value == nil, parameters.last?.value != nil {
        throw .syntax(line: line, problem: "a parameter without a default follows one with a default")
      }
      guard !parameters.contains(where: { $0.name == name }) else {
        throw .syntax(line: line, problem: "the parameter '\(name)' is there twice")
      }
      parameters.append((name, value))
    }
    try expect(")")
    return parameters
  }

  private mutating func callBlock() throws(ChatTemplateError) -> JinjaStatement.Kind {
    let parameters = isSymbol("(") ? try signature() : []
    let call = try expression()
    guard case .call = call.kind else { throw .syntax(line: call.line, problem: "'call' needs a call") }
    return .call(call, try macro("caller", parameters, "endcall"))
  }

  private mutating func filterBlock() throws(ChatTemplateError) -> JinjaStatement.Kind {
    let filter = try filters(nil, isFirst: true)
    return .filter(filter, try innerBlock("endfilter").body)
  }

  private mutating func withBlock() throws(ChatTemplateError) -> JinjaStatement.Kind {
    var assignments: [(JinjaTarget, JinjaExpression)] = []
    while token.kind != .blockEnd {
      if !assignments.isEmpty { try expect(",") }
      let target = try self.target(end: nil)
      try expect("=")
      assignments.append((target, try expression()))
    }
    return .with(assignments, try innerBlock("endwith").body)
  }

  // MARK: Names

  /// Parses what has variables of its own.
  private mutating func scoped<Result>(
    _ part: (inout JinjaParser) throws(ChatTemplateError) -> Result
  ) throws(ChatTemplateError) -> Result {
    scopes += 1
    let result = try part(&self)
    scopes -= 1
    return result
  }

  /// Notes that a name is read.
  mutating func read(_ name: String) {
    if let last = referenced.indices.last { referenced[last].insert(name) }
    if scopes == 0, isAssignedFirst[name] == nil { isAssignedFirst[name] = false }
  }

  private mutating func assign(_ target: JinjaTarget) {
    switch target {
    // What a condition assigns may come from outside of the template after all.
    case .name(let name): if scopes == 0, isAssignedFirst[name] == nil { isAssignedFirst[name] = !isConditional }
    case .attribute(let name, _): read(name)
    case .tuple(let targets): for target in targets { assign(target) }
    }
  }

  // MARK: Targets

  /// What an assignment sets: a name, several of them, or an attribute of a namespace.
  private mutating func target(end: String?, allowsAttributes: Bool = false) throws(ChatTemplateError) -> JinjaTarget {
    var targets: [JinjaTarget] = []
    var isTuple = false
    while true {
      if !targets.isEmpty { try expect(",") }
      if isSymbol(")") || token.kind == .blockEnd || end.map({ isName($0) }) == true { break }
      targets.append(
        try nested { (parser) throws(ChatTemplateError) in try parser.oneTarget(end, allowsAttributes) })
      guard isSymbol(",") else { break }
      isTuple = true
    }
    guard let first = targets.first else { throw unexpected("a name") }
    return isTuple ? .tuple(targets) : first
  }

  private mutating func oneTarget(_ end: String?, _ allowsAttributes: Bool) throws(ChatTemplateError) -> JinjaTarget {
    if take("(") {
      let inner = try target(end: nil)
      try expect(")")
      return inner
    }
    let name = try expectName()
    guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
      throw .syntax(line: line, problem: "'\(name)' cannot be assigned to")
    }
    if allowsAttributes, take(".") { return .attribute(namespace: name, name: try expectName()) }
    if loops > 0, name == "loop" { throw .unsupported(line: line, construct: "an assignment to 'loop'") }
    return .name(name)
  }
}
