/// ROUGE-L as the Python package `rouge` 1.0.1 computes it, the errors of that package included.
///
/// Sentences end at every ".", words are separated by single spaces and case counts. Both sides are *sets* of words:
/// the score is the F of the set of words on the longest common subsequences of all sentence pairs.
/// Its recursive walk through the table fails on long sentences (Python's recursion limit of 1000), and callers such
/// as LongBench turn every failure into 0.
public enum RougePackage {
  /// Why the package gives no score.
  public enum Failure: Error, Hashable, Sendable {
    /// A side has no sentence: it is empty or holds nothing but ".".
    case empty
    /// The walk through a table is longer than Python's recursion limit allows.
    case recursion
  }

  /// Calls that fit below the recursion limit when LongBench's eval.py scores an English dataset (CPython 3.11).
  public static let callsBelowLimit = 991

  /// LongBench's `rouge_score`: ROUGE-L F, and 0 where the package fails.
  public static func longBenchScore(prediction: String, reference: String) -> Double {
    (try? rougeL(CodePoints(prediction), CodePoints(reference), callLimit: callsBelowLimit)) ?? 0
  }

  /// LongBench's `rouge_zh_score`: both sides are cut by jieba and joined by spaces first.
  ///
  /// One more function stands on Python's stack, so one call less fits.
  public static func longBenchChineseScore(prediction: String, reference: String, segmenter: JiebaSegmenter) -> Double {
    func joined(_ text: String) -> CodePoints {
      CodePoints(segmenter.cut(CodePoints(text)).joined(separator: [" "]))
    }
    return (try? rougeL(joined(prediction), joined(reference), callLimit: callsBelowLimit - 1)) ?? 0
  }

  static func rougeL(_ hypothesis: CodePoints, _ reference: CodePoints, callLimit: Int) throws(Failure) -> Double {
    var identifiers: [CodePoints: Int32] = [:]
    let candidate = sentences(hypothesis, &identifiers)
    let gold = sentences(reference, &identifiers)
    guard !candidate.isEmpty, !gold.isEmpty else { throw .empty }
    var union: Set<Int32> = []
    for x in gold {
      for y in candidate { try collect(x, y, callLimit: callLimit, into: &union) }
    }
    let shared = Double(union.count)
    let recall = shared / Double(Set(gold.joined()).count)
    let precision = shared / Double(Set(candidate.joined()).count)
    return 2 * (precision * recall / (precision + recall + 1e-8))
  }

  /// Sentences as lists of word numbers.
  ///
  /// A sentence of white space has one word, the empty one.
  private static func sentences(_ text: CodePoints, _ identifiers: inout [CodePoints: Int32]) -> [[Int32]] {
    text.parts(separatedBy: ".").filter { !$0.isEmpty }.map { sentence in
      let words = sentence.words
      return (words.isEmpty ? [[]] : words).map { word in
        if let known = identifiers[word] { return known }
        let new = Int32(identifiers.count)
        identifiers[word] = new
        return new
      }
    }
  }

  /// Adds the words of the package's longest common subsequence of two sentences.
  ///
  /// Only the last `callLimit` rows and columns of the table can be reached from its end within the limit, so only
  /// their directions are kept: memory does not grow with the product of the lengths.
  private static func collect(
    _ x: [Int32], _ y: [Int32], callLimit: Int, into union: inout Set<Int32>
  ) throws(Failure) {
    guard min(x.count, y.count) < callLimit else { throw .recursion }
    let firstRow = max(0, x.count - callLimit)
    let firstColumn = max(0, y.count - callLimit)
    let width = y.count - firstColumn
    var goesUp = [Bool](repeating: false, count: (x.count - firstRow) * width)
    var above = [Int32](repeating: 0, count: y.count + 1)
    var row = above
    for i in x.indices {
      let word = x[i]
      for j in y.indices {
        row[j + 1] = word == y[j] ? above[j] + 1 : max(above[j + 1], row[j])
      }
      if i >= firstRow {
        for j in firstColumn..<y.count where above[j + 1] > row[j] {
          goesUp[(i - firstRow) * width + j - firstColumn] = true
        }
      }
      swap(&above, &row)
    }
    var i = x.count
    var j = y.count
    var calls = 1
    while i > 0, j > 0 {
      calls += 1
      guard calls <= callLimit else { throw .recursion }
      if x[i - 1] == y[j - 1] {
        union.insert(x[i - 1])
        i -= 1
        j -= 1
      } else if goesUp[(i - 1 - firstRow) * width + j - 1 - firstColumn] {
        i -= 1
      } else {
        j -= 1
      }
    }
  }
}
