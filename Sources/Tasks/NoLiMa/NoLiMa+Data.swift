extension NoLiMa {
  /// The official files, which their licence gives to a user for research and teaching, and nobody else may pass on.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "NoLiMa",
    source: "huggingface.co/datasets/amodaresi/NoLiMa (Adobe Research License: non-commercial research and teaching "
      + "only, passed on only with the licence; the books have licences of their own)",
    takes: "the data set's folder with needlesets/ and haystack/", wantsImport: false,
    files: ["", "_hard", "_MC", "_ONLYDirect", "_w_CoT", "_w_Distractor"].map {
      KnownFile(name: "needlesets/needle_set\($0).json", isArray: true)
    }
      + ["rand_shuffle", "rand_shuffle_long"].flatMap { folder in
        (1...5).map { KnownFile(name: "haystack/\(folder)/rand_book_\($0).txt") }
      })
}
