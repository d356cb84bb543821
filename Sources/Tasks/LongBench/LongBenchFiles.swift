import Digest
import Evaluation
import Foundation
import JSON
import Metrics

/// The files of one dataset of LongBench that a configuration asks for.
struct LongBenchSource: Sendable {
  /// The dataset.
  let dataset: LongBenchDataset
  /// Its name in tables and files: with `_e` for LongBench-E.
  let name: String
  /// The rows.
  let file: RowFile<LongBenchRow>
  /// The class names of the last row, which the official program takes for all rows.
  let allClasses: [String]?
  /// The prompt.
  let prompt: BraceTemplate
  /// The generation limit.
  let maxNewTokens: Int
}

/// Where the files of LongBench lie: the official checkout (LongBench/config beside data/), or a folder with data/ and
/// config/, or a folder of .jsonl files with config/ in it or beside it.
struct LongBenchFiles {
  /// SHA-256 of the official dataset2prompt.json, THUDM/LongBench, git blob 1c85f6bc.
  static let officialPrompts = "56d22ad4f382169c2b8a11ff4c982a4a1bea096c8152b0f0b85b64686b157c30"
  /// SHA-256 of the official dataset2maxlen.json.
  static let officialLimits = "72966b3c0933e214591637fb085798c5e687ebff4ddaab5d99bbc31120532022"

  private static let need =
    "it should come from LongBench's repository (config/) and its data.zip (data/); `se-eval data import` arranges them"

  /// The datasets.
  let sources: [LongBenchSource]
  /// The two configuration files.
  let configuration: [DataFile]
  /// Whether both are the official ones.
  let isOfficial: Bool

  /// Opens the files of datasets.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - config: the folder of the two configuration files; nil to look for it.
  ///   - datasets: the datasets.
  ///   - isE: whether LongBench-E's files are meant.
  /// - Throws: `TaskError` for a file that is missing or damaged.
  init(path: String, config: String?, datasets: [LongBenchDataset], isE: Bool) throws(TaskError) {
    let folders =
      config.map { [$0] } ?? ["", "/LongBench", "/LongBench/LongBench", "/.."].map { "\(path)\($0)/config" }
    let promptsPath = Self.first(folders.map { "\($0)/dataset2prompt.json" })
    let limitsPath = Self.first(folders.map { "\($0)/dataset2maxlen.json" })
    let prompts = try Self.object(promptsPath)
    let limits = try Self.object(limitsPath)
    var sources: [LongBenchSource] = []
    for dataset in datasets {
      guard let text = prompts.value[dataset.name]?.text else {
        throw .damagedData(path: promptsPath, line: nil, problem: "it has no prompt, a text, for \(dataset.name)")
      }
      guard let prompt = BraceTemplate(text), Set(prompt.fields).isSubset(of: ["context", "input"]) else {
        throw .damagedData(
          path: promptsPath, line: nil,
          problem: "the prompt of \(dataset.name) has other fields in braces than {context} and {input}")
      }
      guard let limit = limits.value[dataset.name]?.number, limit >= 1, let maxNewTokens = Int(exactly: limit) else {
        throw .damagedData(
          path: limitsPath, line: nil, problem: "it has no generation limit, a whole number, for \(dataset.name)")
      }
      let name = isE ? dataset.name + "_e" : dataset.name
      let candidates = ["/data", "", "/LongBench/data", "/LongBench/LongBench/data"].map {
        "\(path)\($0)/\(name).jsonl"
      }
      let file = try RowFile(Self.first(candidates), need: Self.need) { (fields) throws(RowFieldProblem) in
        try LongBenchRow(fields)
      }
      sources.append(
        LongBenchSource(
          dataset: dataset, name: name, file: file, allClasses: try file.entry(file.count - 1).row.allClasses,
          prompt: prompt, maxNewTokens: maxNewTokens))
    }
    self.sources = sources
    configuration = [
      DataFile(name: "dataset2prompt.json", sha256: prompts.sha256),
      DataFile(name: "dataset2maxlen.json", sha256: limits.sha256),
    ]
    isOfficial = prompts.sha256 == Self.officialPrompts && limits.sha256 == Self.officialLimits
  }

  /// The first path that exists, else the first one, to be named as missing.
  private static func first(_ paths: [String]) -> String {
    paths.first { FileManager.default.fileExists(atPath: $0) } ?? paths[0]
  }

  private static func object(_ path: String) throws(TaskError) -> (value: JSONValue, sha256: String) {
    try TaskFiles.json(path, need: need)
  }
}
