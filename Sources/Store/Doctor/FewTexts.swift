/// The first few of many texts, and how many there were: a damaged store can have a problem in every row.
struct FewTexts {
  /// Texts that are kept; of more only the number is said.
  static let shownCount = 5
  private(set) var count = 0
  private(set) var shown: [String] = []

  /// Takes one more; it is not even made where it would not be shown.
  mutating func append(_ text: @autoclosure () -> String) {
    if shown.count < Self.shownCount { shown.append(text()) }
    count += 1
  }

  /// The texts in one line, and the number of the others.
  var line: String {
    shown.joined(separator: "; ") + (count > shown.count ? "; and \(count - shown.count) more" : "")
  }
}
