import Evaluation
import JSON
import Store

/// One way in which measured numbers differ from the published ones that is not the method.
struct PaperDeviation {
  let text: String
  /// Whether a number made of such a cell has it; nil for what is said of the table as a whole.
  var concerns: ((LoadedCell) -> Bool)?
  /// What stands at the numbers that have it, `a`; empty where none has.
  fileprivate(set) var letter = ""

  /// The sentence below the table.
  var line: String { letter.isEmpty ? text : "†\(letter) \(text)" }
}

/// How a measured table differs from the published one in everything that is not the method.
enum PaperDeviations {
  /// All of them, those that single numbers have with letters.
  static func list(
    _ task: String, _ suite: TaskReport.PublishedColumns, model: String, _ cells: [LoadedCell], run: RunRecord?
  ) -> [PaperDeviation] {
    var list = protocols(cells)
    list += rows(suite, cells)
    list += limits(cells)
    list.append(
      PaperDeviation(text: "Chat template: \(values(of: "chat", in: cells) ?? "not recorded").") { cell in
        cell.samples.contains { ($0.facts["chat"]?.plain ?? "none") == "none" }
      })
    list += configuration(model, run)
    let windows = Set(cells.map(\.record.contextWindow)).sorted().map(String.init).joined(separator: ", ")
    list.append(
      PaperDeviation(
        text:
          "Context: the pretraining window is \(windows) tokens; the published contexts are those in their rows, and how "
          + "their prompts were cut is not known."))
    for warning in run?.warnings ?? [] where warning.hasPrefix("\(task):") {
      list.append(PaperDeviation(text: warning))
    }
    let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
    var count = 0
    for index in list.indices {
      guard let concerns = list[index].concerns, cells.contains(where: concerns), count < letters.count else {
        continue
      }
      list[index].letter = letters[count]
      count += 1
    }
    return list
  }

  /// The letters at a number of these cells, with the sign that says what they are; empty for none.
  static func marks(_ deviations: [PaperDeviation], of cells: [LoadedCell]) -> String {
    let letters = deviations.filter { deviation in
      !deviation.letter.isEmpty && (deviation.concerns.map { cells.contains(where: $0) } ?? false)
    }.map(\.letter)
    return letters.isEmpty ? "" : "†" + letters.joined()
  }

  private static func protocols(_ cells: [LoadedCell]) -> [PaperDeviation] {
    let names = Set(cells.map(\.record.protocolName)).sorted()
    var notes: [String] = []
    for note in cells.flatMap(\.record.protocolNotes)
    where note.lowercased().hasPrefix("deviation") && !notes.contains(note) { notes.append(note) }
    let hashes = Set(cells.map(\.record.dataHash)).sorted().map { "`\($0.prefix(12))`" }.joined(separator: ", ")
    return [PaperDeviation(text: "Protocol \(names.map { "`\($0)`" }.joined(separator: ", ")), data \(hashes).")]
      + notes.map { note in PaperDeviation(text: note) { $0.record.protocolNotes.contains(note) } }
  }

  /// Columns that are missing, and those of which only a part was sampled.
  private static func rows(_ suite: TaskReport.PublishedColumns, _ cells: [LoadedCell]) -> [PaperDeviation] {
    var sampled: [String] = []
    var parts: Set<String> = []
    var missing: [String] = []
    for column in suite.columns {
      let own = cells.filter { $0.coordinate("dataset") == column.dataset }
      guard let count = own.map(\.record.sampleCount).max() else {
        missing.append(column.title)
        continue
      }
      guard count != column.officialCount else { continue }
      sampled.append("\(column.title) \(count) of \(column.officialCount)")
      parts.insert(column.dataset)
    }
    var list: [PaperDeviation] = []
    if sampled.isEmpty {
      list.append(PaperDeviation(text: "Rows: all official rows of the measured columns."))
    } else {
      list.append(
        PaperDeviation(text: "Rows: only a part was sampled: \(sampled.joined(separator: ", ")).") {
          parts.contains($0.coordinate("dataset") ?? "")
        })
    }
    if !missing.isEmpty { list.append(PaperDeviation(text: "Not measured: \(missing.joined(separator: ", ")).")) }
    return list
  }

  private static func limits(_ cells: [LoadedCell]) -> [PaperDeviation] {
    let samples = cells.flatMap(\.samples)
    let truncated = samples.count { $0.result.truncatedTokenCount > 0 }
    let most = samples.map(\.result.truncatedTokenCount).max() ?? 0
    let longest = samples.map(\.result.promptTokenCount).max() ?? 0
    let ended = samples.count { $0.result.finishReason == .length }
    var list = [
      PaperDeviation(
        text: "Limit: the longest prompt has \(longest) tokens; \(truncated) of \(samples.count) prompts were cut"
          + (most > 0 ? ", by \(most) tokens at most" : "") + "; \(ended) answers ended at the generation limit."
      ) { cell in cell.samples.contains { $0.result.truncatedTokenCount > 0 } }
    ]
    if let settings = cells.first?.record.settings { list.append(PaperDeviation(text: "Settings: `\(settings)`.")) }
    return list
  }

  private static func values(of fact: String, in cells: [LoadedCell]) -> String? {
    let values = Set(cells.flatMap(\.samples).compactMap { $0.facts[fact]?.plain })
    return values.isEmpty ? nil : values.sorted().joined(separator: ", ")
  }

  /// The model's file and cache, from the run's configuration.
  private static func configuration(_ model: String, _ run: RunRecord?) -> [PaperDeviation] {
    guard let run, let models = JSONValue(json: run.configuration)?["models"]?.elements else {
      return [PaperDeviation(text: "Weights: the store has no configuration.")]
    }
    for entry in models where entry["name"]?.plain == model {
      let path = entry["path"]?.plain ?? ""
      let isGGUF = path.lowercased().hasSuffix(".gguf")
      let file = path.split(separator: "/").last.map(String.init) ?? path
      var list = [
        isGGUF
          ? PaperDeviation(
            text:
              "Weights: `\(file)`, a GGUF file, quantised where its name says so; published numbers are of 16-bit weights."
          ) { _ in true }
          : PaperDeviation(text: "Weights: `\(file)`, not quantised here.")
      ]
      if let cache = entry["cache"]?.plain {
        // Published numbers are of 16 bits; no fewer are no deviation.
        let isWhole = ["float32", "float16", "bfloat16"].contains(cache)
        list.append(
          PaperDeviation(text: "Keys and values are kept as \(cache).", concerns: isWhole ? nil : { _ in true }))
      }
      return list
    }
    return [PaperDeviation(text: "Weights: the run's configuration does not name the model.")]
  }
}
