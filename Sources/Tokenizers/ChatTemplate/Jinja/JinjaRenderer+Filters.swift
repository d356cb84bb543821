/// The filters behind `|`: Jinja's, and `tojson` as transformers has it.
extension JinjaRenderer {
  /// The names of all of Jinja's filters.
  static let filters: Set<String> = [
    "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape",
    "filesizeformat", "first", "float", "forceescape", "format", "groupby", "indent", "int", "items", "join", "last",
    "length", "list", "lower", "map", "max", "min", "pprint", "random", "reject", "rejectattr", "replace", "reverse",
    "round", "safe", "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title", "tojson", "trim",
    "truncate", "unique", "upper", "urlencode", "urlize", "wordcount", "wordwrap", "xmlattr",
  ]

  /// The result of a filter.
  func filter(_ name: String, _ value: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    try step()
    switch name {
    case "default", "d":
      let values = try bind(given, ["default_value", "boolean"], name)
      let isReplaced = value.isUndefined || (values[1]?.isTrue ?? false) && !value.isTrue
      return isReplaced ? values[0] ?? .text(JinjaText()) : value
    case "tojson": return try tojson(value, given)
    case "length", "count": return .integer(try length(value))
    case "string", "trim", "lower", "upper", "capitalize", "title", "replace", "indent", "center", "truncate",
      "wordcount", "format", "safe", "escape", "e", "forceescape", "urlencode":
      return try textFilter(name, value, given)
    case "map", "select", "reject", "selectattr", "rejectattr": return try choosingFilter(name, value, given)
    case "int", "float", "abs", "round", "sum": return try numberFilter(name, value, given)
    case "first", "last", "list", "join", "items", "dictsort", "sort", "unique", "min", "max", "reverse", "batch",
      "slice", "groupby", "attr":
      return try listFilter(name, value, given)
    default:
      guard Self.filters.contains(name) else { throw failure("there is no filter '\(name)'") }
      throw unsupported("the filter '\(name)'")
    }
  }

  /// Python's `len`.
  private func length(_ value: JinjaValue) throws(ChatTemplateError) -> Int {
    switch value {
    case .undefined: return 0
    case .text(let text): return text.count
    case .list(let items), .tuple(let items), .view(let items, _): return items.elements.count
    case .dictionary(let dictionary): return dictionary.keys.count
    case .range(let range): return range.count
    case .loop(let loop): return try loop.length()
    default: throw failure("a value of type \(value.typeName) has no length")
    }
  }

