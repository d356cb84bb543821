import JSON

extension ScorerRegistry {
  /// The scorers that read rows with fields of their own, in the order of the documentation.
  public static let rowScorers: [RowScorer] =
    ruler + babilong + nolima + mrcr + longBenchV2 + infiniteBench + helmet + lvEval

  /// The benchmarks that have such scorers, with how many there are: `babilong/ (20)`.
  public static var rowFamilies: [String] {
    var families: [(name: String, count: Int)] = []
    for scorer in rowScorers {
      let parts = scorer.name.split(separator: "/", maxSplits: 1)
      let name = parts.count == 2 ? "\(parts[0])/" : scorer.name
      if let index = families.firstIndex(where: { $0.name == name }) {
        families[index].count += 1
      } else {
        families.append((name, 1))
      }
    }
    return families.map { $0.name.hasSuffix("/") ? "\($0.name) (\($0.count))" : $0.name }
  }

  /// The scorer of rows of a name.
  public static func rowScorer(named name: String) -> RowScorer? { rowScorers.first { $0.name == name } }
}
