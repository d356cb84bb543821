/// How values are written: Python's `str` and `repr`, and JSON.
extension JinjaRenderer {
  /// Python's `str`.
  func text(of value: JinjaValue) throws(ChatTemplateError) -> JinjaText {
    switch value {
    case .text(let text): return text
    case .undefined: return JinjaText()
    default:
      var text = JinjaText()
      try represent(value, &text)
      return text
    }
  }

  private func append(_ text: String, _ output: inout JinjaText) throws(ChatTemplateError) {
    try make(text.utf8.count)
    output.units += text.unicodeScalars.map(\.value)
  }

  /// Python's `repr`.
  private func represent(_ value: JinjaValue, _ output: inout JinjaText) throws(ChatTemplateError) {
    try step()
    switch value {
    case .undefined: try append("Undefined", &output)
    case .none: try append("None", &output)
    case .bool(let value): try append(value ? "True" : "False", &output)
    case .integer(let value): try append("\(value)", &output)
    // Python writes no sign before a NaN, whose sign bit differences of infinities set.
    case .number(let value): try append(value.isNaN ? "nan" : "\(value)", &output)
    case .text(let text):
      if text.isMarkup { throw unsupported("writing a list or map with safe HTML in it") }
      try represent(text, &output)
    case .list(let items): try represent(items.elements, "[", "]", &output)
    case .tuple(let items): try represent(items.elements, "(", items.elements.count == 1 ? ",)" : ")", &output)
    case .view(let items, let kind):
      try represent(items.elements, "\(kind)([", "])", &output)
    case .dictionary(let dictionary):
      try append("{", &output)
      for (place, pair) in zip(dictionary.keys, dictionary.values).enumerated() {
        if place > 0 { try append(", ", &output) }
        try represent(pair.0, &output)
        try append(": ", &output)
        try represent(pair.1, &output)
      }
      try append("}", &output)
    case .range(let range):
      let step = range.step == 1 ? "" : ", \(range.step)"
      try append("range(\(range.start), \(range.stop)\(step))", &output)
    case .generator, .namespace, .loop, .function:
      throw unsupported("writing a value of type \(value.typeName)")
    }
  }

  private func represent(
    _ elements: [JinjaValue], _ opening: String, _ closing: String, _ output: inout JinjaText
  ) throws(ChatTemplateError) {
    try append(opening, &output)
    for (place, element) in elements.enumerated() {
      if place > 0 { try append(", ", &output) }
      try represent(element, &output)
    }
    try append(closing, &output)
  }

  private func represent(_ text: JinjaText, _ output: inout JinjaText) throws(ChatTemplateError) {
    let plain = text.units.lazy.map { $0 & ~JinjaText.mark }
    let quote: UInt32 = plain.contains(39) && !plain.contains(34) ? 34 : 39
    try make(text.count + 2)
    output.units.append(quote)
    for unit in text.units {
      let value = unit & ~JinjaText.mark
      guard let escape = Self.pythonEscape(value, quote) else {
        output.units.append(unit)
        continue
      }
      try make(escape.utf8.count)
      output.units += escape.unicodeScalars.map { $0.value | unit & JinjaText.mark }
    }
    output.units.append(quote)
  }

  private static func pythonEscape(_ value: UInt32, _ quote: UInt32) -> String? {
    switch value {
    case 92: "\\\\"
    case quote: "\\'"
    case 10: "\\n"
    case 13: "\\r"
    case 9: "\\t"
    case 32..<127: nil
    default:
      JinjaText.scalar(value).isPrintable
        ? nil : value < 0x100 ? "\\x" + hex(value, 2) : value < 0x10000 ? "\\u" + hex(value, 4) : "\\U" + hex(value, 8)
    }
  }

