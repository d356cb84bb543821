import JSON
import Metrics

extension LongBench {
  /// The official files.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "LongBench", source: "github.com/THUDM/LongBench (config/) and its data.zip",
    takes: "the repository's checkout, data.zip, or folders of them (both are needed: prompts and rows)",
    wantsImport: true, files: KnownFile.table(LongBenchTable.text)
  ) { row in
    RowRule.missing(row, texts: ["input", "context", "dataset", "language", "_id"], lists: ["answers"])
      ?? (row["length"]?.number == nil ? "`length` should be a number" : nil)
      ?? (row["answers"]?.texts == nil ? "`answers` should be texts" : nil)
  }

  /// The official prediction files.
  public static let predictions: PredictionScorer? = PredictionScorer(name: name, part: .dataset) {
    (dataset, file, options) throws(ScoringError) in
    try BenchmarkScorer.longBench(
      dataset: dataset, predictions: file, isE: options.isByLength, segmenter: options.segmenter)
  }
}
