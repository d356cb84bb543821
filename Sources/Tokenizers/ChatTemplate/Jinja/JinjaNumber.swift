/// A text that Python's `int` or `float` reads as a number.
struct JinjaNumber {
  /// What `float` makes of it.
  let value: Double
  /// What `int` makes of it; nil where that raises, and where 64 bits do not hold it.
  let whole: Int?
  /// Whether `int` takes it, however large.
  let isWhole: Bool

  /// Reads Python's grammar; nil where both raise.
  ///
  /// White space around, a sign, digits of any script with single underscores between them, a full
  /// stop, an exponent; or `inf`, `infinity` and `nan` in any case.
  init?(_ text: JinjaText) {
    guard let plain = Self.plain(text) else { return nil }
    let unsigned = plain.drop { $0 == "+" || $0 == "-" }
    guard plain.count - unsigned.count <= 1 else { return nil }
    let isNegative = plain.first == "-"
    if let named = Self.named[unsigned.lowercased()] {
      (value, whole, isWhole) = (isNegative ? -named : named, nil, false)
      return
    }
    let parts = unsigned.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let exponent = parts.count > 1 ? Self.exponent(parts[1]) : "0"
    // One side of the full stop may be empty.
    guard let exponent, !mantissa.allSatisfy(\.isEmpty) else { return nil }
    let digits = mantissa.map { $0.isEmpty ? "0" : Self.digits($0) }
    guard !digits.contains(nil), let head = digits[0] else { return nil }
    let tail = digits.count > 1 ? digits[1] ?? "0" : "0"
    guard let value = Double("\(isNegative ? "-" : "")\(head).\(tail)e\(exponent)") else { return nil }
    self.value = value
    isWhole = parts.count == 1 && mantissa.count == 1
    whole = isWhole ? Int((isNegative ? "-" : "") + head) : nil
  }

  private static let named: [String: Double] = ["inf": .infinity, "infinity": .infinity, "nan": .nan]

  /// The text without white space around it, digits of every script as ASCII's; nil with any other letter beyond ASCII.
  private static func plain(_ text: JinjaText) -> String? {
    var plain = ""
    for unit in text.stripped().units {
      let scalar = JinjaText.scalar(unit)
      if scalar.isASCII {
        plain.unicodeScalars.append(scalar)
      } else if scalar.properties.generalCategory == .decimalNumber, let value = scalar.properties.numericValue {
        plain += "\(Int(value))"
      } else {
        return nil
      }
    }
    return plain
  }

  /// Digits without the single underscores between them; nil for anything else.
  private static func digits(_ text: Substring) -> String? {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 48...57 ~= $0 } }) else { return nil }
    return parts.joined()
  }

  private static func exponent(_ text: Substring) -> String? {
    let sign = text.first == "-" ? "-" : ""
    return digits(text.first == "-" || text.first == "+" ? text.dropFirst() : text).map { sign + $0 }
  }
}
