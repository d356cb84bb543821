import Evaluation
import JSON

/// A current result's scoring that has lost scores: what is left of it would be a sample that a cell's number leaves out.
public struct IncompleteScoring: Hashable, Sendable {
  /// The scoring's row.
  public let scoring: ScoringID
  /// A sample whose result it is; empty where it is no result.
  public let sampleID: String
  /// What is missing, in words.
  public let problem: String

  /// All of it in a line.
  var words: String {
    "scoring \(scoring.rawValue)" + (sampleID.isEmpty ? "" : ", sample \(sampleID)") + ": \(problem)"
  }
}

extension ResultStore {
  /// The scorings of current results that have lost scores; a sweep makes them again from the evaluations.
  ///
  /// No row says how many scores a scoring had. Their ordinals have no gaps, a perplexity has what it is made of, and
  /// scorings of one protocol and scorer, of samples of one place in the grid whose facts have the same names, have
  /// scores of the same names in the same order, but for a sample that could not be scored at all, which has one score
  /// with the reason: a list that is the beginning of another one has lost its end.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func incompleteScorings() throws(StoreError) -> [IncompleteScoring] {
    try locked { (connection) throws(StoreError) in try incompleteScorings(connection) }
  }

  /// The same; with `all` also scorings that are no current results and have gaps.
  func incompleteScorings(_ connection: Connection, all: Bool = false) throws(StoreError) -> [IncompleteScoring] {
    var search = IncompleteScoringSearch(connection)
    try search.readScores()
    try search.readCells()
    try search.readResults(all: all)
    return try search.found()
  }
}

/// A search under way.
private struct IncompleteScoringSearch {
  /// The names of a scoring's scores in order.
  private struct Shape: Hashable {
    /// With a separator behind each.
    let names: String
    /// True for one score without a value, which stands for all.
    let isReason: Bool

    var list: [Substring] { names.split(separator: IncompleteScoringSearch.separator) }

    /// The first name that another shape has behind all of this one's; nil where it does not begin with them.
    func lost(of other: Shape) -> Substring? {
      guard !isReason, names.utf8.count < other.names.utf8.count, other.names.utf8.starts(with: names.utf8) else {
        return nil
      }
      return other.list[list.count]
    }
  }

  /// What scorings have in common whose scores have the same names.
  private struct Kind: Hashable {
    let place: Int
    let scorer: String
  }

  private struct Place: Hashable {
    let task: String
    let settings: String
    let coordinates: Coordinates
  }

  private static let separator: Character = "\u{1f}"
  private let connection: Connection
  private var shapes: [Shape] = []
  private var shapeOf: [Int64: Int] = [:]
  private var problems: [Int64: String] = [:]
  private var places: [Int64: (number: Int, isPerplexity: Bool)] = [:]
  private var kinds: [Kind: [Int: [Int64]]] = [:]

  init(_ connection: Connection) { self.connection = connection }

  /// Reads the names of all scores; gaps between them are found here.
  mutating func readScores() throws(StoreError) {
    var numbers: [Shape: Int] = [:]
    try connection.forEachRow(
      """
      SELECT scoring, count(*), min(ordinal), max(ordinal), count(value), group_concat(metric || char(31), '')
      FROM (SELECT scoring, ordinal, metric, value FROM scores ORDER BY scoring, ordinal) GROUP BY scoring
      """
    ) { row in
      let (id, count) = (row.integer(0), row.integer(1))
      if row.integer(2) != 0 || row.integer(3) != count - 1 {
        problems[id] = "of its scores \(count) are there, numbered from \(row.text(2)) to \(row.text(3))"
        return
      }
      let shape = Shape(names: row.text(5), isReason: count == 1 && row.integer(4) == 0)
      let number = numbers[shape] ?? shapes.count
      if number == shapes.count {
        numbers[shape] = number
        shapes.append(shape)
      }
      shapeOf[id] = number
    }
  }

  /// Reads where cells lie in the grid; those that cannot be read are damage of their own.
  mutating func readCells() throws(StoreError) {
    var numbers: [Place: Int] = [:]
    try connection.forEachRow("SELECT id, record FROM cells") { row in
      guard let record = Encoding.decoded(CellRecord.self, row.text(1)) else { return }
      let place = Place(task: record.task, settings: record.settings, coordinates: record.coordinates)
      let number = numbers[place] ?? numbers.count
      numbers[place] = number
      places[row.integer(0)] = (number, record.metrics.contains { $0.aggregation == .perplexity })
    }
  }

  /// Sorts the scorings of current results by their kind.
  mutating func readResults(all: Bool) throws(StoreError) {
    let gaps = problems
    if !all { problems = [:] }
    try connection.forEachRow(
      """
      SELECT r.cell, r.scoring, s.protocol || char(31) || s.scorer_version
      FROM results r JOIN scorings s ON s.id = r.scoring WHERE r.current = 1
      """
    ) { row in
      let id = row.integer(1)
      guard let place = places[row.integer(0)], problems[id] == nil else { return }
      guard let number = shapeOf[id] else {
        problems[id] = gaps[id] ?? "it has no score"
        return
      }
      if place.isPerplexity, !shapes[number].isReason {
        let names = shapes[number].list
        let lost = [PerplexityParts.sum, PerplexityParts.counts.tokens].first { !names.contains($0[...]) }
        if let lost {
          problems[id] = Self.words(lost)
          return
        }
      }
      kinds[Kind(place: place.number, scorer: row.text(2)), default: [:]][number, default: []].append(id)
    }
  }

  /// Compares scorings of a kind with each other.
  mutating func found() throws(StoreError) -> [IncompleteScoring] {
    for scorings in kinds.values where scorings.count > 1 {
      for (number, ids) in scorings {
        for (other, whole) in scorings {
          guard let lost = shapes[number].lost(of: shapes[other]) else { continue }
          let facts = Set(try whole.map { (id) throws(StoreError) in try factNames(id) })
          for id in ids where problems[id] == nil {
            if facts.contains(try factNames(id)) { problems[id] = Self.words(String(lost)) }
          }
        }
      }
    }
    var found: [IncompleteScoring] = []
    for (id, problem) in problems.sorted(by: { $0.key < $1.key }) {
      let sample = try connection.first(
        "SELECT sample_id FROM results WHERE scoring = ? ORDER BY current DESC, id LIMIT 1", [.integer(id)]
      ) { $0.text(0) }
      found.append(IncompleteScoring(scoring: ScoringID(id), sampleID: sample ?? "", problem: problem))
    }
    return found
  }

  private static func words(_ lost: String) -> String { "its score \(lost.prefix(80)) is not there" }

  /// The names of a scoring's facts.
  private func factNames(_ id: Int64) throws(StoreError) -> Set<String> {
    let text = try connection.first("SELECT facts FROM scorings WHERE id = ?", [.integer(id)]) { $0.text(0) }
    return Set(JSONValue(json: text ?? "")?.keys ?? [])
  }
}
