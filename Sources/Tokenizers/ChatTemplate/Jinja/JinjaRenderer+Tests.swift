/// The tests behind `is`.
extension JinjaRenderer {
  /// The names of all of Jinja's tests.
  static let tests: Set<String> = [
    "boolean", "callable", "defined", "divisibleby", "eq", "equalto", "escaped", "even", "false", "filter", "float",
    "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan", "lower", "lt", "mapping", "ne", "none",
    "number", "odd", "sameas", "sequence", "string", "test", "true", "undefined", "upper", "==", "!=", "<", "<=", ">",
    ">=",
  ]
  private static let comparisons: [String: JinjaComparison] = [
    "eq": .equal, "equalto": .equal, "==": .equal, "ne": .notEqual, "!=": .notEqual, "lt": .less, "lessthan": .less,
    "<": .less, "le": .lessOrEqual, "<=": .lessOrEqual, "gt": .greater, "greaterthan": .greater, ">": .greater,
    "ge": .greaterOrEqual, ">=": .greaterOrEqual, "in": .isIn,
  ]

  /// Whether a value passes a test.
  func test(_ name: String, _ value: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> Bool {
    if let comparison = Self.comparisons[name] {
      let other = try bind(given, ["other"], required: 1, name)[0] ?? .none
      return try holds(comparison, value, other)
    }
    if name == "sameas" { return try isSame(value, bind(given, ["other"], required: 1, name)[0] ?? .none) }
    if name == "divisibleby" {
      let number = try whole(bind(given, ["num"], required: 1, name)[0], 1, name)
      return try apply(.modulo, value, .integer(number)).isTrue == false
    }
    guard Self.tests.contains(name) else { throw failure("there is no test '\(name)'") }
    _ = try bind(given, [], name)
    switch name {
    case "even", "odd":
      return try areEqual(apply(.modulo, value, .integer(2)), .integer(name == "odd" ? 1 : 0))
    case "lower", "upper":
      let text = try text(of: value)
      return name == "lower" ? text.isLower : text.isUpper
    case "filter", "test":
      guard case .text(let text) = value else { return false }
      return name == "filter" ? Self.filters.contains(text.string) : Self.tests.contains(text.string)
    default: return hasType(name, value)
    }
  }

  private func hasType(_ name: String, _ value: JinjaValue) -> Bool {
    switch (name, value) {
    case ("defined", _): !value.isUndefined
    case ("undefined", .undefined), ("none", .none), ("true", .bool(true)), ("false", .bool(false)),
      ("boolean", .bool), ("integer", .integer), ("float", .number), ("string", .text), ("mapping", .dictionary):
      true
    case ("number", .bool), ("number", .integer), ("number", .number): true
    case ("escaped", .text(let text)): text.isMarkup
    case ("callable", .function), ("callable", .loop), ("callable", .undefined): true
    case ("sequence", .text), ("sequence", .list), ("sequence", .tuple), ("sequence", .dictionary),
      ("sequence", .range), ("sequence", .undefined):
      true
    case ("iterable", .none), ("iterable", .bool), ("iterable", .integer), ("iterable", .number),
      ("iterable", .namespace), ("iterable", .function):
      false
    case ("iterable", _): true
    default: false
    }
  }

  /// Python's `is`, where it does not depend on what Python keeps in memory.
  private func isSame(_ value: JinjaValue, _ other: JinjaValue) throws(ChatTemplateError) -> Bool {
    switch (value, other) {
    case (.none, .none): return true
    case (.bool(let a), .bool(let b)): return a == b
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.integer(let a), .integer(let b)) where -5...256 ~= a && -5...256 ~= b: return a == b
    case (.none, _), (_, .none), (.bool, _), (_, .bool), (.namespace, _), (_, .namespace): return false
    default: throw unsupported("'sameas' for values of type \(value.typeName) and \(other.typeName)")
    }
  }
}
