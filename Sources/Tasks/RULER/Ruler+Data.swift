extension Ruler {
  /// The files that a user may bring: wordings, questions, words.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "RULER", source: "github.com/NVIDIA/RULER (scripts/data/synthetic), SQuAD, HotpotQA",
    takes: "the repository's checkout with squad.json and hotpotqa.json in scripts/data/synthetic/json, or those files",
    wantsImport: false,
    files: [
      KnownFile(name: "constants.py"), KnownFile(name: "variable_tracking.py"), KnownFile(name: "squad.json"),
      KnownFile(name: "hotpotqa.json", isArray: true), KnownFile(name: "english_words.json"),
    ])
}
