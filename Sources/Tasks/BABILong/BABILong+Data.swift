extension BABILong {
  /// The official files, as far as they are JSON.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "BABILong", source: "huggingface.co/datasets/RMT-team/babilong (data/)",
    takes: "the data set's folder data with qaN/LENGTH.json, 100 rows each", wantsImport: false,
    files: (1...20).flatMap { task in
      lengthNames.map { KnownFile(name: "data/qa\(task)/\($0).json", isArray: true) }
    })

  private static let lengthNames = ["0k"] + (0...9).map { "\(1 << $0)k" } + ["1M", "10M"]
}
