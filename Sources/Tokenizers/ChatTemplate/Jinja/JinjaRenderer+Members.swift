extension JinjaRenderer {
  private static let textMethods: Set<String> = [
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format", "format_map",
    "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition",
    "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ]
  private static let changingMethods: Set<String> = [
    "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove", "popitem", "setdefault", "update",
  ]
  private static let numberMembers: Set<String> = [
    "real", "imag", "numerator", "denominator", "conjugate", "bit_length", "bit_count", "to_bytes", "from_bytes",
    "as_integer_ratio", "is_integer", "hex", "fromhex",
  ]

  /// The attribute of a value that is not an element of it; nil where it has none of that name.
  func member(_ name: String, of value: JinjaValue) throws(ChatTemplateError) -> JinjaValue? {
    if name.hasPrefix("__"), name.hasSuffix("__") {
      return .undefined("the attribute '\(name)' is out of a template's reach")
    }
    switch value {
    case .text where Self.textMethods.contains(name): return .function(.method(value, name))
    case .list where ["index", "count", "copy"].contains(name): return .function(.method(value, name))
    case .list where Self.changingMethods.contains(name),
      .dictionary where ["pop", "clear", "popitem", "setdefault", "update"].contains(name):
      return .undefined("'\(name)' would change a \(value.typeName), which the sandbox of templates forbids")
    case .tuple where ["index", "count"].contains(name): return .function(.method(value, name))
    case .dictionary where ["get", "items", "keys", "values", "copy", "fromkeys"].contains(name):
      return .function(.method(value, name))
    case .namespace(let namespace): return namespace.values[name]
    case .loop(let state): return try member(name, of: state)
    case .range, .bool, .integer, .number, .view, .generator: return try otherMember(name, of: value)
    case .function(.macro(let macro, _)) where name == "name": return .text(macro.name)
    case .function where ["arguments", "catch_kwargs", "catch_varargs", "caller"].contains(name):
      throw unsupported("the attribute '\(name)' of a macro")
    default: return nil
    }
  }

  private func otherMember(_ name: String, of value: JinjaValue) throws(ChatTemplateError) -> JinjaValue? {
    let names: Set<String> =
      switch value {
      case .range: ["index", "count", "start", "stop", "step"]
      case .view: ["mapping", "isdisjoint"]
      case .generator: ["send", "throw", "close"]
      default: Self.numberMembers
      }
    guard names.contains(name) else { return nil }
    throw unsupported("the attribute '\(name)' of a value of type \(value.typeName)")
  }

  private func member(_ name: String, of loop: JinjaLoop) throws(ChatTemplateError) -> JinjaValue? {
    switch name {
    case "index": return .integer(loop.index0 + 1)
    case "index0": return .integer(loop.index0)
    case "revindex": return .integer(try loop.length() - loop.index0)
    case "revindex0": return .integer(try loop.length() - loop.index0 - 1)
    case "first": return .bool(loop.index0 == 0)
    case "last": return .bool(try loop.following() == nil)
    case "length": return .integer(try loop.length())
    case "previtem": return loop.before ?? .undefined("there is no previous item")
    case "nextitem": return try loop.following() ?? .undefined("there is no next item")
    case "depth": return .integer(loop.depth0 + 1)
    case "depth0": return .integer(loop.depth0)
    case "cycle", "changed": return .function(.method(.loop(loop), name))
    default: return nil
    }
  }

  /// The result of a method.
  func callMethod(
    _ name: String, of receiver: JinjaValue, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    switch receiver {
    case .text(let text): return try callTextMethod(name, text, given)
    case .dictionary(let dictionary): return try callDictionaryMethod(name, dictionary, given)
    case .list(let items), .tuple(let items): return try callListMethod(name, receiver, items.elements, given)
    case .loop(let loop): return try callLoopMethod(name, loop, given)
    default: throw unsupported("the method '\(name)'")
    }
  }

  private func callDictionaryMethod(
    _ name: String, _ dictionary: JinjaDictionary, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    switch name {
    case "get":
      guard given.keywords.isEmpty, 1...2 ~= given.positional.count else {
        throw failure("'get' takes a key and, where wanted, a default")
      }
      let found = dictionary[try key(given.positional[0])]
      return found ?? (given.positional.count == 2 ? given.positional[1] : .none)
    case "items", "keys", "values", "copy":
      _ = try bind(given, [], name)
      try step(dictionary.keys.count)
      if name == "copy" { return .dictionary(dictionary) }
      let elements =
        name == "items" ? dictionary.pairs : name == "keys" ? dictionary.keys : dictionary.values
      return .view(try items(elements), kind: "dict_\(name)")
    default: throw unsupported("the method '\(name)' of a map")
    }
  }

  private func callListMethod(
    _ name: String, _ list: JinjaValue, _ elements: [JinjaValue], _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    if name == "copy" {
      _ = try bind(given, [], name)
      return list
    }
    guard given.keywords.isEmpty, given.positional.count == 1 else {
      throw unsupported("'\(name)' of a list with more than one argument")
    }
    var places: [Int] = []
    for (place, element) in elements.enumerated() {
      if try areEqual(element, given.positional[0]) { places.append(place) }
    }
    if name == "count" { return .integer(places.count) }
    guard let first = places.first else { throw failure("the value is not in the list") }
    return .integer(first)
  }

  private func callLoopMethod(
    _ name: String, _ loop: JinjaLoop, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    guard given.keywords.isEmpty else { throw failure("'\(name)' takes no named arguments") }
    if name == "cycle" {
      guard !given.positional.isEmpty else { throw failure("'cycle' needs a value") }
      return given.positional[loop.index0 % given.positional.count]
    }
    if let before = loop.changedValue, before.count == given.positional.count {
      var isSame = true
      for (a, b) in zip(before, given.positional) where isSame { isSame = try areEqual(a, b) }
      if isSame { return .bool(false) }
    }
    loop.changedValue = given.positional
    return .bool(true)
  }
}
