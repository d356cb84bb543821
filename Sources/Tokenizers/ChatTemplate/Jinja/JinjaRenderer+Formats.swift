import Foundation

/// Python's two ways of putting values into a text: `'%s' % x` and `'{}'.format(x)`.
extension JinjaRenderer {
  // MARK: Percent

  func percentFormatted(_ format: JinjaText, _ argument: JinjaValue) throws(ChatTemplateError) -> JinjaText {
    if format.isMarkup { throw unsupported("'%' of safe HTML") }
    var arguments = [argument]
    if case .tuple(let items) = argument { arguments = items.elements }
    var used = 0
    var usesNames = false
    var result = JinjaText()
    var reader = FormatReader(format)
    while let unit = reader.next() {
      try make(1)
      guard unit & ~JinjaText.mark == 37 else {
        result.units.append(unit)
        continue
      }
      let value: JinjaValue?
      if let name = reader.name() {
        guard case .dictionary(let dictionary) = argument else { throw failure("a format with names needs a map") }
        usesNames = true
        value = dictionary[name]
      } else {
        value = used < arguments.count ? arguments[used] : nil
      }
      guard let field = reader.percentField() else { throw unsupported("a format with this '%'") }
      if field.type == "%" {
        result.units.append(37)
        continue
      }
      used += usesNames ? 0 : 1
      guard let value else { throw failure("a format has more fields than values") }
      let text = try percent(value, field)
      try make(text.count)
      result.units += text.units
    }
    switch argument {
    // Python takes what has elements by index for a map, whose values need not all be used.
    case .dictionary, .list, .range: return result
    default:
      guard usesNames || used == arguments.count else { throw failure("a format has fewer fields than values") }
      return result
    }
  }

  private func percent(_ value: JinjaValue, _ field: FormatField) throws(ChatTemplateError) -> JinjaText {
    var field = field
    switch field.type {
    case "s", "r":
      if field.align == nil { field.align = ">" }
      var text = try field.type == "s" ? self.text(of: value) : self.text(of: .list(items([value])))
      if field.type == "r" { text = text.part(1..<text.count - 1) }
      field.fill = 32
      return try padded(field.precision.map { text.part(0..<min($0, text.count)) } ?? text, field, isNumber: false)
    case "d", "i", "u":
      guard let number = value.wholeNumber ?? value.real.flatMap({ Int(exactly: $0.rounded(.towardZero)) }) else {
        throw failure("'%d' needs a number, not a value of type \(value.typeName)")
      }
      field.type = "d"
      return try formatted(.integer(number), field)
    default: return try formatted(value, field)
    }
  }

  // MARK: Braces

