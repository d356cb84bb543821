/// Reads the number that an answer ends with, as the field does for GSM8K.
public enum NumberAnswer {
  /// The number behind the first `####` of an answer, without commas; nil where there is none.
  ///
  /// Source: lm-evaluation-harness, tasks/gsm8k, filter strict-match (`#### (\-?[0-9\.\,]+)`).
  public static func strict(_ text: String) -> String? {
    let scalars = Array(text.unicodeScalars)
    let mark = Array("#### ".unicodeScalars)
    guard scalars.count > mark.count else { return nil }
    for start in 0...(scalars.count - mark.count) where Array(scalars[start..<start + mark.count]) == mark {
      var end = start + mark.count
      if end < scalars.count, scalars[end] == "-" { end += 1 }
      let first = end
      while end < scalars.count, isDigit(scalars[end]) || ".,".unicodeScalars.contains(scalars[end]) { end += 1 }
      if end > first { return cleaned(scalars[(start + mark.count)..<end]) }
    }
    return nil
  }

  /// The last number of an answer, without commas, currency sign and full stop; nil where there is none.
  ///
  /// Source: lm-evaluation-harness, tasks/gsm8k, filter flexible-extract
  /// (`(-?[$0-9.,]{2,})|(-?[0-9]+)`, last match).
  public static func last(_ text: String) -> String? {
    let scalars = Array(text.unicodeScalars)
    var found: ArraySlice<Unicode.Scalar>?
    var start = 0
    while start < scalars.count {
      let first = scalars[start] == "-" ? start + 1 : start
      var end = first
      while end < scalars.count, isDigit(scalars[end]) || "$.,".unicodeScalars.contains(scalars[end]) { end += 1 }
      let isNumber = end - first >= 2 || end - first == 1 && isDigit(scalars[first])
      if isNumber { found = scalars[start..<end] }
      start = isNumber ? end : start + 1
    }
    return found.map(cleaned)
  }

  /// 1 where two numbers are spelled alike without commas, currency sign and full stop at the end, else 0.
  public static func isEqual(_ answer: String?, _ reference: String) -> Double {
    answer == cleaned(reference.unicodeScalars) && answer != nil ? 1 : 0
  }

  private static func cleaned(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars.filter { $0 != "," && $0 != "$" })
    if text.last == "." { text.removeLast() }
    return String(text)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (48...57).contains(scalar.value) }
}
