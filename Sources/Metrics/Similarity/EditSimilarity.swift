/// `fuzz.ratio` of the Python package fuzzywuzzy 0.18, which depends on what else is installed.
public enum EditSimilarity: String, CaseIterable, Sendable {
  /// Without python-Levenshtein: difflib's matching blocks. What LongBench's requirements give.
  case difflib
  /// With python-Levenshtein 0.12 or later: 1 - insertions and deletions / both lengths.
  case indel

  /// The similarity of two texts, a whole number from 0 to 100.
  public func ratio(_ a: String, _ b: String) -> Int { ratio(CodePoints(a), CodePoints(b)) }

  func ratio(_ a: CodePoints, _ b: CodePoints) -> Int {
    if a == b { return 100 }
    guard !a.isEmpty, !b.isEmpty else { return 0 }
    let share: Double
    switch self {
    case .difflib: share = SequenceMatcher(a, b).ratio
    case .indel:
      let total = a.count + b.count
      let distance = total - 2 * LongestCommonSubsequence.length(a, b)
      share = 1 - Double(distance) / Double(total)
    }
    return Int((100 * share).rounded(.toNearestOrEven))
  }
}

/// Python's difflib.SequenceMatcher with its default heuristic for frequent elements.
///
/// Source: CPython, Lib/difflib.py (`find_longest_match`, `get_matching_blocks`, autojunk).
struct SequenceMatcher {
  private let a: CodePoints
  private let b: CodePoints
  private var positions: [Unicode.Scalar: [Int]] = [:]

  init(_ a: CodePoints, _ b: CodePoints) {
    self.a = a
    self.b = b
    for (index, scalar) in b.enumerated() { positions[scalar, default: []].append(index) }
    // autojunk: in a text of 200 or more, what makes up more than 1 % is not used to find matches.
    if b.count >= 200 {
      let limit = b.count / 100 + 1
      positions = positions.filter { $0.value.count <= limit }
    }
  }

  /// Twice the matched elements over both lengths.
  var ratio: Double {
    let total = a.count + b.count
    return total == 0 ? 1 : 2 * Double(matchedCount) / Double(total)
  }

  private struct Block {
    var a: Int
    var b: Int
    var size: Int
  }

  private var matchedCount: Int {
    var queue = [(0..<a.count, 0..<b.count)]
    var matched = 0
    while let (x, y) = queue.popLast() {
      let block = longestMatch(x, y)
      guard block.size > 0 else { continue }
      matched += block.size
      if x.lowerBound < block.a, y.lowerBound < block.b {
        queue.append((x.lowerBound..<block.a, y.lowerBound..<block.b))
      }
      if block.a + block.size < x.upperBound, block.b + block.size < y.upperBound {
        queue.append((block.a + block.size..<x.upperBound, block.b + block.size..<y.upperBound))
      }
    }
    return matched
  }

  private func longestMatch(_ x: Range<Int>, _ y: Range<Int>) -> Block {
    var best = Block(a: x.lowerBound, b: y.lowerBound, size: 0)
    var lengths: [Int: Int] = [:]
    for i in x {
      var next: [Int: Int] = [:]
      for j in positions[a[i]] ?? [] where j >= y.lowerBound {
        if j >= y.upperBound { break }
        let size = (lengths[j - 1] ?? 0) + 1
        next[j] = size
        if size > best.size { best = Block(a: i - size + 1, b: j - size + 1, size: size) }
      }
      lengths = next
    }
    // Frequent elements were not looked up; they may still lengthen the match at both ends.
    while best.a > x.lowerBound, best.b > y.lowerBound, a[best.a - 1] == b[best.b - 1] {
      best.a -= 1
      best.b -= 1
      best.size += 1
    }
    while best.a + best.size < x.upperBound, best.b + best.size < y.upperBound,
      a[best.a + best.size] == b[best.b + best.size]
    {
      best.size += 1
    }
    return best
  }
}
