/// Which store brought which rows in a merge of several: a target that is new has nothing of its own to name.
struct MergeOrigins {
  /// The first rows that a store may have brought in, in the order of the merge.
  private var firsts: [(path: String, evaluation: Int64, scoring: Int64)] = []

  /// Notes that what is inserted from here on is of a store.
  mutating func begin(_ path: String, _ connection: Connection) throws(StoreError) {
    let evaluation = try connection.first("SELECT max(id) FROM evaluations") { $0.integer(0) } ?? 0
    let scoring = try connection.first("SELECT max(id) FROM scorings") { $0.integer(0) } ?? 0
    firsts.append((path, evaluation + 1, scoring + 1))
  }

  /// The store that brought an evaluation; nil for one that the target had before.
  func origin(of evaluation: EvaluationID) -> String? {
    firsts.last { $0.evaluation <= evaluation.rawValue }?.path
  }

  /// The store that brought a scoring; nil for one that the target had before.
  func origin(of scoring: ScoringID) -> String? { firsts.last { $0.scoring <= scoring.rawValue }?.path }
}
