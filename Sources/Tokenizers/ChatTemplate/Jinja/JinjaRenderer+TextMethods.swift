/// The methods of texts, as Python has them.
extension JinjaRenderer {
  func callTextMethod(
    _ name: String, _ text: JinjaText, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    try step(1 + text.count / 64)
    if text.isMarkup, ["join", "replace", "format", "center", "ljust", "rjust", "format_map"].contains(name) {
      throw unsupported("'\(name)' of safe HTML")
    }
    switch name {
    case "strip", "lstrip", "rstrip":
      let set = try optionalText(bind(given, ["chars"], name)[0], name)
      try make(text.count)
      return .text(text.stripped(set, left: name != "rstrip", right: name != "lstrip"))
    case "split", "rsplit": return try split(name, text, given)
    case "splitlines":
      let values = try bind(given, ["keepends"], name)
      return .list(try pieces(text.lines(keepingEnds: values[0]?.isTrue ?? false), text))
    case "startswith", "endswith": return .bool(try hasEnd(name, text, given))
    case "replace": return try replaced(text, given)
    case "join":
      let values = try bind(given, ["iterable"], required: 1, name)
      return .text(try joined(elements(of: values[0] ?? .none), text, strictly: true))
    case "format": return .text(try formatted(text, given))
    case "find", "rfind", "index", "rindex", "count": return try searched(name, text, given)
    case "removeprefix", "removesuffix":
      let part = try neededText(bind(given, ["part"], required: 1, name)[0], name)
      let isPrefix = name == "removeprefix"
      guard text.has(part, at: isPrefix ? 0 : text.count - part.count) else { return .text(text) }
      return .text(text.part(isPrefix ? part.count..<text.count : 0..<text.count - part.count))
    case "partition", "rpartition": return try partitioned(name, text, given)
    case "zfill", "ljust", "rjust", "center": return try padded(name, text, given)
    default: return try callLetterMethod(name, text, given)
    }
  }

  private func callLetterMethod(
    _ name: String, _ text: JinjaText, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    guard given.positional.isEmpty, given.keywords.isEmpty else {
      throw unsupported("the method '\(name)' with arguments")
    }
    // A letter's other case has up to three scalars.
    try make(3 * text.count)
    switch name {
    case "lower": return .text(text.lowercased)
    case "upper": return .text(text.uppercased)
    case "capitalize": return .text(text.capitalized)
    case "title": return .text(text.titled)
    case "swapcase": return .text(text.swappedCase)
    case "islower": return .bool(text.isLower)
    case "isupper": return .bool(text.isUpper)
    case "isspace": return .bool(!text.isEmpty && text.units.allSatisfy(JinjaText.isSpace))
    case "isdigit": return .bool(text.all(\.isDigit))
    case "isdecimal": return .bool(text.all(\.isDecimal))
    case "isnumeric": return .bool(text.all(\.isNumeric))
    case "isalpha": return .bool(text.all(\.isPythonLetter))
    case "isalnum": return .bool(text.all { $0.isPythonLetter || $0.isNumeric })
    case "isascii": return .bool(text.isEmpty || text.all(\.isASCII))
    default: throw unsupported("the method '\(name)' of a text")
    }
  }

  // MARK: Arguments

  func neededText(_ value: JinjaValue?, _ function: String) throws(ChatTemplateError) -> JinjaText {
    switch value {
    case .text(let text)?: return text
    case .undefined(let reason)?: throw failure(reason)
    default: throw failure("'\(function)' needs a text, not a value of type \(value?.typeName ?? "NoneType")")
    }
  }

  func optionalText(_ value: JinjaValue?, _ function: String) throws(ChatTemplateError) -> JinjaText? {
    switch value {
    case nil, JinjaValue.none?: nil
    default: try neededText(value, function)
    }
  }

  /// Texts made of one text, counted.
  private func pieces(_ parts: [JinjaText], _ whole: JinjaText) throws(ChatTemplateError) -> JinjaItems {
    try make(whole.count)
    return try items(parts.map { .text($0) })
  }

  // MARK: Methods

