/// Guesses at the word that was meant.
public enum Suggestion {
  /// The candidate that was probably meant by a mistyped word; nil where none is near.
  ///
  /// Near is at most 3 edits away, and at most half of the word's letters (one for the shortest). The first of equally
  /// near ones is taken.
  ///
  /// - Parameters:
  ///   - word: what was typed, of any length.
  ///   - candidates: the words that exist.
  /// - Returns: the nearest candidate.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    let limit = min(3, max(1, word.count / 2))
    var best: (candidate: String, distance: Int)?
    // A word whose length differs by more is farther away than that; a long one costs no table.
    for candidate in candidates where abs(candidate.count - word.count) <= limit {
      let distance = editDistance(word, candidate)
      if distance <= limit, best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// `; did you mean sweep?`, or nothing where no candidate is near.
  public static func hint(for word: String, among candidates: [String]) -> String {
    nearest(to: word, among: candidates).map { "; did you mean \($0)?" } ?? ""
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours that turn one text into the other,
  /// letters' case aside (optimal string alignment: no part is edited twice).
  public static func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a.lowercased())
    let b = Array(b.lowercased())
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
        row.append(best)
      }
      (beforePrevious, previous) = (previous, row)
    }
    return previous[b.count]
  }
}
