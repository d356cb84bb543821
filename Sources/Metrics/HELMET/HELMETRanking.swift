import Foundation

/// HELMET's scores of a ranking of documents.
///
/// Source: princeton-nlp/HELMET, data.py (`parse_rankings`) and utils.py (`calculate_retrieval_metrics`, by trec_eval).
public struct HELMETRanking: Hashable, Sendable {
  /// The ids in the order in which they were named, repeated ones once.
  public let ids: [String]

  /// Reads a ranking out of a reply: the longest chain of numbers with `>` between, after brackets, colons and every
  /// `id` were taken out; a reply without digits is one unknown id.
  public init(reading output: String) {
    let brackets: Set<Unicode.Scalar> = ["[", "]", ":"]
    let text = CodePoints(output).filter { !brackets.contains($0) }.lowercased.replacing("id", with: "")
    let chain = Self.longestChain(text)
    guard !chain.isEmpty else {
      ids = [text.text]
      return
    }
    var seen: Set<CodePoints> = []
    ids = chain.parts(separatedBy: ">").map(\.stripped).filter { part in
      part.allSatisfy(\.isPythonDigit) && !part.isEmpty && seen.insert(part).inserted
    }.map(\.text)
  }

  private static func longestChain(_ text: CodePoints) -> CodePoints {
    var longest: CodePoints = []
    var index = 0
    func afterSpaces(_ start: Int) -> Int { text[start...].firstIndex { !$0.isPythonSpace } ?? text.count }
    func afterDigits(_ start: Int) -> Int { text[start...].firstIndex { !$0.isPythonDecimal } ?? text.count }
    while index < text.count {
      guard text[index].isPythonDecimal else {
        index += 1
        continue
      }
      let start = index
      index = afterDigits(index)
      while true {
        let mark = afterSpaces(index)
        guard mark < text.count, text[mark] == ">" else { break }
        let next = afterSpaces(mark + 1)
        guard next < text.count, text[next].isPythonDecimal else { break }
        index = afterDigits(next)
      }
      if index - start > longest.count { longest = CodePoints(text[start..<index]) }
    }
    return longest
  }

  /// The scores against judged documents, rounded to five decimals as HELMET does for each row.
  ///
  /// - Parameters:
  ///   - labels: the relevance of each document, 0 for none.
  ///   - documentCount: how many documents the prompt holds; no cut-off is larger.
  /// - Returns: NDCG, MAP, Recall and P at each cut-off, then MRR and the number of predictions.
  public func scores(labels: [String: Int], documentCount: Int) -> [(name: String, value: Double)] {
    let gains = ids.map { max(0, labels[$0] ?? 0) }
    let relevant = labels.values.count { $0 >= 1 }
    let ideal = labels.values.filter { $0 > 0 }.sorted(by: >)
    let cuts = [1, 5, 10, 20, 50, 100, 200, 500, 1000].filter { $0 <= documentCount }
    var result: [(name: String, value: Double)] = []
    func add(_ name: String, _ value: (Int) -> Double) {
      for cut in cuts { result.append(("\(name)@\(cut)", PythonRounding.round(value(cut), 5))) }
    }
    func share(_ count: Double) -> Double { relevant > 0 ? count / Double(relevant) : 0 }
    add("NDCG") { cut in
      let best = Self.discounted(ideal.prefix(cut))
      return best > 0 ? Self.discounted(gains.prefix(cut)) / best : 0
    }
    add("MAP") { cut in
      var hits = 0
      var sum = 0.0
      for (index, gain) in gains.prefix(cut).enumerated() where gain >= 1 {
        hits += 1
        sum += Double(hits) / Double(index + 1)
      }
      return share(sum)
    }
    add("Recall") { cut in share(Double(gains.prefix(cut).count { $0 >= 1 })) }
    add("P") { cut in Double(gains.prefix(cut).count { $0 >= 1 }) / Double(cut) }
    let first = gains.firstIndex { $0 >= 1 }
    result.append(("MRR", PythonRounding.round(first.map { 1 / Double($0 + 1) } ?? 0, 5)))
    result.append(("num_preds", Double(ids.count)))
    return result
  }

  private static func discounted(_ gains: some Sequence<Int>) -> Double {
    gains.enumerated().reduce(0) { $0 + Double($1.element) / log2(Double($1.offset + 2)) }
  }
}