  private func tojson(_ value: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, ["ensure_ascii", "indent", "separators", "sort_keys"], "tojson")
    var style = JSONStyle()
    style.isASCII = values[0]?.isTrue ?? false
    style.sortsKeys = values[3]?.isTrue ?? false
    switch values[1] {
    case nil, JinjaValue.none?: break
    case .text(let text)?: style.indent = text
    case let indent?:
      let width = max(0, try whole(indent, 0, "tojson"))
      try make(width)
      style.indent = JinjaText(units: Array(repeating: 32, count: width))
    }
    if style.indent != nil { style.itemSeparator = "," }
    if let separators = values[2], separators.isTrue {
      let parts = try elements(of: separators)
      guard parts.count == 2 else { throw failure("'tojson' needs two separators") }
      style.itemSeparator = try neededText(parts[0], "tojson")
      style.keySeparator = try neededText(parts[1], "tojson")
    }
    return .text(try json(value, style))
  }

  // MARK: Texts

  private func textFilter(
    _ name: String, _ value: JinjaValue, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    var text = try text(of: value)
    switch name {
    case "string":
      _ = try bind(given, [], name)
      return .text(text)
    case "safe":
      _ = try bind(given, [], name)
      text.isMarkup = true
      return .text(text)
    case "escape", "e", "forceescape":
      _ = try bind(given, [], name)
      if name == "forceescape" { text.isMarkup = false }
      return .text(try escaped(text))
    case "trim":
      let set = try optionalText(bind(given, ["chars"], name)[0], name)
      try make(text.count)
      return .text(text.stripped(set))
    case "lower", "upper", "capitalize": return try callTextMethod(name, text, given)
    case "title": return .text(try titled(text, given))
    case "replace":
      let values = try bind(given, ["old", "new", "count"], required: 2, name)
      var limit = -1
      if let count = try notNone(values[2]) { limit = try whole(count, -1, name) }
      text.isMarkup = false
      return .text(
        try replaced(
          text, self.text(of: values[0] ?? .none), self.text(of: values[1] ?? .none), limit: limit < 0 ? .max : limit))
    case "indent": return .text(try indented(value, given))
    case "center":
      let width = try bind(given, ["width"], name)[0] ?? .integer(80)
      return try callTextMethod(name, text, JinjaGiven(positional: [width]))
    case "truncate": return try truncated(value, given)
    case "wordcount":
      _ = try bind(given, [], name)
      let parts = text.units.split { !Self.isWordPart($0) }
      return .integer(parts.count)
    case "format":
      guard given.keywords.isEmpty || given.positional.isEmpty else {
        throw failure("'format' takes one kind of arguments")
      }
      if given.keywords.isEmpty { return .text(try percentFormatted(text, .tuple(items(given.positional)))) }
      var dictionary = JinjaDictionary()
      for (key, value) in given.keywords { dictionary.set(key, to: value) }
      return .text(try percentFormatted(text, .dictionary(dictionary)))
    default: return .text(try urlEncoded(value, text, given))
    }
  }

  private static func isWordPart(_ unit: UInt32) -> Bool {
    let scalar = JinjaText.scalar(unit)
    return scalar == "_" || scalar.isPythonLetter || scalar.isNumeric
  }

  func notNone(_ value: JinjaValue?) throws(ChatTemplateError) -> JinjaValue? {
    if case JinjaValue.none? = value { return nil }
    return value
  }

  /// A word begins at the start and behind white space and `-({[<`.
  private func titled(_ text: JinjaText, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaText {
    _ = try bind(given, [], "title")
    try make(3 * text.count)
    func isBetween(_ unit: UInt32) -> Bool {
      JinjaText.isSpace(unit) || [45, 40, 123, 91, 60].contains(unit & ~JinjaText.mark)
    }
    var result = JinjaText(isMarkup: text.isMarkup)
    var start = 0
    while start < text.count {
      let isWord = !isBetween(text.units[start])
      var end = start + 1
      while end < text.count, isBetween(text.units[end]) != isWord { end += 1 }
      result.units += text.part(start..<start + 1).uppercased.units + text.part(start + 1..<end).lowercased.units
      start = end
    }
    return result
  }

  private func indented(_ value: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaText {
    let values = try bind(given, ["width", "first", "blank"], "indent")
    let text = try neededText(value, "indent")
    let indent: JinjaText
    if case .text(let given)? = values[0] {
      indent = given
    } else {
      let width = max(0, try whole(values[0], 4, "indent"))
      try make(width)
      indent = JinjaText(units: Array(repeating: 32, count: width))
    }
    let lines = (text + "\n").lines()
    try step(lines.count)
    let indentsBlank = values[2]?.isTrue ?? false
    var result = JinjaText()
    for (place, line) in lines.enumerated() {
      try make(indent.count + line.count + 1)
      if place > 0 { result.units.append(10) }
      if place == 0 ? values[1]?.isTrue ?? false : indentsBlank || !line.isEmpty { result.units += indent.units }
      result.units += line.units
    }
    return result
  }

  private func truncated(_ value: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, ["length", "killwords", "end", "leeway"], "truncate")
    let length = try whole(values[0], 255, "truncate")
    let end = try values[2].map { (end) throws(ChatTemplateError) in try neededText(end, "truncate") } ?? "..."
    let leeway = try whole(notNone(values[3]), 5, "truncate")
    guard length >= end.count, leeway >= 0 else { throw failure("'truncate' to less than its end") }
    // Whatever is short enough comes back as it is, lists included.
    guard try self.length(value) - length > leeway else { return value }
    let text = try neededText(value, "truncate")
    let kept = text.part(0..<length - end.count)
    try make(length)
    if values[1]?.isTrue ?? false { return .text(kept + end) }
    return .text((kept.splitFromRight(" ", limit: 1).first ?? kept) + end)
  }

  /// Bytes beyond letters, digits and `_.-~/` as `%XX`.
  private func urlEncoded(
    _ value: JinjaValue, _ text: JinjaText, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaText {
    _ = try bind(given, [], "urlencode")
    guard case .text = value else { throw unsupported("'urlencode' of a value of type \(value.typeName)") }
    var result: [UInt32] = []
    for unit in text.units {
      for byte in JinjaText(units: [unit]).utf8 {
        let isPlain = 48...57 ~= byte || 65...90 ~= byte || 97...122 ~= byte || [95, 46, 45, 126, 47].contains(byte)
        let spelling = isPlain ? [UInt32(byte)] : [37, Self.hexDigit(byte >> 4), Self.hexDigit(byte & 15)]
        result += spelling.map { $0 | unit & JinjaText.mark }
      }
    }
    try make(result.count)
    return JinjaText(units: result)
  }

  private static func hexDigit(_ value: UInt8) -> UInt32 { UInt32(value < 10 ? 48 + value : 55 + value) }
}
