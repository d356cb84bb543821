/// What scoring a file of predictions gives.
public struct BenchmarkScore: Sendable, Encodable {
  /// A named part of a score.
  public struct Part: Hashable, Sendable {
    /// The name, for example `rouge1` or `0-4k`.
    public let name: String
    /// The value on the score's scale; nil where nothing belongs to the part or it cannot be scored.
    public let value: Double?

    /// A part.
    public init(_ name: String, _ value: Double?) {
      self.name = name
      self.value = value
    }
  }

  /// The benchmark: `longbench`, `leval`, `lost-in-the-middle` or `pairs`.
  public let benchmark: String
  /// The dataset, task or metric.
  public let task: String
  /// The metric that was applied.
  public let metric: String
  /// The score on the benchmark's own scale and rounded as it rounds; nil when there is none, see `notes`.
  public let score: Double?
  /// The number of rows that the score is made of.
  public let rowCount: Int
  /// Per scored row, in the order of the file, 0 to 1; nil for a row without a score.
  public let scores: [Double?]
  /// The parts of each row's score, where rows have several metrics; empty otherwise.
  public let rowParts: [[Part]?]
  /// Parts of the score, in a fixed order.
  public let parts: [Part]
  /// LongBench-E's length buckets, in order; empty otherwise.
  public let buckets: [Part]
  /// Rows that were left out.
  public let problems: [RowProblem]
  /// What a reader must know: variants, missing data, deviations.
  public let notes: [String]

  init(
    benchmark: String, task: String, metric: String, score: Double?, scores: [Double?], parts: [Part] = [],
    buckets: [Part] = [], problems: [RowProblem] = [], notes: [String] = [], rowCount: Int? = nil,
    rowParts: [[Part]?] = []
  ) {
    self.benchmark = benchmark
    self.task = task
    self.metric = metric
    self.score = score
    self.rowParts = rowParts
    let several = rowParts.count { $0 != nil }
    self.rowCount = rowCount ?? scores.count { $0 != nil } + several
    self.scores = scores
    self.parts = parts
    self.buckets = buckets
    self.problems = problems
    self.notes = notes
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// The score as JSON: `score`, `n`, `scores`, `parts` and, where there are any, `buckets`; null for what is missing.
  ///
  /// - Parameter encoder: any encoder of keyed values.
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(benchmark, forKey: Key("benchmark"))
    try container.encode(task, forKey: Key("task"))
    try container.encode(metric, forKey: Key("metric"))
    try container.encode(score, forKey: Key("score"))
    try container.encode(rowCount, forKey: Key("n"))
    if rowParts.isEmpty {
      try container.encode(scores, forKey: Key("scores"))
    } else {
      var rows = container.nestedUnkeyedContainer(forKey: Key("scores"))
      for (index, parts) in rowParts.enumerated() {
        guard let parts else {
          try rows.encode(scores[index])
          continue
        }
        var row = rows.nestedContainer(keyedBy: Key.self)
        for part in parts { try row.encode(part.value, forKey: Key(part.name)) }
      }
    }
    if benchmark == "pairs" { try container.encode(score, forKey: Key("mean")) }
    for (name, values) in [("parts", parts), ("buckets", buckets)] where name == "parts" || !values.isEmpty {
      var nested = container.nestedContainer(keyedBy: Key.self, forKey: Key(name))
      for part in values { try nested.encode(part.value, forKey: Key(part.name)) }
    }
    try container.encode(problems, forKey: Key("problems"))
    try container.encode(notes, forKey: Key("notes"))
  }
}