  private func split(_ name: String, _ text: JinjaText, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, ["sep", "maxsplit"], name)
    let most = try whole(values[1], -1, name)
    let limit = most < 0 ? Int.max : most
    guard let separator = try optionalText(values[0], name) else {
      return .list(try pieces(name == "split" ? text.words(limit: limit) : text.wordsFromRight(limit: limit), text))
    }
    guard !separator.isEmpty else { throw failure("'\(name)' by an empty text") }
    return .list(
      try pieces(
        name == "split" ? text.split(separator, limit: limit) : text.splitFromRight(separator, limit: limit), text))
  }

  private func hasEnd(_ name: String, _ text: JinjaText, _ given: JinjaGiven) throws(ChatTemplateError) -> Bool {
    let values = try bind(given, ["part", "start", "end"], required: 1, name)
    let range = try textRange(text, values[1], values[2], name)
    var parts: [JinjaValue] = [values[0] ?? .none]
    if case .tuple(let items) = parts[0] { parts = items.elements }
    for part in parts {
      let part = try neededText(part, name)
      guard part.count <= range.count else { continue }
      if text.has(part, at: name == "startswith" ? range.lowerBound : range.upperBound - part.count) { return true }
    }
    return false
  }

  /// The part of a text that `start` and `end` name.
  private func textRange(
    _ text: JinjaText, _ start: JinjaValue?, _ end: JinjaValue?, _ name: String
  ) throws(ChatTemplateError) -> Range<Int> {
    func place(_ value: JinjaValue?, _ absent: Int) throws(ChatTemplateError) -> Int {
      if case JinjaValue.none? = value { return absent }
      let number = try whole(value, absent, name)
      return min(max(0, number < 0 ? number + text.count : number), text.count)
    }
    let lower = try place(start, 0)
    return lower..<max(lower, try place(end, text.count))
  }

  func replaced(_ text: JinjaText, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, ["old", "new", "count"], required: 2, "replace")
    let old = try neededText(values[0], "replace")
    let new = try neededText(values[1], "replace")
    let most = try whole(values[2], -1, "replace")
    return .text(try replaced(text, old, new, limit: most < 0 ? Int.max : most))
  }

  func replaced(
    _ text: JinjaText, _ old: JinjaText, _ new: JinjaText, limit: Int
  ) throws(ChatTemplateError) -> JinjaText {
    let starts = text.occurrences(of: old, limit: limit)
    try step(starts.count)
    try make(text.count + (try exact(starts.count.multipliedReportingOverflow(by: new.count))))
    return text.replacing(old, at: starts, with: new)
  }

  /// Values in one text with a separator between them; `strictly` takes texts alone.
  func joined(
    _ values: [JinjaValue], _ separator: JinjaText, strictly: Bool = false
  ) throws(ChatTemplateError) -> JinjaText {
    var result = JinjaText()
    for (place, value) in values.enumerated() {
      let text = strictly ? try neededText(value, "join") : try self.text(of: value)
      try make(text.count + separator.count)
      if place > 0 { result.units += separator.units }
      result.units += text.units
    }
    return result
  }

  private func searched(
    _ name: String, _ text: JinjaText, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, ["part", "start", "end"], required: 1, name)
    let part = try neededText(values[0], name)
    let range = try textRange(text, values[1], values[2], name)
    guard !part.isEmpty else { throw unsupported("'\(name)' of an empty text") }
    if name == "count" { return .integer(JinjaSearch(part).starts(in: text, range).count) }
    let isLast = name.hasPrefix("r")
    let starts = JinjaSearch(part).starts(in: text, range, overlapping: isLast, limit: isLast ? .max : 1)
    if let place = isLast ? starts.last : starts.first { return .integer(place) }
    guard name.hasSuffix("find") else { throw failure("'\(name)' finds nothing") }
    return .integer(-1)
  }

  private func partitioned(
    _ name: String, _ text: JinjaText, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    let separator = try neededText(bind(given, ["sep"], required: 1, name)[0], name)
    guard !separator.isEmpty else { throw failure("'\(name)' by an empty text") }
    let isFirst = name == "partition"
    let parts = isFirst ? text.split(separator, limit: 1) : text.splitFromRight(separator, limit: 1)
    let all =
      parts.count == 2
      ? [parts[0], separator, parts[1]]
      : isFirst ? [text, JinjaText(), JinjaText()] : [JinjaText(), JinjaText(), text]
    return .tuple(try pieces(all, text))
  }

  private func padded(_ name: String, _ text: JinjaText, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, name == "zfill" ? ["width"] : ["width", "fillchar"], required: 1, name)
    let width = try whole(values[0], 0, name)
    let fill = name == "zfill" ? "0" : try optionalText(values.last ?? nil, name) ?? " "
    guard name == "zfill" || values[1] == nil || fill.count == 1 else {
      throw failure("'\(name)' fills with one character")
    }
    guard width > text.count else { return .text(text) }
    try make(width)
    let missing = width - text.count
    func filling(_ count: Int) -> [UInt32] { Array(repeating: fill.units[0], count: count) }
    switch name {
    case "ljust": return .text(JinjaText(units: text.units + filling(missing)))
    case "rjust": return .text(JinjaText(units: filling(missing) + text.units))
    case "center":
      let left = missing / 2 + (missing & width & 1)
      return .text(JinjaText(units: filling(left) + text.units + filling(missing - left)))
    default:
      let signs = !text.isEmpty && [43, 45].contains(text.units[0] & ~JinjaText.mark) ? 1 : 0
      return .text(JinjaText(units: text.units.prefix(signs) + filling(missing) + text.units.dropFirst(signs)))
    }
  }
}
