import Evaluation
import JSON
import Store

/// How a measured table differs from the published one in everything that is not the method.
enum PaperDeviations {
  static func list(
    _ task: String, _ suite: TaskReport.PublishedColumns, model: String, _ cells: [LoadedCell], run: RunRecord?
  ) -> [String] {
    var list = protocols(cells)
    list += rows(suite, cells)
    list += limits(cells)
    list += ["Chat template: \(values(of: "chat", in: cells) ?? "not recorded")."]
    list += configuration(model, run)
    let windows = Set(cells.map(\.record.contextWindow)).sorted().map(String.init).joined(separator: ", ")
    list.append(
      "Context: the pretraining window is \(windows) tokens; the published contexts are those in their rows, and how "
        + "their prompts were cut is not known.")
    for warning in run?.warnings ?? [] where warning.hasPrefix("\(task):") { list.append(warning) }
    return list
  }

  private static func protocols(_ cells: [LoadedCell]) -> [String] {
    let names = Set(cells.map(\.record.protocolName)).sorted()
    var notes: [String] = []
    for note in cells.flatMap(\.record.protocolNotes)
    where note.lowercased().hasPrefix("deviation") && !notes.contains(note) { notes.append(note) }
    let hashes = Set(cells.map(\.record.dataHash)).sorted().map { "`\($0.prefix(12))`" }.joined(separator: ", ")
    return ["Protocol \(names.map { "`\($0)`" }.joined(separator: ", ")), data \(hashes)."] + notes
  }

  /// Columns that are missing, and those of which only a part was sampled.
  private static func rows(_ suite: TaskReport.PublishedColumns, _ cells: [LoadedCell]) -> [String] {
    var sampled: [String] = []
    var missing: [String] = []
    for column in suite.columns {
      let own = cells.filter { $0.coordinate("dataset") == column.dataset }
      guard let count = own.map(\.record.sampleCount).max() else {
        missing.append(column.title)
        continue
      }
      if count != column.officialCount { sampled.append("\(column.title) \(count) of \(column.officialCount)") }
    }
    var list: [String] = []
    list.append(
      sampled.isEmpty
        ? "Rows: all official rows of the measured columns."
        : "Rows: only a part was sampled: \(sampled.joined(separator: ", ")).")
    if !missing.isEmpty { list.append("Not measured: \(missing.joined(separator: ", ")).") }
    return list
  }

  private static func limits(_ cells: [LoadedCell]) -> [String] {
    let samples = cells.flatMap(\.samples)
    let truncated = samples.count { $0.result.truncatedTokenCount > 0 }
    let most = samples.map(\.result.truncatedTokenCount).max() ?? 0
    let longest = samples.map(\.result.promptTokenCount).max() ?? 0
    let ended = samples.count { $0.result.finishReason == .length }
    var list = [
      "Limit: the longest prompt has \(longest) tokens; \(truncated) of \(samples.count) prompts were cut"
        + (most > 0 ? ", by \(most) tokens at most" : "") + "; \(ended) answers ended at the generation limit."
    ]
    if let settings = cells.first?.record.settings { list.append("Settings: `\(settings)`.") }
    return list
  }

  private static func values(of fact: String, in cells: [LoadedCell]) -> String? {
    let values = Set(cells.flatMap(\.samples).compactMap { $0.facts[fact]?.plain })
    return values.isEmpty ? nil : values.sorted().joined(separator: ", ")
  }

  /// The model's file and cache, from the run's configuration.
  private static func configuration(_ model: String, _ run: RunRecord?) -> [String] {
    guard let run, let models = JSONValue(json: run.configuration)?["models"]?.elements else {
      return ["Weights: the store holds no configuration."]
    }
    for entry in models where entry["name"]?.plain == model {
      let path = entry["path"]?.plain ?? ""
      let isGGUF = path.lowercased().hasSuffix(".gguf")
      let file = path.split(separator: "/").last.map(String.init) ?? path
      var list = [
        isGGUF
          ? "Weights: `\(file)`, a GGUF file, quantised where its name says so; published numbers are of 16-bit weights."
          : "Weights: `\(file)`, not quantised here."
      ]
      if let cache = entry["cache"]?.plain { list.append("Keys and values are kept as \(cache).") }
      return list
    }
    return ["Weights: the run's configuration does not name the model."]
  }
}
