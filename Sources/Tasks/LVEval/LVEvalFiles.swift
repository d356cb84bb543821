import Foundation
import JSON
import Metrics

/// The prompts and the ignored words of LV-Eval: of the user's checkout, or the project's own wording.
struct LVEvalFiles: Sendable {
  /// SHA-256 of the files at 63e7ae9 begin like that.
  private static let official = ["config.py": "7c278132", "metrics.py": "74156ade"]

  /// The prompts by dataset.
  let prompts: [LVEvalDataset: BraceTemplate]
  /// The words that do not count as recalled.
  let ignored: LVEvalScore.IgnoredWords
  /// The files that were read.
  let files: [DataFile]
  /// True for the project's own wording.
  let isOwn: Bool

  /// Files whose hash is not the official one.
  var unofficial: [String] {
    files.filter { file in Self.official[file.name].map { !file.sha256.hasPrefix($0) } ?? true }.map(\.name)
  }

  /// Reads config.py and metrics.py of a folder; the project's own wording without one.
  init(folder: String?, datasets: [LVEvalDataset]) throws(TaskError) {
    isOwn = folder == nil
    guard let folder else {
      let english = BraceTemplate(
        "Answer the question from the articles below, with the answer and nothing else.\n\n{context}\n\nQuestion: {input}\n"
          + "Answer:")
      let chinese = BraceTemplate("请根据下面的文章回答问题，只写答案。\n\n{context}\n\n问题：{input}\n答案：")
      prompts = Dictionary(
        uniqueKeysWithValues: datasets.compactMap { dataset in
          (dataset.isChinese ? chinese : english).map { (dataset, $0) }
        })
      ignored = .standard
      files = []
      return
    }
    let config = try Self.source("\(folder)/config.py")
    let metrics = try Self.source("\(folder)/metrics.py")
    let dictionary = try Self.literal("DATASET_PROMPT", config.text, "\(folder)/config.py")
    var prompts: [LVEvalDataset: BraceTemplate] = [:]
    for dataset in datasets {
      guard let template = dictionary[dataset.rawValue]?.text.flatMap({ BraceTemplate($0) }),
        Set(template.fields).isSubset(of: ["context", "input"])
      else {
        throw .damagedData(
          path: "\(folder)/config.py", line: nil,
          problem: "DATASET_PROMPT has no prompt with {context} and {input} for \(dataset.rawValue)")
      }
      prompts[dataset] = template
    }
    self.prompts = prompts
    func words(_ name: String) throws(TaskError) -> Set<String> {
      guard let words = try Self.literal(name, metrics.text, "\(folder)/metrics.py").texts else {
        throw .damagedData(path: "\(folder)/metrics.py", line: nil, problem: "\(name) should be a list of texts")
      }
      return Set(words)
    }
    ignored = LVEvalScore.IgnoredWords(
      english: try words("ABANDON_WORDS_EN"), chinese: try words("ABANDON_WORDS_ZH"))
    files = [
      DataFile(name: "config.py", sha256: config.sha256), DataFile(name: "metrics.py", sha256: metrics.sha256),
    ]
  }

  private static func source(_ path: String) throws(TaskError) -> (text: String, sha256: String) {
    try TaskFiles.text(path, need: "it is a file of LV-Eval's repository")
  }

  private static func literal(_ name: String, _ source: String, _ path: String) throws(TaskError) -> JSONValue {
    do throws(PythonLiteral.Problem) {
      guard let value = try PythonLiteral.value(of: name, in: source) else {
        throw PythonLiteral.Problem(line: 1, text: "expected `\(name) = ...`")
      }
      return value
    } catch {
      throw .damagedData(path: path, line: error.line, problem: error.text)
    }
  }
}
