extension JinjaRenderer {
  /// The value of an expression.
  func evaluate(_ expression: JinjaExpression, _ scope: JinjaScope) throws(ChatTemplateError) -> JinjaValue {
    line = expression.line
    switch expression.kind {
    case .text(let text): return .text(text)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .bool(let value): return .bool(value)
    case .none: return .none
    case .name(let name): return try variable(name, scope)
    default:
      return try nested { () throws(ChatTemplateError) in try evaluateCompound(expression, scope) }
    }
  }

  private func variable(_ name: String, _ scope: JinjaScope) throws(ChatTemplateError) -> JinjaValue {
    try step()
    if let value = scope.value(name) { return value }
    if Self.globals.contains(name) { return .function(.global(name)) }
    if name == "self" { throw unsupported("'self'") }
    return .undefined("'\(name)' is undefined")
  }

  private func evaluateCompound(
    _ expression: JinjaExpression, _ scope: JinjaScope
  ) throws(ChatTemplateError) -> JinjaValue {
    switch expression.kind {
    case .attribute(let base, let name):
      let value = try evaluate(base, scope)
      line = expression.line
      return try attribute(name, of: value)
    case .item(let base, let index):
      let value = try evaluate(base, scope)
      let index = try evaluate(index, scope)
      line = expression.line
      return try item(index, of: value)
    case .call(let function, let arguments):
      let callee = try evaluate(function, scope)
      let given = try evaluate(arguments, scope)
      line = expression.line
      return try call(callee, given)
    case .filter: return try applyFilters(expression, to: nil, scope)
    case .test(let base, let name, let arguments):
      let value = try evaluate(base, scope)
      let given = try evaluate(arguments, scope)
      line = expression.line
      return .bool(try test(name, value, given))
    case .not(let operand): return .bool(try !evaluate(operand, scope).isTrue)
    case .and(let left, let right):
      let value = try evaluate(left, scope)
      return value.isTrue ? try evaluate(right, scope) : value
    case .or(let left, let right):
      let value = try evaluate(left, scope)
      return value.isTrue ? value : try evaluate(right, scope)
    case .conditional(let test, let then, let otherwise):
      if try evaluate(test, scope).isTrue { return try evaluate(then, scope) }
      guard let otherwise else { return .undefined("a condition without 'else' was false") }
      return try evaluate(otherwise, scope)
    default: return try evaluateOperation(expression, scope)
    }
  }

  private func evaluateOperation(
    _ expression: JinjaExpression, _ scope: JinjaScope
  ) throws(ChatTemplateError) -> JinjaValue {
    switch expression.kind {
    case .binary(let operation, let left, let right):
      let first = try evaluate(left, scope)
      let second = try evaluate(right, scope)
      line = expression.line
      return try apply(operation, first, second)
    case .negative(let operand): return try negated(evaluate(operand, scope))
    case .positive(let operand): return try negated(negated(evaluate(operand, scope)))
    case .concatenation(let parts):
      var text = JinjaText()
      for part in parts {
        let value = try self.text(of: evaluate(part, scope))
        try make(value.count)
        text.units += value.units
      }
      return .text(text)
    case .comparison(let first, let others):
      var left = try evaluate(first, scope)
      for (comparison, operand) in others {
        let right = try evaluate(operand, scope)
        line = expression.line
        guard try holds(comparison, left, right) else { return .bool(false) }
        left = right
      }
      return .bool(true)
    case .list(let parts): return .list(try items(evaluateAll(parts, scope)))
    case .tuple(let parts): return .tuple(try items(evaluateAll(parts, scope)))
    case .dictionary(let pairs): return try dictionary(pairs, scope)
    case .slice(let base, let slice):
      let value = try evaluate(base, scope)
      var bounds: [JinjaValue] = []
      for bound in [slice.start, slice.stop, slice.step] {
        bounds.append(try bound.map { (bound) throws(ChatTemplateError) in try evaluate(bound, scope) } ?? .none)
      }
      line = expression.line
      return try sliced(value, bounds)
    default: return .none
    }
  }

  private func evaluateAll(
    _ expressions: [JinjaExpression], _ scope: JinjaScope
  ) throws(ChatTemplateError) -> [JinjaValue] {
    var values: [JinjaValue] = []
    for expression in expressions { values.append(try evaluate(expression, scope)) }
    return values
  }

