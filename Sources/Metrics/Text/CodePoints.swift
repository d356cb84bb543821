/// Text as Python's `str` sees it: a sequence of code points, compared one by one.
///
/// Swift's `Character` joins code points and its equality is canonical ("é" in one or two code points is equal), so
/// scorers that must agree with Python to the last digit work on these.
typealias CodePoints = [Unicode.Scalar]

extension Unicode.Scalar {
  /// `str.isspace`, which is also `\s` in a pattern: Zs, and the bidirectional classes WS, B and S.
  var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0d, 0x1c...0x20, 0x85, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000: true
    default: false
    }
  }

  /// `\d` in a pattern: a decimal digit of any script.
  var isPythonDecimal: Bool {
    value < 128 ? (48...57).contains(value) : properties.generalCategory == .decimalNumber
  }

  /// `str.isdigit`: decimal digits and such as superscripts.
  var isPythonDigit: Bool {
    value < 128 ? (48...57).contains(value) : properties.numericType == .decimal || properties.numericType == .digit
  }

  /// `\w` in a pattern: letters, numbers and the underscore.
  var isPythonWord: Bool {
    if value < 128 { return isASCIIAlphanumeric || self == "_" }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .otherNumber:
      return true
    default: return properties.numericType != nil
    }
  }

  /// A letter or digit of ASCII.
  var isASCIIAlphanumeric: Bool {
    switch value {
    case 48...57, 65...90, 97...122: true
    default: false
    }
  }

  /// One of `string.punctuation`.
  var isASCIIPunctuation: Bool {
    switch value {
    case 33...47, 58...64, 91...96, 123...126: true
    default: false
    }
  }
}

extension Array where Element == Unicode.Scalar {
  init(_ text: String) { self = Array(text.unicodeScalars) }

  /// The text of the code points.
  var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: self)
    return String(view)
  }

  /// `str.split()`: the parts between runs of white space.
  var words: [CodePoints] { split(whereSeparator: \.isPythonSpace).map { CodePoints($0) } }

  /// `str.strip()`.
  var stripped: CodePoints {
    guard let first = firstIndex(where: { !$0.isPythonSpace }), let last = lastIndex(where: { !$0.isPythonSpace })
    else {
      return []
    }
    return CodePoints(self[first...last])
  }

  /// `str.split(separator)` for one code point: empty parts are kept.
  func parts(separatedBy separator: Unicode.Scalar) -> [CodePoints] {
    split(separator: separator, omittingEmptySubsequences: false).map { CodePoints($0) }
  }

  /// `str.lower()`.
  var lowercased: CodePoints {
    var result: CodePoints = []
    result.reserveCapacity(count)
    for (index, scalar) in enumerated() {
      switch scalar.value {
      case 65...90: result.append(Unicode.Scalar(UInt8(scalar.value) + 32))
      case 0..<128: result.append(scalar)
      case 0x3a3: result.append(isFinalSigma(at: index) ? "\u{3c2}" : "\u{3c3}")
      default: result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// Unicode's condition for a final sigma: a cased letter before and none after, marks and such aside.
  private func isFinalSigma(at index: Int) -> Bool {
    let before = self[..<index].reversed().first { !$0.properties.isCaseIgnorable }
    let after = self[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }

  /// `needle in self`.
  func contains(_ needle: CodePoints) -> Bool { firstOffset(of: needle) != nil }

  /// The index of the first occurrence of a text; 0 for an empty one.
  func firstOffset(of needle: CodePoints, from start: Int = 0) -> Int? {
    guard let first = needle.first else { return start }
    guard count >= needle.count else { return nil }
    var index = start
    while index <= count - needle.count {
      if self[index] == first, self[index..<index + needle.count].elementsEqual(needle) { return index }
      index += 1
    }
    return nil
  }

  /// `str.split(separator)`.
  func parts(separatedBy separator: CodePoints) -> [CodePoints] {
    guard !separator.isEmpty else { return [self] }
    var parts: [CodePoints] = []
    var start = 0
    while let offset = firstOffset(of: separator, from: start) {
      parts.append(CodePoints(self[start..<offset]))
      start = offset + separator.count
    }
    parts.append(CodePoints(self[start...]))
    return parts
  }

  /// `str.replace(old, new)`.
  func replacing(_ old: String, with new: String) -> CodePoints {
    let parts = parts(separatedBy: CodePoints(old))
    return parts.count == 1 ? self : CodePoints(parts.joined(separator: CodePoints(new)))
  }

  /// `re.findall(r"\d+", self)`.
  var digitRuns: [CodePoints] { split { !$0.isPythonDecimal }.map { CodePoints($0) } }

  /// The first line after leading newlines were taken away: `lstrip("\n").split("\n")[0]`.
  var firstLineAfterNewlines: CodePoints { CodePoints(drop { $0 == "\n" }.prefix { $0 != "\n" }) }
}
