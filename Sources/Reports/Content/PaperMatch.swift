import Evaluation

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
  static func isSame(_ row: TaskReport.PublishedNumber.Row, method: String) -> Bool {
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