  private func dictionary(
    _ pairs: [(key: JinjaExpression, value: JinjaExpression)], _ scope: JinjaScope
  ) throws(ChatTemplateError) -> JinjaValue {
    var dictionary = JinjaDictionary()
    for pair in pairs {
      let name = try evaluate(pair.key, scope)
      dictionary.set(name, try key(name), to: try evaluate(pair.value, scope))
    }
    try check(dictionary.depth)
    return .dictionary(dictionary)
  }

  /// The values of a call's arguments.
  func evaluate(_ arguments: JinjaArguments, _ scope: JinjaScope) throws(ChatTemplateError) -> JinjaGiven {
    var given = JinjaGiven(positional: try evaluateAll(arguments.positional, scope))
    for (name, expression) in arguments.keywords { given.keywords.append((name, try evaluate(expression, scope))) }
    if let spread = arguments.spread { given.positional += try elements(of: evaluate(spread, scope)) }
    if let spread = arguments.keywordSpread {
      guard case .dictionary(let dictionary) = try evaluate(spread, scope) else {
        throw failure("what follows ** is no map")
      }
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        guard case .text(let name) = key else { throw failure("the keys of what follows ** are no texts") }
        guard !given.keywords.contains(where: { $0.name == name.string }) else {
          throw failure("the argument '\(name.string)' is there twice")
        }
        given.keywords.append((name.string, value))
      }
    }
    return given
  }

  /// The value of a chain of filters; the innermost one works on `block` where it has no expression.
  func applyFilters(
    _ expression: JinjaExpression, to block: JinjaValue?, _ scope: JinjaScope
  ) throws(ChatTemplateError) -> JinjaValue {
    guard case .filter(let base, let name, let arguments) = expression.kind else {
      return try evaluate(expression, scope)
    }
    var value = block ?? .none
    if let base {
      value = try nested { () throws(ChatTemplateError) in try applyFilters(base, to: block, scope) }
    }
    let given = try evaluate(arguments, scope)
    line = expression.line
    return try filter(name, value, given)
  }

  // MARK: Elements

  /// The elements that a loop over a value goes through.
  func elements(of value: JinjaValue) throws(ChatTemplateError) -> [JinjaValue] {
    switch value {
    case .undefined: return []
    case .list(let items), .tuple(let items), .view(let items, _):
      try step(items.elements.count)
      return items.elements
    case .dictionary(let dictionary):
      try step(dictionary.keys.count)
      return dictionary.keys
    case .text(let text):
      try step(text.count)
      return text.units.map { .text(JinjaText(units: [$0])) }
    case .range(let range):
      try step(range.count)
      return (0..<range.count).map(range.element)
    case .generator(let generator):
      var elements: [JinjaValue] = []
      while let element = try generator.pull(self) {
        try step()
        elements.append(element)
      }
      return elements
    case .none, .bool, .integer, .number, .namespace, .loop, .function:
      throw failure("a value of type \(value.typeName) has no elements")
    }
  }

  /// What makes a value a key.
  func key(_ value: JinjaValue) throws(ChatTemplateError) -> JinjaKey {
    switch value {
    case .undefined: return .undefined
    case .none: return .none
    case .text(let text):
      try step(1 + text.count / 64)
      return .text(text)
    case .bool(let value): return .integer(value ? 1 : 0)
    case .integer(let value): return .integer(value)
    case .number(let value): return Int(exactly: value).map { .integer($0) } ?? .number(value)
    case .tuple(let items):
      try step(items.elements.count)
      var keys: [JinjaKey] = []
      for element in items.elements { keys.append(try key(element)) }
      return .tuple(keys)
    default: throw failure("a value of type \(value.typeName) cannot be a key")
    }
  }

  // MARK: Attributes and elements

  /// `value.name`: an attribute, or else the element of that name.
  func attribute(_ name: JinjaText, of value: JinjaValue) throws(ChatTemplateError) -> JinjaValue {
    if case .undefined(let reason) = value { throw failure(reason) }
    let spelling = name.string
    if let member = try member(spelling, of: value) { return member }
    if case .dictionary(let dictionary) = value, let element = dictionary[name] { return element }
    return .undefined("a value of type \(value.typeName) has no attribute '\(spelling)'")
  }

  /// `value[index]`: an element, or else the attribute of that name.
  func item(_ index: JinjaValue, of value: JinjaValue) throws(ChatTemplateError) -> JinjaValue {
    switch value {
    case .undefined(let reason): throw failure(reason)
    case .dictionary(let dictionary):
      if let key = try hashable(index), let element = dictionary[key] { return element }
    case .list(let items), .tuple(let items):
      if let place = place(index, items.elements.count) { return items.elements[place] }
    case .text(let text):
      if let place = place(index, text.count) { return .text(text.part(place..<place + 1)) }
    case .range(let range):
      if let place = place(index, range.count) { return range.element(place) }
    default: break
    }
    if case .text(let name) = index, let member = try member(name.string, of: value) { return member }
    return .undefined("a value of type \(value.typeName) has no element \(try shortRepresentation(index))")
  }

  /// What makes a value a key; nil for what cannot be one.
  private func hashable(_ value: JinjaValue) throws(ChatTemplateError) -> JinjaKey? {
    do throws(ChatTemplateError) {
      return try key(value)
    } catch {
      guard case .failed = error else { throw error }
      return nil
    }
  }

  private func place(_ index: JinjaValue, _ count: Int) -> Int? {
    guard let index = index.wholeNumber else { return nil }
    let place = index < 0 ? index + count : index
    return 0..<count ~= place ? place : nil
  }

  private func shortRepresentation(_ value: JinjaValue) throws(ChatTemplateError) -> String {
    switch value {
    case .text(let text): "'\(text.part(0..<min(text.count, 40)).string)'"
    case .integer(let value): "\(value)"
    default: "of type \(value.typeName)"
    }
  }

  /// `value[start:stop:step]`.
  private func sliced(_ value: JinjaValue, _ bounds: [JinjaValue]) throws(ChatTemplateError) -> JinjaValue {
    let count: Int
    switch value {
    case .undefined(let reason): throw failure(reason)
    case .list(let items), .tuple(let items): count = items.elements.count
    case .text(let text): count = text.count
    case .range: throw unsupported("a slice of a range")
    default: throw failure("a value of type \(value.typeName) has no slices")
    }
    let (start, step, length) = try sliceBounds(bounds, count)
    let isWhole = start == 0 && step == 1 && length == count
    if isWhole { return value }
    if case .text(let text) = value {
      try make(length)
      return .text(step == 1 ? text.part(start..<start + length) : text.slice((0..<length).map { start + $0 * step }))
    }
    try self.step(length)
    switch value {
    case .list(let items): return .list(JinjaItems((0..<length).map { items.elements[start + $0 * step] }))
    case .tuple(let items): return .tuple(JinjaItems((0..<length).map { items.elements[start + $0 * step] }))
    default: return .none
    }
  }

  /// Where a slice begins, its step and its length, as Python's `slice.indices` says.
  private func sliceBounds(
    _ bounds: [JinjaValue], _ count: Int
  ) throws(ChatTemplateError) -> (start: Int, step: Int, length: Int) {
    var numbers: [Int?] = []
    for bound in bounds {
      switch bound {
      case .none: numbers.append(nil)
      case .bool, .integer: numbers.append(bound.wholeNumber)
      default: throw failure("a slice needs whole numbers, not a value of type \(bound.typeName)")
      }
    }
    let step = numbers[2] ?? 1
    guard step != 0 else { throw failure("the step of a slice is 0") }
    func clamped(_ number: Int?, _ absent: Int) -> Int {
      guard let number else { return absent }
      let place = number < 0 ? number + count : number
      return step > 0 ? min(max(place, 0), count) : min(max(place, -1), count - 1)
    }
    let start = clamped(numbers[0], step > 0 ? 0 : count - 1)
    let stop = clamped(numbers[1], step > 0 ? count : -1)
    let distance = step > 0 ? stop - start : start - stop
    guard distance > 0 else { return (0, 1, 0) }
    let length = (distance - 1) / Int(min(step.magnitude, UInt(Int.max))) + 1
    return (start, length == 1 ? 1 : step, length)
  }
}
