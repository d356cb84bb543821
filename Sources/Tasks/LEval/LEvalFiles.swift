import Evaluation
import Foundation
import Metrics

/// The file of one task of L-Eval that a configuration asks for.
struct LEvalSource: Sendable {
  /// The task's name.
  let name: String
  /// The rows.
  let file: RowFile<LEvalRow>
  /// The prompt.
  let prompt: LEvalPrompts.Prompt
  /// Whether the prompt is the benchmark's own.
  let isOfficial: Bool
  /// How answers are read.
  var way: LEvalTask { LEvalTask(named: name) }
}

/// Where the files of L-Eval lie: the official checkout (LEval-data/, Predictions/), or a folder with prompts.json and
/// the .jsonl files in it, in data/, or in Closed-ended-tasks/ and Open-ended-tasks/.
struct LEvalFiles {
  private static let need =
    "it should come from L-Eval's repository, LEval-data/; `se-eval data import` arranges the files"

  /// The tasks.
  let sources: [LEvalSource]
  /// The files that the prompts come from.
  let promptFiles: [DataFile]
  /// What should be known about the prompts.
  let warnings: [String]

  /// Opens the files of tasks.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - prompts: prompts.json; nil to look for it.
  ///   - tasks: the tasks' names.
  /// - Throws: `TaskError` for a file that is missing or damaged.
  init(path: String, prompts: String?, tasks: [String]) throws(TaskError) {
    let known = try Self.prompts(path: path, prompts)
    var sources: [LEvalSource] = []
    for task in tasks {
      let folders = ["", "/data", "/LEval-data"].flatMap {
        [$0, $0 + "/Closed-ended-tasks", $0 + "/Open-ended-tasks"]
      }
      let candidates = folders.map { "\(path)\($0)/\(task).jsonl" }
      let file = try RowFile(
        candidates.first { FileManager.default.fileExists(atPath: $0) } ?? candidates[0], need: Self.need
      ) { (fields) throws(RowFieldProblem) in try LEvalRow(fields) }
      let prompt = known.prompts.tasks[task]
      sources.append(
        LEvalSource(
          name: task, file: file, prompt: prompt ?? LEvalPrompts.own(task),
          isOfficial: prompt?.isOfficial(for: task) ?? false))
    }
    self.sources = sources
    promptFiles = known.files
    let own = sources.filter { !$0.isOfficial }.map(\.name)
    var warnings: [String] = []
    if !own.isEmpty {
      warnings.append(
        "leval: \(own.joined(separator: ", ")): the prompts are not the benchmark's, so scores are not comparable with "
          + "published ones")
    }
    self.warnings = warnings
  }

  private static func prompts(
    path: String, _ given: String?
  ) throws(TaskError) -> (prompts: LEvalPrompts, files: [DataFile]) {
    let file = given ?? "\(path)/\(LEvalPrompts.fileName)"
    if given != nil || FileManager.default.fileExists(atPath: file) {
      let prompts = try LEvalPrompts(path: file)
      let (_, sha256) = try TaskFiles.json(file, need: "it should hold prompts")
      return (prompts, [DataFile(name: TaskFiles.name(file), sha256: sha256)])
    }
    let predictions = "\(path)/Predictions"
    guard FileManager.default.fileExists(atPath: predictions) else { return (LEvalPrompts(tasks: [:]), []) }
    let derivation = try LEvalPrompts.derive(predictions: predictions)
    return (derivation.prompts, derivation.files)
  }
}
