import Store

/// How many samples of some cells were planned, and what became of them.
struct SampleCounts {
  let planned: Int
  let stored: Int
  let failed: Int
  /// Neither stored nor failed.
  let missing: Int
  /// Stored without a value for the table's metric.
  let unscored: Int

  init(_ cells: [LoadedCell]) {
    planned = cells.reduce(0) { $0 + $1.record.sampleCount }
    stored = cells.reduce(0) { $0 + $1.samples.count }
    failed = cells.reduce(0) { $0 + $1.failures.count }
    missing = cells.reduce(0) { $0 + $1.missingCount }
    unscored = cells.reduce(0) { $0 + $1.unscoredCount }
  }
}
