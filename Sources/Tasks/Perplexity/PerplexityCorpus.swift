import Foundation
public import Metrics

/// The texts of a perplexity with their words and bytes.
struct PerplexityCorpus: Sendable {
  /// One text.
  struct Document: Sendable {
    let name: String
    let text: String
    /// By the rule of the convention; for a whole split of PG-19 scaled to the official count.
    let wordCount: Double
    let byteCount: Int
  }

  let documents: [Document]
  let files: [DataFile]
  /// How words were counted, for the report.
  let wordRule: String

  /// Reads the documents.
  ///
  /// - Parameters:
  ///   - path: a folder of .txt files, or one file.
  ///   - books: at most that many.
  ///   - joined: all of them as one text, a blank line between them.
  ///   - convention: says how words are counted.
  /// - Throws: `TaskError`.
  init(path: String, books: Int, joined: Bool, convention: PerplexityConvention) throws(TaskError) {
    let need = "it should hold texts as .txt files"
    var files: [DataFile] = []
    var texts: [(name: String, text: String)] = []
    for file in try TaskFiles.textFiles(path, need: need).prefix(books) {
      let (text, sha256) = try TaskFiles.text(file, need: need)
      files.append(DataFile(name: TaskFiles.name(file), sha256: sha256))
      texts.append((TaskFiles.name(file), text))
    }
    let split = convention == .pg19Word ? PG19.officialSplit(texts) : nil
    if joined { texts = [("corpus", texts.map(\.text).joined(separator: "\n\n"))] }
    let counts = texts.map { WordCount.of($0.text, convention) }
    let scale: Double
    if let split {
      scale = Double(split.wordCount) / Double(max(1, counts.reduce(0, +)))
      wordRule =
        "the official \(split.wordCount) words of PG-19's \(split.name) split, every book of which is there as it was published"
    } else {
      scale = 1
      wordRule =
        WordCount.rule(convention)
        + (convention == .pg19Word
          ? " (these are not the whole of an official PG-19 split, so its official word count does not apply)" : "")
    }
    documents = zip(texts, counts).map { text, count in
      Document(
        name: text.name, text: text.text, wordCount: Double(count) * scale, byteCount: text.text.utf8.count)
    }
    self.files = files
  }
}

/// Counts of words, as the conventions count them.
public enum WordCount {
  /// The words of a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - convention: lm-eval splits at white space, so that white space at an end gives an empty word more.
  /// - Returns: the number of words.
  public static func of(_ text: String, _ convention: PerplexityConvention) -> Int {
    let words = words(text)
    guard convention == .lmEvalRolling else { return words }
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return 1 }
    guard words > 0 else { return 2 }
    return words + (isSpace(first) ? 1 : 0) + (isSpace(last) ? 1 : 0)
  }

  /// The words of a text as Python's `split()` counts them.
  static func words(_ text: String) -> Int { text.unicodeScalars.split(whereSeparator: isSpace).count }

  /// White space as Python's `str` knows it.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1c...0x1f).contains(scalar.value)
  }

  /// The rule in words.
  public static func rule(_ convention: PerplexityConvention) -> String {
    convention == .lmEvalRolling
      ? "parts between runs of white space, empty ones at the ends included (lm-evaluation-harness)"
      : "runs of characters that are not white space"
  }
}
