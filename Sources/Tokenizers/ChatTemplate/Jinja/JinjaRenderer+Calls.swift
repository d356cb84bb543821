/// The arguments of a call.
struct JinjaGiven {
  var positional: [JinjaValue] = []
  var keywords: [(name: String, value: JinjaValue)] = []
}

extension JinjaRenderer {
  /// The arguments in the order of a function's parameters; nil for one that is not given.
  ///
  /// - Parameters:
  ///   - given: what was written.
  ///   - parameters: the names, in order.
  ///   - required: how many of them must be given.
  ///   - function: the function's name, for errors.
  /// - Returns: one value for each parameter.
  /// - Throws: `ChatTemplateError.failed` for arguments that the function does not take.
  func bind(
    _ given: JinjaGiven, _ parameters: [String], required: Int = 0, _ function: String
  ) throws(ChatTemplateError) -> [JinjaValue?] {
    guard given.positional.count <= parameters.count else {
      throw failure("'\(function)' takes at most \(parameters.count) arguments, not \(given.positional.count)")
    }
    var values: [JinjaValue?] = given.positional
    values += Array(repeating: nil, count: parameters.count - values.count)
    for (name, value) in given.keywords {
      guard let place = parameters.firstIndex(of: name), values[place] == nil else {
        throw failure("'\(function)' takes no argument '\(name)'")
      }
      values[place] = value
    }
    for place in 0..<required where values[place] == nil {
      throw failure("'\(function)' needs the argument '\(parameters[place])'")
    }
    return values
  }

  /// A whole number among arguments.
  func whole(_ value: JinjaValue?, _ absent: Int, _ function: String) throws(ChatTemplateError) -> Int {
    guard let value else { return absent }
    if case .undefined(let reason) = value { throw failure(reason) }
    guard let number = value.wholeNumber else {
      throw failure("'\(function)' needs a whole number, not a value of type \(value.typeName)")
    }
    return number
  }

  // MARK: Calls

  /// The result of calling a value.
  func call(_ callee: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    try step()
    switch callee {
    case .undefined(let reason): throw failure(reason)
    case .function(.macro(let macro, let scope)): return try call(macro, scope, given)
    case .function(.global(let name)): return try callGlobal(name, given)
    case .function(.method(let receiver, let name)): return try callMethod(name, of: receiver, given)
    case .loop(let state): return try callLoop(state, given)
    default: throw failure("a value of type \(callee.typeName) cannot be called")
    }
  }

  private func call(
    _ macro: JinjaMacro, _ scope: JinjaScope, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    let inner = JinjaScope(parent: scope)
    var keywords = given.keywords
    var missing: [(name: String, value: JinjaExpression?)] = []
    for (place, parameter) in macro.parameters.enumerated() {
      if place < given.positional.count {
        inner.variables[parameter.name] = given.positional[place]
      } else if let index = keywords.firstIndex(where: { $0.name == parameter.name }) {
        inner.variables[parameter.name] = keywords.remove(at: index).value
      } else {
        missing.append(parameter)
      }
    }
    if macro.namesCaller {
      let index = keywords.firstIndex { $0.name == "caller" }
      inner.variables["caller"] = index.map { keywords.remove(at: $0).value } ?? .undefined("there is no caller")
    }
    try catchOthers(macro, given, keywords, inner)
    for (name, value) in missing {
      inner.variables[name] = .undefined("the parameter '\(name)' was not given")
      if let value { inner.variables[name] = try evaluate(value, inner) }
    }
    var text = JinjaText()
    _ = try nested { () throws(ChatTemplateError) in try execute(macro.body, inner, &text) }
    return .text(text)
  }

