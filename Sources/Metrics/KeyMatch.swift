/// Scoring of a key that a model must repeat.
public enum KeyMatch {
  /// The first maximal run of ASCII digits in a text; nil when there is none.
  public static func firstDigitRun(in output: String) -> String? {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let run = output.utf8.drop { !digits.contains($0) }.prefix { digits.contains($0) }
    return run.isEmpty ? nil : String(decoding: Array(run), as: UTF8.self)
  }

  /// Whether the first run of digits in the output is exactly the key: `12345` in `The key is 12345.`, but not in
  /// `123456` nor in `1 12345`.
  public static func isExact(output: String, key: String) -> Bool { firstDigitRun(in: output) == key }

  /// Whether the output, white space at its start aside, begins with the key; more digits may follow.
  public static func isPrefix(output: String, key: String) -> Bool {
    !key.isEmpty && output.unicodeScalars.drop { $0.properties.isWhitespace }.starts(with: key.unicodeScalars)
  }
}
