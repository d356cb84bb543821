/// Texts at which a generation ends.
enum StopTexts {
  /// The text before the first of them.
  static func cut(_ text: String, at stopTexts: [String]) -> String {
    let ends = stopTexts.compactMap { text.firstRange(of: $0)?.lowerBound }
    return ends.min().map { String(text[..<$0]) } ?? text
  }
}