  func formatted(_ format: JinjaText, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaText {
    var result = JinjaText()
    var reader = FormatReader(format)
    var numbering = FieldNumbering()
    while let unit = reader.next() {
      try make(1)
      let value = unit & ~JinjaText.mark
      guard value == 123 || value == 125 else {
        result.units.append(unit)
        continue
      }
      if reader.take(value) {
        result.units.append(unit)
        continue
      }
      guard value == 123, let field = reader.braces() else { throw failure("a format has a brace that stands alone") }
      let text = try braced(field, given, &numbering)
      try make(text.count)
      result.units += text.units
    }
    return result
  }

  private func braced(
    _ field: JinjaText, _ given: JinjaGiven, _ numbering: inout FieldNumbering
  ) throws(ChatTemplateError) -> JinjaText {
    let name = field.string
    guard !name.contains("{"), !name.contains("!"), !name.contains("[") else {
      throw unsupported("a format with the field '{\(name)}'")
    }
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var value: JinjaValue
    if let first = path.first, !first.isEmpty, Int(first) == nil {
      guard let found = given.keywords.first(where: { $0.name == first }) else {
        throw failure("a format's field '\(first)' is not given")
      }
      value = found.value
    } else {
      // Python before 3.14 finds no value for '.x', and later ones number it.
      if path.count > 1, path[0].isEmpty { throw unsupported("a format with the field '{\(name)}'") }
      guard let place = numbering.place(of: path[0], isAlone: path.count == 1) else {
        throw failure("a format numbers some fields and leaves others to be numbered")
      }
      guard given.positional.indices ~= place else { throw failure("a format has more fields than values") }
      value = given.positional[place]
    }
    for part in path.dropFirst() { value = try attribute(JinjaText(String(part)), of: value) }
    guard parts.count == 2, !parts[1].isEmpty else { return try text(of: value) }
    guard var spec = FormatField(specification: JinjaText(String(parts[1]))) else {
      throw unsupported("the format '\(parts[1])'")
    }
    if case .text(let text) = value, ["", "s"].contains(spec.type) {
      if spec.isZeroPadded { throw unsupported("the format '\(parts[1])'") }
      if spec.align == nil { spec.align = "<" }
      return try padded(spec.precision.map { text.part(0..<min($0, text.count)) } ?? text, spec, isNumber: false)
    }
    return try formatted(value, spec)
  }

  // MARK: Numbers

  private func formatted(_ value: JinjaValue, _ field: FormatField) throws(ChatTemplateError) -> JinjaText {
    let digits: String
    let isNegative: Bool
    switch value {
    case .integer(let number) where ["", "d", "x", "X", "o", "b"].contains(field.type) && field.precision == nil:
      let radix = ["x": 16, "X": 16, "o": 8, "b": 2][field.type] ?? 10
      digits = String(number.magnitude, radix: radix, uppercase: field.type == "X")
      isNegative = number < 0
    case .bool, .integer, .number:
      guard let number = value.real, number.isFinite, ["f", "F", "e", "E", "g", "G"].contains(field.type) else {
        fallthrough
      }
      let precision = field.precision ?? 6
      digits = String(format: "%.\(precision)\(field.type)", abs(number))
      isNegative = number.sign == .minus
    default: throw unsupported("the format '\(field.type)' of a value of type \(value.typeName)")
    }
    let sign = isNegative ? "-" : field.sign
    return try padded(JinjaText(sign + (field.isGrouped ? Self.grouped(digits) : digits)), field, isNumber: true)
  }

  /// Digits with a comma before every three of them.
  private static func grouped(_ digits: String) -> String {
    let whole = digits.prefix { $0.isNumber }
    var result = ""
    for (place, digit) in whole.enumerated() {
      if place > 0, (whole.count - place) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result + digits.dropFirst(whole.count)
  }

  private func padded(
    _ text: JinjaText, _ field: FormatField, isNumber: Bool
  ) throws(ChatTemplateError) -> JinjaText {
    guard field.width > text.count else { return text }
    try make(field.width)
    let filling = Array(repeating: field.fill, count: field.width - text.count)
    switch field.align ?? (field.isZeroPadded ? "=" : ">") {
    case "<": return JinjaText(units: text.units + filling)
    case "^":
      let left = filling.count / 2
      return JinjaText(units: filling.prefix(left) + text.units + filling.dropFirst(left))
    case "=":
      let sign = text.units.prefix { $0 == 43 || $0 == 45 || $0 == 32 }
      return JinjaText(units: sign + filling + text.units.dropFirst(sign.count))
    default: return JinjaText(units: filling + text.units)
    }
  }
}

/// Which value a field without a name means: fields have numbers of their own, or are counted, and not both.
private struct FieldNumbering {
  private var next = 0
  private var isByHand = false

  /// The value's place; nil where a format mixes both ways.
  ///
  /// A field with a part of its value behind the number takes no side in Python.
  mutating func place(of field: Substring, isAlone: Bool) -> Int? {
    // Python takes digits alone for a place: of `{+1}` it looks for a name.
    if field.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(field) {
      guard isAlone else { return number }
      guard next == 0 else { return nil }
      isByHand = true
      return number
    }
    guard !isByHand else { return nil }
    next += 1
    return next - 1
  }
}

/// How a value is written.
private struct FormatField {
  var fill: UInt32 = 32
  var align: String?
  var sign = ""
  var isZeroPadded = false
  var isGrouped = false
  var width = 0
  var precision: Int?
  var type = ""

  init() {}

  /// Python's `[[fill]align][sign][0][width][,][.precision][type]`; nil for anything else.
  init?(specification: JinjaText) {
    var reader = FormatReader(specification)
    let aligns: [UInt32: String] = [60: "<", 62: ">", 94: "^", 61: "="]
    if let second = reader.peek(1), let align = aligns[second], let first = reader.peek(0) {
      (fill, self.align) = (first, align)
      _ = (reader.next(), reader.next())
    } else if let first = reader.peek(0), let align = aligns[first] {
      self.align = align
      _ = reader.next()
    }
    if reader.take(43) { sign = "+" } else if reader.take(32) { sign = " " } else { _ = reader.take(45) }
    if reader.take(48) { (isZeroPadded, fill) = (true, align == nil ? 48 : fill) }
    guard let width = reader.number() else { return nil }
    self.width = width
    isGrouped = reader.take(44)
    if reader.take(46) {
      guard let first = reader.peek(0), 48...57 ~= first, let precision = reader.number() else { return nil }
      self.precision = precision
    }
    if let unit = reader.next() { type = String(JinjaText.scalar(unit)) }
    guard reader.peek(0) == nil else { return nil }
  }
}

/// Goes through a format.
private struct FormatReader {
  private let text: JinjaText
  private var place = 0

  init(_ text: JinjaText) { self.text = text }

  /// The scalar some places on, without its mark.
  func peek(_ distance: Int) -> UInt32? {
    place + distance < text.count ? text.units[place + distance] & ~JinjaText.mark : nil
  }

  mutating func next() -> UInt32? {
    guard place < text.count else { return nil }
    place += 1
    return text.units[place - 1]
  }

  mutating func take(_ unit: UInt32) -> Bool {
    guard peek(0) == unit else { return false }
    place += 1
    return true
  }

  /// Digits as a number, 0 without any; nil for more than a thousand.
  mutating func number() -> Int? {
    var value = 0
    while let unit = peek(0), 48...57 ~= unit {
      value = value * 10 + Int(unit) - 48
      if value > 1000 { return nil }
      place += 1
    }
    return value
  }

  /// `(name)` behind a percent sign.
  mutating func name() -> JinjaText? {
    guard peek(0) == 40, let end = (place..<text.count).first(where: { text.units[$0] == 41 }) else { return nil }
    let name = text.part(place + 1..<end)
    place = end + 1
    return name
  }

  /// Flags, width, precision and type behind a percent sign; nil for what is not supported.
  mutating func percentField() -> FormatField? {
    var field = FormatField()
    while let unit = peek(0), [45, 43, 32, 48].contains(unit) {
      place += 1
      switch unit {
      case 45: field.align = "<"
      case 43: field.sign = "+"
      case 32: field.sign = field.sign.isEmpty ? " " : field.sign
      default: field.isZeroPadded = true
      }
    }
    guard let width = number() else { return nil }
    field.width = width
    if take(46) {
      guard let precision = number() else { return nil }
      field.precision = precision
    }
    guard let unit = next() else { return nil }
    field.type = String(JinjaText.scalar(unit))
    if field.isZeroPadded, field.align == nil { field.fill = 48 }
    let types = ["s", "r", "d", "i", "u", "f", "F", "e", "E", "g", "G", "x", "X", "o", "%"]
    return types.contains(field.type) ? field : nil
  }

  /// What stands up to the closing brace, which is taken.
  mutating func braces() -> JinjaText? {
    guard let end = (place..<text.count).first(where: { text.units[$0] & ~JinjaText.mark == 125 }) else { return nil }
    let field = text.part(place..<end)
    place = end + 1
    return field
  }
}
