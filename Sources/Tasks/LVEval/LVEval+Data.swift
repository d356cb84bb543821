import JSON

extension LVEval {
  /// Eleven datasets at five lengths, and the two files of the repository.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "LV-Eval",
    source: "huggingface.co/datasets/Infinigence/LVEval and github.com/infinigence/LVEval (config.py, metrics.py)",
    takes: "the unpacked .jsonl files, and the repository's checkout for the prompts",
    wantsImport: true,
    files: LVEvalDataset.allCases.flatMap { dataset in
      LVEvalDataset.levels.map { KnownFile(name: "\(dataset.rawValue)_\($0).jsonl", rows: dataset.officialRowCount) }
    } + [KnownFile(name: "config.py"), KnownFile(name: "metrics.py")]
  ) { row in
    RowRule.missing(row, texts: ["input", "context"], lists: ["answers"])
  }
}
