/// Renders a template's statements, within limits.
final class JinjaRenderer {
  let limits: ChatTemplateLimits
  let date: ChatDate
  /// The line of what is being done, for errors.
  var line = 1
  private var depth = 0
  private var steps = 0
  private var characters: Int
  private var namespaces: [JinjaNamespace] = []
  private var captured: [JinjaScope] = []

  /// How a body ended.
  enum Flow {
    case end
    case breakLoop
    case continueLoop
  }

  /// The names that every template has.
  static let globals: Set<String> = [
    "range", "namespace", "dict", "joiner", "cycler", "lipsum", "raise_exception", "strftime_now",
  ]

  /// - Parameters:
  ///   - limits: what it may use.
  ///   - date: what `strftime_now` tells.
  ///   - messageCharacters: the length of the messages, which the bound on characters grows with.
  init(limits: ChatTemplateLimits, date: ChatDate, messageCharacters: Int) {
    self.limits = limits
    self.date = date
    characters = limits.characters + 64 * min(messageCharacters, 1 << 40)
  }

  /// The text of a template.
  func render(
    _ template: JinjaTemplate, _ variables: [String: JinjaValue]
  ) throws(ChatTemplateError) -> JinjaText {
    let scope = JinjaScope()
    scope.variables = variables
    for name in template.hiddenNames { scope.variables[name] = .undefined("'\(name)' is undefined") }
    // Macros and namespaces can hold one another in circles.
    defer {
      for namespace in namespaces { namespace.values = [:] }
      for captured in captured { captured.variables = [:] }
      scope.variables = [:]
    }
    var output = JinjaText()
    _ = try execute(template.statements, scope, &output)
    return output
  }

  // MARK: Limits

  /// Counts work; called for every statement, expression and element.
  func step(_ count: Int = 1) throws(ChatTemplateError) {
    steps += count
    guard steps <= limits.steps else { throw .tooMuch(line: line, what: "steps", limit: limits.steps) }
  }

  /// Counts characters before they are made.
  func make(_ count: Int) throws(ChatTemplateError) {
    characters -= count
    guard characters >= 0 else { throw .tooMuch(line: line, what: "characters", limit: limits.characters) }
  }