  /// Arguments beyond a macro's parameters: caught where the macro names what catches them, else an error.
  private func catchOthers(
    _ macro: JinjaMacro, _ given: JinjaGiven, _ keywords: [(name: String, value: JinjaValue)], _ scope: JinjaScope
  ) throws(ChatTemplateError) {
    if macro.takesMoreKeywords {
      var dictionary = JinjaDictionary()
      for (name, value) in keywords { dictionary.set(name, to: value) }
      try check(dictionary.depth)
      scope.variables["kwargs"] = .dictionary(dictionary)
    } else if let first = keywords.first {
      throw failure("the macro '\(macro.name)' takes no argument '\(first.name)'")
    }
    let others = given.positional.dropFirst(macro.parameters.count)
    if macro.takesMorePositional {
      scope.variables["varargs"] = .tuple(try items(Array(others)))
    } else if !others.isEmpty {
      throw failure("the macro '\(macro.name)' takes at most \(macro.parameters.count) arguments")
    }
  }

  private func callLoop(_ state: JinjaLoop, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, ["iterable"], required: 1, "loop")
    guard let recursion = state.recursion else { throw failure("the loop is not marked as recursive") }
    let elements = try elements(of: values[0] ?? .none)
    var text = JinjaText()
    _ = try nested { () throws(ChatTemplateError) in
      try run(recursion.loop, elements, recursion.scope, depth0: state.depth0 + 1, &text)
    }
    return .text(text)
  }

  // MARK: Functions

  private func callGlobal(_ name: String, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    switch name {
    case "range": return .range(try range(given))
    case "namespace":
      let namespace = newNamespace()
      guard case .dictionary(let dictionary) = try newDictionary(given, name) else { return .none }
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        guard case .text(let text) = key else { throw failure("the names of a namespace are texts") }
        namespace.values[text.string] = value
      }
      return .namespace(namespace)
    case "dict": return try newDictionary(given, name)
    case "raise_exception":
      let values = try bind(given, ["message"], required: 1, name)
      throw .raised(line: line, message: try text(of: values[0] ?? .none).string)
    case "strftime_now":
      let values = try bind(given, ["format"], required: 1, name)
      guard case .text(let format)? = values[0] else { throw failure("'strftime_now' needs a text") }
      try make(64 * format.count)
      return .text(try formatted(format.string))
    default: throw unsupported("the function '\(name)'")
    }
  }

  private func formatted(_ format: String) throws(ChatTemplateError) -> String {
    guard let text = date.formatted(format) else { throw unsupported("the date format '\(format)'") }
    return text
  }

  private func range(_ given: JinjaGiven) throws(ChatTemplateError) -> JinjaRange {
    guard given.keywords.isEmpty, 1...3 ~= given.positional.count else {
      throw failure("'range' takes one to three numbers")
    }
    var numbers: [Int] = []
    for value in given.positional { numbers.append(try whole(value, 0, "range")) }
    if numbers.count == 1 { numbers.insert(0, at: 0) }
    if numbers.count == 2 { numbers.append(1) }
    guard numbers[2] != 0 else { throw failure("the step of 'range' is 0") }
    guard numbers.allSatisfy({ $0.magnitude < 1 << 52 }) else {
      throw .tooMuch(line: line, what: "numbers in a range", limit: limits.range)
    }
    let range = JinjaRange(start: numbers[0], stop: numbers[1], step: numbers[2])
    guard range.count <= limits.range else {
      throw .tooMuch(line: line, what: "numbers in a range", limit: limits.range)
    }
    return range
  }

  private func newDictionary(_ given: JinjaGiven, _ name: String) throws(ChatTemplateError) -> JinjaValue {
    var dictionary = JinjaDictionary()
    guard given.positional.count <= 1 else { throw failure("'\(name)' takes at most one map") }
    if case .dictionary(let first)? = given.positional.first {
      dictionary = first
    } else if let first = given.positional.first {
      for pair in try elements(of: first) {
        let parts = try elements(of: pair)
        guard parts.count == 2 else { throw failure("'\(name)' needs pairs of keys and values") }
        dictionary.set(parts[0], try key(parts[0]), to: parts[1])
      }
    }
    for (key, value) in given.keywords { dictionary.set(key, to: value) }
    try step(dictionary.keys.count)
    try check(dictionary.depth)
    return .dictionary(dictionary)
  }
}
