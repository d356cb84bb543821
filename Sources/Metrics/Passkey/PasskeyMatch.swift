/// The scorer of passkey retrieval.
public enum PasskeyMatch {
  /// 1 when the first run of ASCII digits in the output is exactly the key, else 0.
  ///
  /// - Parameters:
  ///   - output: the generated text.
  ///   - key: the digits that were hidden.
  /// - Returns: 1 or 0.
  public static func score(output: String, key: String) -> Double {
    let digits = output.utf8.drop { !isDigit($0) }.prefix { isDigit($0) }
    return Array(digits) == Array(key.utf8) && !key.isEmpty ? 1 : 0
  }

  /// 1 when the output, white space at its start aside, begins with the key; more digits may follow.
  public static func prefixScore(output: String, key: String) -> Double {
    let text = output.unicodeScalars.drop { $0.properties.isWhitespace }
    return !key.isEmpty && text.starts(with: key.unicodeScalars) ? 1 : 0
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
