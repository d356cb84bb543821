/// ROUGE as the Python package `rouge_score` 0.1.2 computes it, with or without stemming.
///
/// Words are runs of a-z and 0-9 of the lower-cased text. ROUGE-Lsum takes lines as sentences.
public struct GoogleROUGE: Hashable, Sendable {
  /// F of single words.
  public let rouge1: Double
  /// F of pairs of words.
  public let rouge2: Double
  /// F of the longest common subsequence.
  public let rougeL: Double
  /// F of the union of longest common subsequences, line by line.
  public let rougeLsum: Double
  /// Recall of `rougeL`.
  public let rougeLRecall: Double
  /// Recall of `rougeLsum`.
  public let rougeLsumRecall: Double

  /// The scores of one pair, 0 to 1.
  ///
  /// - Parameters:
  ///   - prediction: the model's text.
  ///   - reference: the accepted text.
  ///   - stems: whether words of more than three letters are cut to their stems (`use_stemmer`).
  public init(prediction: String, reference: String, stems: Bool = false) {
    var identifiers: [CodePoints: Int32] = [:]
    let prediction = CodePoints(prediction)
    let reference = CodePoints(reference)
    let words = GoogleROUGE.identifiers(prediction, stems, &identifiers)
    let goldWords = GoogleROUGE.identifiers(reference, stems, &identifiers)
    rouge1 = GoogleROUGE.gramF(words.map { [$0] }, goldWords.map { [$0] })
    rouge2 = GoogleROUGE.gramF(GoogleROUGE.pairs(words), GoogleROUGE.pairs(goldWords))
    if words.isEmpty || goldWords.isEmpty {
      (rougeL, rougeLRecall) = (0, 0)
    } else {
      let length = Double(LongestCommonSubsequence.length(goldWords, words))
      rougeLRecall = length / Double(goldWords.count)
      rougeL = GoogleROUGE.f(length / Double(words.count), rougeLRecall)
    }
    func lines(_ text: CodePoints) -> [[Int32]] {
      text.parts(separatedBy: "\n").filter { !$0.isEmpty }.map { GoogleROUGE.identifiers($0, stems, &identifiers) }
    }
    (rougeLsum, rougeLsumRecall) = GoogleROUGE.summary(lines(prediction), lines(reference))
  }

  /// The words of a text as `rouge_score` sees them.
  static func words(_ text: CodePoints, stems: Bool) -> [CodePoints] {
    text.lowercased.split { !$0.isASCIIAlphanumeric }.map { part in
      stems && part.count > 3 ? PorterStemmer.stem(CodePoints(part)) : CodePoints(part)
    }
  }

  private static func identifiers(
    _ text: CodePoints, _ stems: Bool, _ identifiers: inout [CodePoints: Int32]
  ) -> [Int32] {
    words(text, stems: stems).map { word in
      if let known = identifiers[word] { return known }
      let new = Int32(identifiers.count)
      identifiers[word] = new
      return new
    }
  }

  private static func pairs(_ words: [Int32]) -> [[Int32]] {
    zip(words, words.dropFirst()).map { [$0, $1] }
  }

  private static func f(_ precision: Double, _ recall: Double) -> Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  private static func gramF(_ prediction: [[Int32]], _ reference: [[Int32]]) -> Double {
    var counts: [[Int32]: Int] = [:]
    for gram in reference { counts[gram, default: 0] += 1 }
    var shared = 0
    for gram in prediction {
      if let count = counts[gram], count > 0 {
        counts[gram] = count - 1
        shared += 1
      }
    }
    return f(Double(shared) / Double(max(1, prediction.count)), Double(shared) / Double(max(1, reference.count)))
  }

  private static func summary(_ prediction: [[Int32]], _ reference: [[Int32]]) -> (f: Double, recall: Double) {
    let predictionCount = prediction.reduce(0) { $0 + $1.count }
    let referenceCount = reference.reduce(0) { $0 + $1.count }
    guard predictionCount > 0, referenceCount > 0 else { return (0, 0) }
    var left: [Int32: Int] = [:]
    var goldLeft: [Int32: Int] = [:]
    for word in prediction.joined() { left[word, default: 0] += 1 }
    for word in reference.joined() { goldLeft[word, default: 0] += 1 }
    var hits = 0
    for line in reference {
      var positions: Set<Int> = []
      for candidate in prediction { positions.formUnion(LongestCommonSubsequence.positions(line, candidate)) }
      for position in positions.sorted() {
        let word = line[position]
        guard let a = left[word], a > 0, let b = goldLeft[word], b > 0 else { continue }
        hits += 1
        left[word] = a - 1
        goldLeft[word] = b - 1
      }
    }
    let recall = Double(hits) / Double(referenceCount)
    return (f(Double(hits) / Double(predictionCount), recall), recall)
  }
}

/// Longest common subsequences.
enum LongestCommonSubsequence {
  /// The length only: two rows of memory.
  static func length<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
    var above = [Int32](repeating: 0, count: b.count + 1)
    var row = above
    for x in a {
      for j in b.indices { row[j + 1] = x == b[j] ? above[j] + 1 : max(above[j + 1], row[j]) }
      swap(&above, &row)
    }
    return Int(above[b.count])
  }

  /// The positions in `a` of the subsequence that `rouge_score` reads out of its table.
  static func positions(_ a: [Int32], _ b: [Int32]) -> [Int] {
    let width = b.count + 1
    var table = [Int32](repeating: 0, count: (a.count + 1) * width)
    for i in a.indices {
      for j in b.indices {
        table[(i + 1) * width + j + 1] =
          a[i] == b[j]
          ? table[i * width + j] + 1 : max(table[i * width + j + 1], table[(i + 1) * width + j])
      }
    }
    var positions: [Int] = []
    var i = a.count
    var j = b.count
    while i > 0, j > 0 {
      if a[i - 1] == b[j - 1] {
        positions.append(i - 1)
        i -= 1
        j -= 1
      } else if table[i * width + j - 1] > table[(i - 1) * width + j] {
        j -= 1
      } else {
        i -= 1
      }
    }
    return positions
  }
}
