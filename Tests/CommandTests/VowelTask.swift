import Evaluation
import Foundation
import Tasks
import Tokenizers

/// A task that the project does not have: all that a new one takes is such a file and a line in the registry.
struct VowelTask: EvaluationTask {
  static let name = "vowels"
  static let scorerVersion = 1
  static let about = TaskDescription(
    summary: "how many vowels a model writes", protocols: [.init("vowels/v1", "the rows of a file as prompts")],
    metrics: [.init("vowels", "mean share of vowels among the letters")], example: "{path: words, datasets: [short]}")

  private enum Key {
    static let path = Setting.path("path", "a folder of texts, a prompt each", imported: "vowels")
    static let datasets = Setting.texts("datasets", "short, long or both", default: ["short"], shown: "short")
  }
  static let settings: [any SettingDeclaration] = [Key.path, Key.datasets]
  static let benchmark: Benchmark? = Benchmark(
    name: name, source: "nowhere", takes: "short.txt and long.txt", wantsImport: true,
    files: ["short", "long"].map { KnownFile(name: "\($0).txt") })
  static let report: TaskReport = {
    var report = TaskReport()
    report.means = TaskReport.MeanTable(
      id: "together", title: "all vowels", means: [.init("both together", of: .columns(["long", "short"]))],
      note: "What both have.")
    return report
  }()

  private let texts: [(name: String, text: String)]

  init(settings: TaskSettings) throws(TaskError) {
    let folder = try settings[Key.path]
    var texts: [(name: String, text: String)] = []
    for name in try settings[Key.datasets] {
      let path = "\(folder)/\(name).txt"
      guard let data = FileManager.default.contents(atPath: path) else {
        throw .missingData(path: path, need: "it should hold a prompt")
      }
      texts.append((name, String(decoding: data, as: UTF8.self)))
    }
    self.texts = texts
  }

  static let scoreRanges = ["vowels": 0.0...1]
  var protocolName: String { "vowels/v1" }
  var protocolNotes: [String] { [] }
  var dataFiles: [DataFile] { [] }
  var metrics: [MetricDescription] {
    [MetricDescription(name: "vowels", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["vowels"])]
  }
  var cells: [TaskCell] { texts.map { TaskCell([.init("dataset", .text($0.name))]) } }

  func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    texts.filter { cell.coordinates.first?.value == .text($0.name) }.map { name, text in
      Sample(
        id: SampleID("dataset=\(name)"), text: text,
        request: .generate(tokens: context.tokenizer.encode(text), maxNewTokens: 4), expected: ["aeiou"])
    }
  }

  func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome else { return [Score("vowels", unscored: "no text")] }
    let letters = text.lowercased().filter(\.isLetter)
    guard !letters.isEmpty else { return [Score("vowels", 0)] }
    return [Score("vowels", Double(letters.count { "aeiou".contains($0) }) / Double(letters.count))]
  }
}