  private static func hex(_ value: UInt32, _ length: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, length - digits.count)) + digits
  }

  // MARK: JSON

  /// How JSON is written.
  struct JSONStyle {
    var isASCII = false
    /// What a level is indented by; nil for everything in one line.
    var indent: JinjaText?
    var itemSeparator: JinjaText = ", "
    var keySeparator: JinjaText = ": "
    var sortsKeys = false
  }

  /// Python's `json.dumps`.
  func json(_ value: JinjaValue, _ style: JSONStyle) throws(ChatTemplateError) -> JinjaText {
    var output = JinjaText()
    try writeJSON(value, style, 0, &output)
    return output
  }

  private func append(_ text: JinjaText, _ output: inout JinjaText) throws(ChatTemplateError) {
    try make(text.count)
    output.units += text.units
  }

  private func writeJSON(
    _ value: JinjaValue, _ style: JSONStyle, _ level: Int, _ output: inout JinjaText
  ) throws(ChatTemplateError) {
    try step()
    switch value {
    case .none: try append("null", &output)
    case .bool(let value): try append(value ? "true" : "false", &output)
    case .integer(let value): try append("\(value)", &output)
    case .number(let value): try append(Self.json(value), &output)
    case .text(let text): try writeJSON(text, style, &output)
    case .list(let items), .tuple(let items):
      let elements = items.elements
      try writeJSON(count: elements.count, "[", "]", style, level, &output) {
        (place, output) throws(ChatTemplateError) in
        try self.writeJSON(elements[place], style, level + 1, &output)
      }
    case .dictionary(let dictionary): try writeJSON(dictionary, style, level, &output)
    default: throw failure("a value of type \(value.typeName) cannot be written as JSON")
    }
  }

  private func writeJSON(
    _ dictionary: JinjaDictionary, _ style: JSONStyle, _ level: Int, _ output: inout JinjaText
  ) throws(ChatTemplateError) {
    var order = Array(dictionary.keys.indices)
    if style.sortsKeys { order = try sorted(order.map { (dictionary.keys[$0], $0) }, isReversed: false) }
    try writeJSON(count: order.count, "{", "}", style, level, &output) { (place, output) throws(ChatTemplateError) in
      try self.writeJSON(self.jsonKey(dictionary.keys[order[place]]), style, &output)
      try self.append(style.keySeparator, &output)
      try self.writeJSON(dictionary.values[order[place]], style, level + 1, &output)
    }
  }

  private func writeJSON(
    count: Int, _ opening: String, _ closing: String, _ style: JSONStyle, _ level: Int, _ output: inout JinjaText,
    _ element: (Int, inout JinjaText) throws(ChatTemplateError) -> Void
  ) throws(ChatTemplateError) {
    try append(opening, &output)
    for place in 0..<count {
      if place > 0 { try append(style.itemSeparator, &output) }
      try writeLineEnd(style, level + 1, &output)
      try element(place, &output)
    }
    if count > 0 { try writeLineEnd(style, level, &output) }
    try append(closing, &output)
  }

  private func writeLineEnd(_ style: JSONStyle, _ level: Int, _ output: inout JinjaText) throws(ChatTemplateError) {
    guard let indent = style.indent else { return }
    try append("\n", &output)
    for _ in 0..<level { try append(indent, &output) }
  }

  private func jsonKey(_ key: JinjaValue) throws(ChatTemplateError) -> JinjaText {
    switch key {
    case .text(let text): return text
    case .none: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return JinjaText("\(value)")
    case .number(let value): return JinjaText(Self.json(value))
    default: throw failure("a value of type \(key.typeName) cannot be a key of JSON")
    }
  }

  private static func json(_ value: Double) -> String {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
  }

  private func writeJSON(
    _ text: JinjaText, _ style: JSONStyle, _ output: inout JinjaText
  ) throws(ChatTemplateError) {
    try make(text.count + 2)
    output.units.append(34)
    for unit in text.units {
      guard let escape = Self.jsonEscape(unit & ~JinjaText.mark, style.isASCII) else {
        output.units.append(unit)
        continue
      }
      try make(escape.utf8.count)
      output.units += escape.unicodeScalars.map { $0.value | unit & JinjaText.mark }
    }
    output.units.append(34)
  }

  private static func jsonEscape(_ value: UInt32, _ isASCII: Bool) -> String? {
    switch value {
    case 34: return "\\\""
    case 92: return "\\\\"
    case 10: return "\\n"
    case 13: return "\\r"
    case 9: return "\\t"
    case 8: return "\\b"
    case 12: return "\\f"
    case 0..<32: return "\\u" + hex(value, 4)
    case 32..<127: return nil
    case 127: return isASCII ? "\\u007f" : nil
    default:
      guard isASCII else { return nil }
      if value < 0x10000 { return "\\u" + hex(value, 4) }
      let offset = value - 0x10000
      return "\\u" + hex(0xd800 + offset >> 10, 4) + "\\u" + hex(0xdc00 + offset & 0x3ff, 4)
    }
  }
}