  /// Runs something one level deeper.
  func nested<Result>(_ part: () throws(ChatTemplateError) -> Result) throws(ChatTemplateError) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.depth else {
      throw .tooMuch(line: line, what: "levels inside one another", limit: limits.depth)
    }
    try step()
    return try part()
  }

  /// A list or tuple whose nesting is within the limit.
  func items(_ elements: [JinjaValue]) throws(ChatTemplateError) -> JinjaItems {
    try step(elements.count)
    let items = JinjaItems(elements)
    try check(items.depth)
    return items
  }

  func check(_ valueDepth: Int) throws(ChatTemplateError) {
    guard valueDepth <= limits.valueDepth else {
      throw .tooMuch(line: line, what: "levels of lists and maps", limit: limits.valueDepth)
    }
  }

  func failure(_ problem: String) -> ChatTemplateError { .failed(line: line, problem: problem) }
  func unsupported(_ construct: String) -> ChatTemplateError { .unsupported(line: line, construct: construct) }

  /// A namespace that is emptied when the template is done.
  func newNamespace() -> JinjaNamespace {
    let namespace = JinjaNamespace()
    namespaces.append(namespace)
    return namespace
  }

  // MARK: Statements

  func execute(
    _ statements: [JinjaStatement], _ scope: JinjaScope, _ output: inout JinjaText
  ) throws(ChatTemplateError) -> Flow {
    for statement in statements {
      line = statement.line
      let flow = try execute(statement, scope, &output)
      if flow != .end { return flow }
    }
    return .end
  }

  private func execute(
    _ statement: JinjaStatement, _ scope: JinjaScope, _ output: inout JinjaText
  ) throws(ChatTemplateError) -> Flow {
    switch statement.kind {
    case .text(let text): try write(text, &output)
    case .output(let expression): try write(text(of: evaluate(expression, scope)), &output)
    case .set(let target, let expression): try assign(evaluate(expression, scope), to: target, scope)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    case .macro(let macro):
      captured.append(scope)
      scope.variables[macro.name] = .function(.macro(macro, scope))
    default: return try executeBlock(statement, scope, &output)
    }
    return .end
  }

  private func write(_ text: JinjaText, _ output: inout JinjaText) throws(ChatTemplateError) {
    try step()
    try make(text.count)
    output.units += text.units
  }

  private func executeBlock(
    _ statement: JinjaStatement, _ scope: JinjaScope, _ output: inout JinjaText
  ) throws(ChatTemplateError) -> Flow {
    try nested { () throws(ChatTemplateError) in
      switch statement.kind {
      case .condition(let cases, let otherwise):
        for (test, body) in cases {
          if try evaluate(test, scope).isTrue { return try execute(body, scope, &output) }
        }
        return try execute(otherwise, scope, &output)
      case .loop(let loop):
        let elements = try elements(of: evaluate(loop.iterable, scope))
        return try run(loop, elements, scope, depth0: 0, &output)
      case .scope(let body): return try execute(body, JinjaScope(parent: scope), &output)
      case .with(let assignments, let body):
        let inner = JinjaScope(parent: scope)
        var values: [JinjaValue] = []
        for (_, expression) in assignments { values.append(try evaluate(expression, scope)) }
        for (place, value) in values.enumerated() { try assign(value, to: assignments[place].0, inner) }
        return try execute(body, inner, &output)
      case .setBlock(let target, let filter, let body):
        return try captured(filter, body, scope) { (value) throws(ChatTemplateError) in
          try assign(value, to: target, scope)
        }
      case .filter(let filter, let body):
        return try captured(filter, body, scope) { (value) throws(ChatTemplateError) in
          try write(self.text(of: value), &output)
        }
      case .call(let call, let macro):
        try write(self.text(of: callBlock(call, macro, scope)), &output)
        return .end
      case .text, .output, .set, .breakLoop, .continueLoop, .macro: return .end
      }
    }
  }

  /// Gives the text of a body, filtered, to `use`; a body that a `break` leaves gives nothing.
  private func captured(
    _ filter: JinjaExpression?, _ body: [JinjaStatement], _ scope: JinjaScope,
    _ use: (JinjaValue) throws(ChatTemplateError) -> Void
  ) throws(ChatTemplateError) -> Flow {
    let inner = JinjaScope(parent: scope)
    var text = JinjaText()
    let flow = try execute(body, inner, &text)
    guard flow == .end else { return flow }
    try use(
      try filter.map { (filter) throws(ChatTemplateError) in
        try applyFilters(filter, to: .text(text), inner)
      } ?? .text(text))
    return .end
  }

  private func callBlock(
    _ call: JinjaExpression, _ macro: JinjaMacro, _ scope: JinjaScope
  ) throws(ChatTemplateError) -> JinjaValue {
    guard case .call(let function, let arguments) = call.kind else { return .none }
    captured.append(scope)
    let callee = try evaluate(function, scope)
    var given = try evaluate(arguments, scope)
    given.keywords.append(("caller", .function(.macro(macro, scope))))
    line = call.line
    return try self.call(callee, given)
  }

  // MARK: Loops

  /// Runs a loop over elements.
  func run(
    _ loop: JinjaForLoop, _ elements: [JinjaValue], _ scope: JinjaScope, depth0: Int, _ output: inout JinjaText
  ) throws(ChatTemplateError) -> Flow {
    var accepts: ((JinjaValue) throws(ChatTemplateError) -> Bool)?
    if let test = loop.test {
      accepts = { [unowned self] (element) throws(ChatTemplateError) in
        let inner = JinjaScope(parent: scope)
        try self.assign(element, to: loop.target, inner)
        return try self.evaluate(test, inner).isTrue
      }
    }
    let state = JinjaLoop(
      elements, depth0: depth0, recursion: loop.isRecursive ? (loop, scope) : nil, accepts: accepts)
    var hasReachedEnd = false
    while let element = try state.advance() {
      try step()
      let inner = JinjaScope(parent: scope)
      inner.variables["loop"] = .loop(state)
      try assign(element, to: loop.target, inner)
      let flow = try execute(loop.body, inner, &output)
      if flow == .end { hasReachedEnd = true }
      if flow == .breakLoop { break }
    }
    // Jinja's `else` asks whether the end of the body was ever reached.
    if hasReachedEnd { return .end }
    return try execute(loop.otherwise, JinjaScope(parent: scope), &output)
  }

  // MARK: Assignments

  func assign(_ value: JinjaValue, to target: JinjaTarget, _ scope: JinjaScope) throws(ChatTemplateError) {
    switch target {
    case .name(let name): scope.variables[name] = value
    case .attribute(let name, let attribute):
      guard case .namespace(let namespace)? = scope.value(name) else {
        throw failure("'\(name)' is no namespace, so its attribute '\(attribute)' cannot be set")
      }
      namespace.values[attribute] = value
    case .tuple(let targets):
      let elements = try elements(of: value)
      guard elements.count == targets.count else {
        throw failure("\(elements.count) values for \(targets.count) names")
      }
      for (target, element) in zip(targets, elements) { try assign(element, to: target, scope) }
    }
  }
}
