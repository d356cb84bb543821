import Evaluation
import JSON
import Metrics

/// A number that the Self-Extend paper is said to report, with where that is said.
struct PublishedNumber: Hashable, Sendable {
  /// A method and a context of a model: one row of a published table.
  struct Row: Hashable, Sendable {
    /// The task's name.
    let task: String
    let model: String
    let method: String
    let groupSize: String
    let neighborWindow: String
    let context: String

    /// `SelfExtend, 16k`.
    var label: String {
      let parameters = [("G", groupSize), ("W", neighborWindow)].filter { !$0.1.isEmpty }.map { "\($0.0)=\($0.1)" }
      return ([method] + (context.isEmpty ? [] : [context]) + parameters).joined(separator: ", ")
    }
  }

  let row: Row
  /// The column as it was published.
  let dataset: String
  let value: Double
  /// The index of the source in `PublishedTable.notes`.
  let note: Int

  /// All of them, in the order of the data file.
  static let all: [PublishedNumber] = PublishedTable.text.split(separator: "\n").compactMap { line in
    let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 9, let value = Double(fields[7]),
      let note = Int(fields[8]), PublishedTable.notes.indices.contains(note)
    else { return nil }
    let row = Row(
      task: fields[0], model: fields[1], method: fields[2], groupSize: fields[3], neighborWindow: fields[4],
      context: fields[5])
    return PublishedNumber(row: row, dataset: fields[6], value: value, note: note)
  }

  /// The rows of one task, each once, in the order of the data file.
  static func rows(of task: String) -> [Row] {
    var rows: [Row] = []
    for number in all where number.row.task == task && !rows.contains(number.row) { rows.append(number.row) }
    return rows
  }
}

extension TaskReport.PublishedColumns {
  /// The published number of a row and column.
  func published(_ row: PublishedNumber.Row, _ column: Column) -> PublishedNumber? {
    PublishedNumber.all.first { $0.row == row && Self.plain($0.dataset) == Self.plain(column.title) }
  }

  /// The published average of a row.
  func publishedAverage(_ row: PublishedNumber.Row) -> PublishedNumber? {
    PublishedNumber.all.first { $0.row == row && $0.dataset == publishedAverage }
  }

  /// `RepoBench-P` and `repobench-p` are one name.
  private static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }
}

/// Which published rows speak of a measured model and method.
enum PaperMatch {
  /// True where a published model's name is that of a measured one, whatever that adds about files and types.
  static func isSame(published: String, measured: String) -> Bool {
    let wanted = words(published)
    let found = words(measured)
    guard wanted.allSatisfy(found.contains) else { return false }
    // A word more makes another model (`code`, `guard`), unless it speaks of the file: `hf`, `Q4_K_M`.
    let isQuantised = found.contains(where: isQuantisation)
    return found.allSatisfy { word in
      wanted.contains(word) || fileWords.contains(word) || isQuantisation(word) || (isQuantised && word.count == 1)
    }
  }

  private static func isQuantisation(_ word: String) -> Bool {
    let letters = word.hasPrefix("iq") ? word.dropFirst(2) : word.dropFirst()
    return word.hasPrefix("iq") || word.hasPrefix("q") ? letters.first?.isNumber == true : false
  }

  /// True where a published method is that of a measured one; `published` is the model's name with its method, because
  /// the sliding window of Mistral stands in the model's name.
  static func isSame(_ row: PublishedNumber.Row, method: String) -> Bool {
    let measured = StoredMethod(method)
    switch row.method {
    case "SelfExtend": return measured.name == "self-extend"
    case "NTK": return measured.name == "ntk"
    case "Dynamic NTK": return measured.name == "dynamic-ntk"
    default: return measured.isPlain && measured.isWindowOff == row.model.contains("w/o SWA")
    }
  }

  private static let fileWords: Set<String> = [
    "hf", "gguf", "ggml", "fp16", "f16", "bf16", "f32", "fp32", "int8", "int4", "4bit", "8bit", "meta", "the", "bloke",
  ]

  private static func words(_ name: String) -> Set<String> {
    var text = name.lowercased()
    for note in [" w/o swa", " w/ swa", ".gguf"] { text = text.replacing(note, with: "") }
    // The point of a version stays, that of a file's name does not.
    text = text.replacing(/([^0-9])\.|\.([^0-9])/) { "\($0.1 ?? "") \($0.2 ?? "")" }
    var words: Set<String> = []
    for part in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == ".") }).map(String.init) {
      switch part {
      case "ins", "it": words.insert("instruct")
      case "v0.1": words.insert("0.1")
      case "v1.5": words.insert("1.5")
      case "v1.0", "v1": continue
      case "llama2": words.formUnion(["llama", "2"])
      case "llama3": words.formUnion(["llama", "3"])
      default: words.insert(part)
      }
    }
    return words
  }
}
