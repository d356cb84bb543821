import Foundation
import JSON

/// Where the files of a dataset of HELMET lie.
struct HELMETFiles: Sendable {
  /// The folder that holds data/, or data/ itself.
  let path: String
  /// The folder of InfiniteBench's files; nil without.
  let infiniteBench: String?

  /// The rows of a dataset.
  struct Source: Sendable {
    /// The rows that are asked.
    let rows: RowFile<HELMETRow>
    /// The rows that examples are taken from; nil where the rows have their own, or none.
    let examples: RowFile<HELMETRow>?
    /// Documents or shots; nil where the file says it.
    let amount: Int?
    /// What a judge looks for in a summary, or why it cannot be read, which concerns only who has a judge; nil where the
    /// file is not there.
    var keyPoints: Result<RowFile<HELMETRow>, TaskError>?
  }

  private static let need = "it should come from HELMET's data.tar.gz (data/)"

  /// Opens the files of a dataset at a length.
  ///
  /// - Parameters:
  ///   - dataset: the dataset.
  ///   - length: prompt and new tokens; of a length that HELMET does not have, the largest file that is named for no
  ///     more tokens than it, or the smallest there is.
  /// - Returns: the files.
  /// - Throws: `TaskError`.
  func source(_ dataset: HELMETDataset, length: Int) throws(TaskError) -> Source {
    let amount = dataset.amount(at: length)
    switch dataset {
    case .rulerMultikey2: return try needles("niah_multikey_2", length)
    case .rulerMultikey3: return try needles("niah_multikey_3", length)
    case .rulerMultivalue: return try needles("niah_multivalue", length)
    case .keyValue:
      return Source(
        rows: try rows("json_kv/test_k", amount, "_dep6.jsonl", length: length), examples: nil, amount: nil)
    case .naturalQuestions: return try kilt("nq-dev-multikilt", "nq-train-multikilt", depth: 6, amount, length)
    case .triviaQA: return try kilt("triviaqa-dev-multikilt", "triviaqa-train-multikilt", depth: 6, amount, length)
    case .hotpotQA: return try kilt("hotpotqa-dev-multikilt", "hotpotqa-train-multikilt", depth: 3, amount, length)
    case .popQA: return try kilt("popqa_test", "popqa_test", depth: 6, amount, length)
    case .rerank:
      return Source(
        rows: try rows("msmarco/test_reranking_data_k", amount, "_dep3.jsonl", length: length),
        examples: try open(folder + "/msmarco/test_reranking_data_k10_dep3.jsonl"), amount: amount)
    case .asqa, .qampari:
      let name = dataset.rawValue.dropFirst("alce_".count)
      return Source(
        rows: try open("\(folder)/alce/\(name)_eval_gtr_top2000.json"), examples: nil,
        amount: amount ?? documents(length))
    case .narrativeQA:
      return Source(
        rows: try open(folder + "/narrativeqa/test.jsonl"), examples: try open(folder + "/narrativeqa/train.jsonl"),
        amount: nil)
    case .lawSummary:
      return Source(
        rows: try open(folder + "/multi_lexsum/validation.jsonl"),
        examples: try open(folder + "/multi_lexsum/train.jsonl"), amount: nil, keyPoints: keyPoints(dataset))
    case .bookQuestion, .bookChoice, .bookSummary:
      guard let infiniteBench else {
        throw .setting(
          key: "infinitebench", found: "missing",
          expected: "the folder of InfiniteBench's files, for \(dataset.rawValue)")
      }
      let name =
        switch dataset {
        case .bookQuestion: "longbook_qa_eng"
        case .bookSummary: "longbook_sum_eng"
        default: "longbook_choice_eng"
        }
      return Source(
        rows: try open("\(infiniteBench)/\(name).jsonl"), examples: nil, amount: nil,
        keyPoints: dataset == .bookSummary ? keyPoints(dataset) : nil)
    case .trecCoarse, .trecFine, .banking77, .clinic150, .nlu:
      let name = dataset.rawValue.dropFirst("icl_".count)
      return Source(
        rows: try open("\(folder)/icl/\(name)/test.jsonl"), examples: try open("\(folder)/icl/\(name)/train.jsonl"),
        amount: amount ?? max(1, length / 20))
    }
  }

  /// About as many documents as fit, of a length that HELMET does not have.
  private func documents(_ length: Int) -> Int { max(1, length / 256) }

  private var folder: String {
    FileManager.default.fileExists(atPath: path + "/data") ? path + "/data" : path
  }

  private func open(_ path: String) throws(TaskError) -> RowFile<HELMETRow> {
    try RowFile(path, need: Self.need, byteLimit: LineReader.byteLimitOfBooks) { (fields) throws(RowFieldProblem) in
      HELMETRow(fields)
    }
  }

  /// The file of HELMET's archive that holds the key points of a dataset's summaries.
  func keyPointsPath(_ dataset: HELMETDataset) -> String {
    folder
      + (dataset == .lawSummary
        ? "/multi_lexsum/multi_lexsum_val.jsonl" : "/infbench/longbook_sum_eng_keypoints.jsonl")
  }

  private func keyPoints(_ dataset: HELMETDataset) -> Result<RowFile<HELMETRow>, TaskError>? {
    let path = keyPointsPath(dataset)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return Result { () throws(TaskError) in try open(path) }
  }

  private func needles(_ name: String, _ length: Int) throws(TaskError) -> Source {
    Source(
      rows: try rows("ruler/\(name)/validation_", length, ".jsonl", length: length), examples: nil, amount: nil)
  }

  private func kilt(
    _ name: String, _ examples: String, depth: Int, _ amount: Int?, _ length: Int
  ) throws(TaskError) -> Source {
    Source(
      rows: try rows("kilt/\(name)_1000_k", amount, "_dep\(depth).jsonl", length: length),
      examples: try open("\(folder)/kilt/\(examples)_1000_k3_dep\(depth).jsonl"), amount: nil)
  }

  /// The file of an amount; of another length one of those that are there.
  private func rows(
    _ beginning: String, _ amount: Int?, _ end: String, length: Int
  ) throws(TaskError) -> RowFile<HELMETRow> {
    let wanted = "\(folder)/\(beginning)\(amount.map { "\($0)" } ?? "N")\(end)"
    if amount != nil, FileManager.default.fileExists(atPath: wanted) || HELMETDataset.lengths.contains(length) {
      return try open(wanted)
    }
    let url = URL(fileURLWithPath: "\(folder)/\(beginning)")
    let prefix = url.lastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)) ?? []
    let amounts = names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(end) }
      .compactMap { Int($0.dropFirst(prefix.count).dropLast(end.count)) }
    // k3 and k10 of the same folder are examples.
    guard let chosen = amounts.filter({ $0 > 3 && $0 <= max(length, 4) }).max() else { return try open(wanted) }
    return try open("\(folder)/\(beginning)\(chosen)\(end)")
  }
}

/// A row of any of HELMET's files; its loader knows what should be in it.
struct HELMETRow: Sendable {
  let value: JSONValue
  let line: Int

  init(_ fields: RowFields) {
    value = fields.value
    line = fields.line
  }

  /// A field as a prompt shows it.
  func shown(_ key: String) -> String? { value[key]?.shown }

  /// The fields that are texts or numbers.
  static func fields(_ value: JSONValue) -> [String: String] {
    Dictionary(value.keys.compactMap { key in value[key]?.shown.map { (key, $0) } }) { $1 }
  }
}
