/// Numbers as Python's `int` and `float` read them from a text.
enum PythonInteger {
  /// `int(text)`: a sign, digits of any script, single underscores between them; nil where Python raises.
  static func value(_ text: CodePoints) -> Int? {
    var digits = text.stripped[...]
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits.removeFirst() }
    guard let first = digits.first, first != "_", digits.last != "_" else { return nil }
    var value = 0
    var isBehindUnderscore = false
    for scalar in digits {
      if scalar == "_" {
        if isBehindUnderscore { return nil }
        isBehindUnderscore = true
        continue
      }
      isBehindUnderscore = false
      guard let digit = scalar.decimalValue else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, more) = product.addingReportingOverflow(digit)
      // A number that no label holds.
      if overflow || more { return nil }
      value = sum
    }
    return isNegative ? -value : value
  }

  /// `float(text)` of digits with at most one full stop between.
  static func decimal(_ text: CodePoints) -> Double? {
    var plain = ""
    for scalar in text {
      if scalar == "." {
        plain += "."
      } else {
        guard let digit = scalar.decimalValue else { return nil }
        plain += "\(digit)"
      }
    }
    return Double(plain)
  }
}

extension Unicode.Scalar {
  /// The value of a decimal digit of any script; nil for what is none.
  fileprivate var decimalValue: Int? {
    guard isPythonDecimal else { return nil }
    return properties.numericValue.map { Int($0) }
  }
}

extension Array where Element == Unicode.Scalar {
  /// `str.upper()`.
  var uppercased: CodePoints { flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) } }
}
