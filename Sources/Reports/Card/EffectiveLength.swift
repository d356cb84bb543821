/// The ways in which people say up to which length a model works; several, because they disagree.
enum EffectiveLength: CaseIterable {
  /// RULER: the mean is at least what Llama-2-7b-chat has at 4K.
  case ruler
  /// NoLiMa: 85 % of the base score.
  case nolima
  /// BABILong: above 85.
  case babilong
  /// More than half of the score at the shortest length.
  case half

  /// The heading.
  var title: String {
    switch self {
    case .ruler: "at least 85.6"
    case .nolima: "85 % of base"
    case .babilong: "above 85"
    case .half: "half of shortest"
    }
  }

  /// What it says, and whose it is.
  var note: String {
    switch self {
    case .ruler:
      "`at least 85.6`: RULER's rule (the score of Llama-2-7b-chat at 4K), which is meant for the mean of its thirteen "
        + "tasks; its own README departs from it in places"
    case .nolima:
      "`85 % of base`: NoLiMa's rule; the base is the best mean at lengths up to 1024 tokens, here at the shortest length "
        + "where none is so short"
    case .babilong: "`above 85`: what BABILong's paper calls satisfactory"
    case .half: "`half of shortest`: more than half of the score at the shortest measured length; nobody's rule"
    }
  }

  /// A score at a length, 0 to 100.
  typealias Point = (length: Int, score: Double)

  /// What the table says.
  enum Answer: Hashable {
    /// The largest length that passes; `hasGap` where a shorter one does not.
    case length(Int, hasGap: Bool)
    /// Not even the shortest passes.
    case below(Int)

    /// `4096`, `4096*`, `<1024`.
    var text: String {
      switch self {
      case .length(let length, let hasGap): "\(length)\(hasGap ? "*" : "")"
      case .below(let length): "<\(length)"
      }
    }
  }

  /// The effective length of measured points; nil without points.
  ///
  /// - Parameter points: one for each length, in any order.
  /// - Returns: the largest length that passes.
  func answer(_ points: [Point]) -> Answer? {
    let points = points.sorted { $0.length < $1.length }
    guard let shortest = points.first else { return nil }
    let base = points.prefix { $0.length <= 1024 }.map(\.score).max() ?? shortest.score
    func passes(_ score: Double) -> Bool {
      switch self {
      // RULER's table has one decimal.
      case .ruler: (score * 10).rounded() >= 856
      case .nolima: base > 0 && score >= 0.85 * base
      case .babilong: score > 85
      case .half: shortest.score > 0 && (score > shortest.score / 2)
      }
    }
    guard let last = points.last(where: { passes($0.score) }) else { return .below(shortest.length) }
    return .length(last.length, hasGap: points.contains { $0.length < last.length && !passes($0.score) })
  }
}
