import JSON

extension HELMET {
  /// The files that the datasets read; those of classification as JSONL with `text` and `label`.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "HELMET",
    source: "huggingface.co/datasets/princeton-nlp/HELMET (data.tar.gz) and github.com/princeton-nlp/HELMET (data.py, "
      + "prompts/)",
    takes: "the unpacked data/ (or parts of it), and the repository's checkout for the prompts",
    wantsImport: false, files: knownNames.map { KnownFile(name: $0, isArray: $0.hasPrefix("data/alce/")) }
  ) { _ in nil }

  private static let knownNames: [String] = {
    let lengths = HELMETDataset.lengths
    var names = ["niah_multikey_2", "niah_multikey_3", "niah_multivalue"].flatMap { folder in
      lengths.map { "data/ruler/\(folder)/validation_\($0).jsonl" }
    }
    func amounts(_ dataset: HELMETDataset) -> [Int] { lengths.compactMap { dataset.amount(at: $0) } }
    names += amounts(.keyValue).map { "data/json_kv/test_k\($0)_dep6.jsonl" }
    for (set, split, depth) in [("nq", "dev", 6), ("triviaqa", "dev", 6), ("hotpotqa", "dev", 3)] {
      names += amounts(.naturalQuestions).map { "data/kilt/\(set)-\(split)-multikilt_1000_k\($0)_dep\(depth).jsonl" }
      names.append("data/kilt/\(set)-train-multikilt_1000_k3_dep\(depth).jsonl")
    }
    names += ([3] + amounts(.popQA)).map { "data/kilt/popqa_test_1000_k\($0)_dep6.jsonl" }
    names += ([10] + amounts(.rerank)).map { "data/msmarco/test_reranking_data_k\($0)_dep3.jsonl" }
    names += ["asqa", "qampari"].map { "data/alce/\($0)_eval_gtr_top2000.json" }
    names += HELMETDataset.allCases.filter { $0.category == .inContextLearning }.flatMap { dataset in
      ["train", "test"].map { "data/icl/\(dataset.rawValue.dropFirst("icl_".count))/\($0).jsonl" }
    }
    names += ["narrativeqa/train", "narrativeqa/test", "multi_lexsum/train", "multi_lexsum/validation"].map {
      "data/\($0).jsonl"
    }
    names += ["data/multi_lexsum/multi_lexsum_val.jsonl", "data/infbench/longbook_sum_eng_keypoints.jsonl"]
    names += ["scripts/eval_gpt4_longqa.py", "scripts/eval_gpt4_summ.py"]
    return names + ["data.py", "prompts/asqa_revised.json", "prompts/qampari_revised.json"]
  }()
}
