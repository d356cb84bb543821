import JSON

extension LongBenchV2 {
  /// The one file of rows and the five prompts.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "LongBench-v2",
    source: "huggingface.co/datasets/THUDM/LongBench-v2 (data.json) and github.com/THUDM/LongBench (prompts/)",
    takes: "data.json, and the repository's checkout or its folder prompts/",
    wantsImport: true,
    files: [KnownFile(name: "data.json", rows: 503, isArray: true)]
      + LongBenchV2Setting.allFileNames.map { KnownFile(name: "prompts/\($0)") }
  ) { row in
    RowRule.missing(
      row,
      texts: ["_id", "domain", "difficulty", "length", "question", "answer", "context"]
        + LongBenchV2Row.letters.map { "choice_\($0)" })
  }
}
