/// The methods of Python's `str` that make one text of another.
extension JinjaText {
  /// White space as Python counts it.
  static func isSpace(_ unit: UInt32) -> Bool {
    let value = unit & ~mark
    if value < 0x80 { return value == 32 || 9...13 ~= value || 28...31 ~= value }
    return scalar(value).properties.isWhitespace
  }

  /// Without white space, or without the scalars of `set`, at the ends.
  func stripped(_ set: JinjaText? = nil, left: Bool = true, right: Bool = true) -> JinjaText {
    let chosen = set.map { Set($0.units.map { $0 & ~Self.mark }) }
    func goes(_ unit: UInt32) -> Bool { chosen?.contains(unit & ~Self.mark) ?? Self.isSpace(unit) }
    var start = 0
    var end = count
    while left, start < end, goes(units[start]) { start += 1 }
    while right, end > start, goes(units[end - 1]) { end -= 1 }
    return part(start..<end)
  }

  /// Whether the text has another at an index.
  func has(_ other: JinjaText, at start: Int) -> Bool {
    guard start >= 0, other.count <= count - start else { return false }
    for index in other.units.indices where (units[start + index] ^ other.units[index]) & ~Self.mark != 0 {
      return false
    }
    return true
  }

  /// The parts between occurrences of a separator that is not empty, cut at most `limit` times from the left.
  func split(_ separator: JinjaText, limit: Int = .max) -> [JinjaText] {
    cut(at: JinjaSearch(separator).starts(in: self, 0..<count, limit: limit), separator.count)
  }

  /// The same, cut from the right.
  func splitFromRight(_ separator: JinjaText, limit: Int) -> [JinjaText] {
    let backwards = JinjaText(units: separator.units.reversed())
    let starts = JinjaSearch(backwards).starts(in: JinjaText(units: units.reversed()), 0..<count, limit: limit)
    return cut(at: starts.reversed().map { count - $0 - separator.count }, separator.count)
  }

  private func cut(at starts: [Int], _ length: Int) -> [JinjaText] {
    var parts: [JinjaText] = []
    var start = 0
    for end in starts {
      parts.append(part(start..<end))
      start = end + length
    }
    parts.append(part(start..<count))
    return parts
  }

  /// The parts between runs of white space, without empty ones; cut at most `limit` times.
  func words(limit: Int = .max) -> [JinjaText] {
    var words: [JinjaText] = []
    var index = 0
    while true {
      while index < count, Self.isSpace(units[index]) { index += 1 }
      guard index < count else { return words }
      var end = index
      if words.count >= limit {
        words.append(part(index..<count))
        return words
      }
      while end < count, !Self.isSpace(units[end]) { end += 1 }
      words.append(part(index..<end))
      index = end
    }
  }

  /// The same, cut from the right.
  func wordsFromRight(limit: Int) -> [JinjaText] {
    let backwards = JinjaText(units: units.reversed(), isMarkup: isMarkup).words(limit: limit)
    return backwards.reversed().map { JinjaText(units: $0.units.reversed(), isMarkup: isMarkup) }
  }

  /// The lines, with their ends where asked.
  func lines(keepingEnds: Bool = false) -> [JinjaText] {
    var lines: [JinjaText] = []
    var start = 0
    var index = 0
    while index < count {
      let value = units[index] & ~Self.mark
      let isEnd = [0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029].contains(value)
      let end = index
      index += 1
      guard isEnd else { continue }
      if value == 0x0d, index < count, units[index] & ~Self.mark == 0x0a { index += 1 }
      lines.append(part(start..<(keepingEnds ? index : end)))
      start = index
    }
    if start < count { lines.append(part(start..<count)) }
    return lines
  }

  /// The starts of the parts that `replace` exchanges.
  func occurrences(of old: JinjaText, limit: Int) -> [Int] {
    if old.isEmpty { return Array((0...count).prefix(limit)) }
    return JinjaSearch(old).starts(in: self, 0..<count, limit: limit)
  }

  /// With `new` in place of `old` at the places that `occurrences` found.
  func replacing(_ old: JinjaText, at starts: [Int], with new: JinjaText) -> JinjaText {
    var result: [UInt32] = []
    var index = 0
    for start in starts {
      result += units[index..<start]
      result += new.units
      index = start + old.count
    }
    result += units[index...]
    return JinjaText(units: result, isMarkup: isMarkup)
  }

  /// The scalars at indices, in their order.
  func slice(_ indices: [Int]) -> JinjaText {
    JinjaText(units: indices.map { units[$0] }, isMarkup: isMarkup)
  }
}

// MARK: - Letters

extension JinjaText {
  private func mapped(_ change: (Unicode.Scalar, Int) -> String) -> JinjaText {
    var result: [UInt32] = []
    result.reserveCapacity(count)
    for (index, unit) in units.enumerated() {
      for scalar in change(Self.scalar(unit), index).unicodeScalars { result.append(scalar.value | unit & Self.mark) }
    }
    return JinjaText(units: result, isMarkup: isMarkup)
  }

  private func lower(_ scalar: Unicode.Scalar, _ index: Int) -> String {
    scalar == "\u{3a3}" ? finalSigma(index) : scalar.properties.lowercaseMapping
  }

  /// A capital sigma at the end of a word becomes the final letter.
  private func finalSigma(_ index: Int) -> String {
    func cased(_ indices: some Sequence<Int>) -> Bool {
      for index in indices {
        let properties = scalar(index).properties
        if !properties.isCaseIgnorable { return properties.isCased }
      }
      return false
    }
    return cased((0..<index).reversed()) && !cased(index + 1..<count) ? "\u{3c2}" : "\u{3c3}"
  }

  var lowercased: JinjaText { mapped { lower($0, $1) } }
  var uppercased: JinjaText { mapped { scalar, _ in scalar.properties.uppercaseMapping } }
  var capitalized: JinjaText { mapped { $1 == 0 ? $0.properties.titlecaseMapping : lower($0, $1) } }
  var swappedCase: JinjaText {
    mapped { scalar, index in
      scalar.properties.isUppercase
        ? lower(scalar, index) : scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
    }
  }
  /// Python's `str.title`: a cased letter begins a word unless one stands before it.
  var titled: JinjaText {
    mapped { scalar, index in
      let follows = index > 0 && self.scalar(index - 1).properties.isCased
      return follows ? lower(scalar, index) : scalar.properties.titlecaseMapping
    }
  }

  /// Whether there is a scalar and all of them pass.
  func all(_ passes: (Unicode.Scalar) -> Bool) -> Bool {
    !isEmpty && units.allSatisfy { passes(Self.scalar($0)) }
  }

  var isLower: Bool {
    let cased = units.map(Self.scalar).filter { $0.properties.isCased }
    return !cased.isEmpty && cased.allSatisfy { $0.properties.isLowercase }
  }
  var isUpper: Bool {
    let cased = units.map(Self.scalar).filter { $0.properties.isCased }
    return !cased.isEmpty && cased.allSatisfy { $0.properties.isUppercase }
  }
}

extension Unicode.Scalar {
  /// A letter as Python counts it.
  var isPythonLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }
  /// A digit that a decimal number is written with.
  var isDecimal: Bool { properties.numericType == .decimal }
  /// A digit in any form.
  var isDigit: Bool { properties.numericType == .decimal || properties.numericType == .digit }
  /// Anything that counts.
  var isNumeric: Bool { properties.numericType != nil }
  /// Whether `repr` writes it as it is.
  var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: self == " "
    default: true
    }
  }
}
