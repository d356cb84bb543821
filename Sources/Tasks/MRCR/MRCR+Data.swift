import JSON

extension MRCR {
  /// The official rows, exported from the parquet files.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "MRCR", source: "huggingface.co/datasets/openai/mrcr (2025-12)",
    takes: "2needle.jsonl, 4needle.jsonl and 8needle.jsonl: each both of its parquet files as JSONL, one row a line",
    wantsImport: false, files: [2, 4, 8].map { KnownFile(name: "\($0)needle.jsonl") }
  ) { row in
    RowRule.missing(row, texts: ["answer", "random_string_to_prepend"])
      ?? (row["n_needles"]?.number == nil ? "`n_needles` should be a number" : nil)
  }
}
