import Foundation
import Text

/// jieba's dictionary as a prefix tree with the logarithms of the words' frequencies.
struct JiebaDictionary: Sendable {
  /// Children by (node << 21 | code point); node 0 is the root.
  private var children: [UInt64: Int32] = [:]
  /// Frequency per node; 0 for a node that is only the beginning of words.
  private var frequencies: [Int] = [0]
  private var logFrequencies: [Double] = []
  /// The logarithm of the sum of all frequencies.
  private(set) var logTotal = 0.0

  /// Reads dict.txt: a word, its frequency and its part of speech per line.
  init(path: String) throws(JiebaError) {
    guard let bytes = try? WholeFile.bytes(path) else {
      throw .damaged(path: path, line: nil, problem: "the file is missing or cannot be read; reinstall jieba")
    }
    children.reserveCapacity(600_000)
    var total = 0
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let fields = line.split(separator: UInt8(ascii: " "))
      if fields.isEmpty { continue }
      guard fields.count >= 2, let frequency = JiebaDictionary.integer(fields[1]) else {
        throw .damaged(path: path, line: number, problem: "expected a word and its frequency")
      }
      insert(CodePoints(String(decoding: fields[0], as: UTF8.self)), frequency)
      total += frequency
    }
    guard total > 0 else { throw .damaged(path: path, line: nil, problem: "it holds no words") }
    logTotal = log(Double(total))
    logFrequencies = frequencies.map { log(Double(max(1, $0))) }
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int? {
    Int(String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)).flatMap {
      (0...1 << 40).contains($0) ? $0 : nil
    }
  }

  private mutating func insert(_ word: CodePoints, _ frequency: Int) {
    var node: Int32 = 0
    for scalar in word {
      let key = UInt64(node) << 21 | UInt64(scalar.value)
      if let child = children[key] {
        node = child
      } else {
        let child = Int32(frequencies.count)
        children[key] = child
        frequencies.append(0)
        node = child
      }
    }
    frequencies[Int(node)] = frequency
  }

  /// The node of a code point after a node; nil where no word goes on so.
  func child(of node: Int32, _ scalar: Unicode.Scalar) -> Int32? {
    children[UInt64(node) << 21 | UInt64(scalar.value)]
  }

  /// Whether the path to a node is a word.
  func isWord(_ node: Int32) -> Bool { frequencies[Int(node)] > 0 }

  /// The logarithm of a word's frequency, 0 for what is no word.
  func logFrequency(_ node: Int32) -> Double { logFrequencies[Int(node)] }

  /// Whether a whole text is a word.
  func contains(_ text: some Sequence<Unicode.Scalar>) -> Bool {
    var node: Int32 = 0
    for scalar in text {
      guard let child = child(of: node, scalar) else { return false }
      node = child
    }
    return isWord(node)
  }
}
