extension JinjaRenderer {
  // MARK: Comparisons

  func holds(
    _ comparison: JinjaComparison, _ left: JinjaValue, _ right: JinjaValue
  ) throws(ChatTemplateError) -> Bool {
    switch comparison {
    case .equal: return try areEqual(left, right)
    case .notEqual: return try !areEqual(left, right)
    case .less: return try isLess(left, right)
    case .greater: return try isLess(right, left)
    case .lessOrEqual: return try isLessOrEqual(left, right)
    case .greaterOrEqual: return try isLessOrEqual(right, left)
    case .isIn: return try contains(right, left)
    case .isNotIn: return try !contains(right, left)
    }
  }

  /// Python's `==`.
  func areEqual(_ left: JinjaValue, _ right: JinjaValue) throws(ChatTemplateError) -> Bool {
    try step()
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.text(let a), .text(let b)):
      try step(min(a.count, b.count) / 64)
      return a == b
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return try areEqual(a.elements, b.elements)
    case (.dictionary(let a), .dictionary(let b)):
      guard a.keys.count == b.keys.count else { return false }
      for (name, value) in zip(a.keys, a.values) {
        guard let other = b[try key(name)] else { return false }
        if try !areEqual(value, other) { return false }
      }
      return true
    case (.range(let a), .range(let b)):
      return a.count == b.count && (a.count == 0 || a.start == b.start && (a.count == 1 || a.step == b.step))
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.loop(let a), .loop(let b)): return a === b
    case (.generator(let a), .generator(let b)): return a === b
    case (.view, .view), (.function, .function):
      throw unsupported("comparing values of type \(left.typeName)")
    default:
      if let a = left.wholeNumber, let b = right.wholeNumber { return a == b }
      guard let a = left.real, let b = right.real else { return false }
      return a == b
    }
  }

  private func areEqual(_ left: [JinjaValue], _ right: [JinjaValue]) throws(ChatTemplateError) -> Bool {
    guard left.count == right.count else { return false }
    for (a, b) in zip(left, right) { guard try areEqual(a, b) else { return false } }
    return true
  }

  /// Python's `<`.
  func isLess(_ left: JinjaValue, _ right: JinjaValue) throws(ChatTemplateError) -> Bool {
    try step()
    switch (left, right) {
    case (.text(let a), .text(let b)):
      try step(min(a.count, b.count) / 64)
      return a < b
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (x, y) in zip(a.elements, b.elements) {
        if try !areEqual(x, y) { return try isLess(x, y) }
      }
      return a.elements.count < b.elements.count
    default:
      if let a = left.wholeNumber, let b = right.wholeNumber { return a < b }
      guard let a = left.real, let b = right.real else { throw incomparable(left, right) }
      return a < b
    }
  }

  private func isLessOrEqual(_ left: JinjaValue, _ right: JinjaValue) throws(ChatTemplateError) -> Bool {
    if let a = left.real, let b = right.real { return a <= b }
    if try isLess(left, right) { return true }
    return try areEqual(left, right)
  }

  private func incomparable(_ left: JinjaValue, _ right: JinjaValue) -> ChatTemplateError {
    for case .undefined(let reason) in [left, right] { return failure(reason) }
    return failure("values of type \(left.typeName) and \(right.typeName) have no order")
  }

  /// Python's `element in container`.
  func contains(_ container: JinjaValue, _ element: JinjaValue) throws(ChatTemplateError) -> Bool {
    switch container {
    case .undefined: return false
    case .text(let text):
      guard case .text(let part) = element else {
        throw failure("'in' a text needs a text, not a value of type \(element.typeName)")
      }
      try step(text.count / 64)
      return part.isEmpty || !JinjaSearch(part).starts(in: text, 0..<text.count, limit: 1).isEmpty
    case .dictionary(let dictionary): return dictionary[try key(element)] != nil
    case .list(let items), .tuple(let items), .view(let items, _):
      for other in items.elements { if try areEqual(other, element) { return true } }
      return false
    case .generator(let generator):
      while let other = try generator.pull(self) { if try areEqual(other, element) { return true } }
      return false
    case .range(let range):
      guard let number = element.wholeNumber else { return false }
      let isInside = range.step > 0 ? number >= range.start : number <= range.start
      return isInside && (number - range.start) % range.step == 0 && (number - range.start) / range.step < range.count
    case .none, .bool, .integer, .number, .namespace, .loop, .function:
      throw failure("a value of type \(container.typeName) contains nothing")
    }
  }

  // MARK: Arithmetic

  func negated(_ value: JinjaValue) throws(ChatTemplateError) -> JinjaValue {
    if case .undefined(let reason) = value { throw failure(reason) }
    if let number = value.wholeNumber { return .integer(try exact(0.subtractingReportingOverflow(number))) }
    if case .number(let number) = value { return .number(-number) }
    throw failure("a value of type \(value.typeName) has no sign")
  }

  func exact(_ result: (partialValue: Int, overflow: Bool)) throws(ChatTemplateError) -> Int {
    if result.overflow { throw unsupported("a whole number that does not fit 64 bits") }
    return result.partialValue
  }

  func apply(
    _ operation: JinjaOperator, _ left: JinjaValue, _ right: JinjaValue
  ) throws(ChatTemplateError) -> JinjaValue {
    for case .undefined(let reason) in [left, right] {
      // A format takes what is undefined as a value.
      if operation == .modulo, case .text = left { break }
      throw failure(reason)
    }
    if case .text(let format) = left, operation == .modulo { return .text(try percentFormatted(format, right)) }
    if let a = left.wholeNumber, let b = right.wholeNumber { return try applyWhole(operation, a, b) }
    if let a = left.real, let b = right.real { return .number(try applyReal(operation, a, b)) }
    switch (operation, left, right) {
    case (.add, .text(let a), .text(let b)): return .text(try joined(a, b))
    case (.add, .list(let a), .list(let b)): return .list(try items(a.elements + b.elements))
    case (.add, .tuple(let a), .tuple(let b)): return .tuple(try items(a.elements + b.elements))
    case (.multiply, _, _):
      if let count = right.wholeNumber { return try repeated(left, count) }
      if let count = left.wholeNumber { return try repeated(right, count) }
    default: break
    }
    throw failure("'\(operation.rawValue)' does not go with values of type \(left.typeName) and \(right.typeName)")
  }

  /// Two texts in one; what is added to safe HTML is escaped.
  private func joined(_ a: JinjaText, _ b: JinjaText) throws(ChatTemplateError) -> JinjaText {
    try make(a.count + b.count)
    guard a.isMarkup != b.isMarkup else { return a + b }
    var result = JinjaText(isMarkup: true)
    for part in [a, b] { result.units += part.isMarkup ? part.units : try escaped(part).units }
    return result
  }

  /// HTML's five characters as entities.
  func escaped(_ text: JinjaText) throws(ChatTemplateError) -> JinjaText {
    if text.isMarkup { return text }
    let entities: [UInt32: String] = [38: "&amp;", 62: "&gt;", 60: "&lt;", 39: "&#39;", 34: "&#34;"]
    var units: [UInt32] = []
    for unit in text.units {
      if let entity = entities[unit & ~JinjaText.mark] {
        units += entity.unicodeScalars.map { $0.value | unit & JinjaText.mark }
      } else {
        units.append(unit)
      }
    }
    try make(units.count)
    return JinjaText(units: units, isMarkup: true)
  }

  private func repeated(_ value: JinjaValue, _ count: Int) throws(ChatTemplateError) -> JinjaValue {
    let count = max(0, count)
    func total(_ length: Int) throws(ChatTemplateError) -> Int {
      try exact(length.multipliedReportingOverflow(by: count))
    }
    switch value {
    case .text(let text):
      try make(total(text.count))
      return .text(JinjaText(units: Array(repeating: text.units, count: text.isEmpty ? 0 : count).flatMap { $0 }))
    case .list(let items), .tuple(let items):
      try step(total(items.elements.count))
      let all = JinjaItems(Array(repeating: items.elements, count: items.elements.isEmpty ? 0 : count).flatMap { $0 })
      if case .list = value { return .list(all) }
      return .tuple(all)
    default: throw failure("a value of type \(value.typeName) cannot be repeated")
    }
  }

  private func applyWhole(_ operation: JinjaOperator, _ a: Int, _ b: Int) throws(ChatTemplateError) -> JinjaValue {
    switch operation {
    case .add: return .integer(try exact(a.addingReportingOverflow(b)))
    case .subtract: return .integer(try exact(a.subtractingReportingOverflow(b)))
    case .multiply: return .integer(try exact(a.multipliedReportingOverflow(by: b)))
    case .divide: return .number(try applyReal(.divide, Double(a), Double(b)))
    case .power:
      if b < 0 { return .number(try applyReal(.power, Double(a), Double(b))) }
      return .integer(try power(a, b))
    case .floorDivide, .modulo:
      guard b != 0 else { throw failure("a division by 0") }
      let quotient = try exact(a.dividedReportingOverflow(by: b))
      let rest = a &- quotient &* b
      let isBelow = rest != 0 && (rest < 0) != (b < 0)
      return .integer(operation == .modulo ? (isBelow ? rest + b : rest) : (isBelow ? quotient - 1 : quotient))
    }
  }

  private func power(_ base: Int, _ exponent: Int) throws(ChatTemplateError) -> Int {
    if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
    if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
    var result = 1
    // Any other base leaves 64 bits after 63 factors.
    for _ in 0..<min(exponent, 64) { result = try exact(result.multipliedReportingOverflow(by: base)) }
    return result
  }

  private func applyReal(_ operation: JinjaOperator, _ a: Double, _ b: Double) throws(ChatTemplateError) -> Double {
    switch operation {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .power: throw unsupported("'**' with fractions")
    case .divide, .floorDivide, .modulo:
      guard b != 0 else { throw failure("a division by 0") }
      if operation == .divide { return a / b }
      var rest = a.truncatingRemainder(dividingBy: b)
      if rest != 0, (rest < 0) != (b < 0) { rest += b }
      return operation == .modulo ? rest : ((a - rest) / b).rounded()
    }
  }
}

extension JinjaValue {
  /// The number that a number is.
  var real: Double? {
    if case .number(let value) = self { return value }
    return wholeNumber.map(Double.init)
  }
}
