import Digest
import Tokenizers

/// HELMET's first cut of books and papers: to a number of Llama 2's tokens, so that every model gets the same text.
///
/// Source: princeton-nlp/HELMET at 4526dfb, data.py (`truncate_llama2`, `filter_length`).
struct HELMETFirstCut: Sendable {
  private let tokenizer: Tokenizer
  private let counts = TokenCounts()
  /// The tokenizer's name and what tells it from others.
  let file: DataFile

  /// What tells Llama 2's vocabulary from others, for which a cut would be another protocol: its size, and where a common
  /// word stands (Mistral's of the same size has it at 272).
  private static let vocabularySize = 32_000
  private static let knownToken = (text: "\u{2581}the", id: 278)

  /// A cut by a tokenizer.
  init(_ tokenizer: Tokenizer, name: String) {
    self.tokenizer = tokenizer
    file = DataFile(name: name, sha256: tokenizer.identity)
  }

  /// Loads Llama 2's tokenizer.
  ///
  /// - Parameter path: its files, see `Tokenizer.load`.
  /// - Throws: `TaskError` where there is none, or where it cannot be Llama 2's.
  init(path: String) throws(TaskError) {
    let tokenizer: Tokenizer
    do throws(TokenizerError) {
      tokenizer = try Tokenizer.load(modelPath: path)
    } catch {
      throw .damagedData(path: path, line: nil, problem: "it should hold Llama 2's tokenizer: \(error)")
    }
    try Self.check(tokenizer)
    self.init(tokenizer, name: TaskFiles.name(path))
  }

  static func check(_ tokenizer: Tokenizer) throws(TaskError) {
    let known = tokenizer.id(of: knownToken.text)
    guard tokenizer.vocabularySize == vocabularySize, tokenizer.addsBOS, known == knownToken.id else {
      throw .setting(
        key: "llama2-tokenizer",
        found: "a tokenizer of \(tokenizer.vocabularySize) tokens \(tokenizer.addsBOS ? "with" : "without") BOS, "
          + "'\(knownToken.text)' \(known.map { "at \($0)" } ?? "not among them")",
        expected: "Llama 2's, which has \(vocabularySize), puts BOS in front, and has that word at \(knownToken.id)")
    }
  }

  /// The most tokens that stay at a length: what HELMET's configurations name behind the dataset.
  static func limit(_ dataset: HELMETDataset, length: Int) -> Int {
    length - dataset.maxNewTokens - (dataset == .lawSummary ? 300 : 200)
  }

  /// Whether a text is long enough to be asked about: HELMET drops the others, whatever the length of the prompts.
  func isTaken(_ text: String, _ dataset: HELMETDataset) -> Bool {
    let count = 1 + counts.count(SHA256.hexadecimal(of: text), tokenizer) { [text] }
    return dataset == .narrativeQA ? count > Self.leastOfStories : count >= Self.least
  }

  /// Fewer tokens than that, BOS included, are too few.
  static let least = 65_536
  /// No more tokens than that are too few for a story.
  static let leastOfStories = 131_072

  /// A text that has at most so many tokens, BOS included, as it is; else its beginning with words that say so.
  ///
  /// The tokens of the words, a BOS among them, are taken off: one more than stand there. A character of which a token
  /// holds a part stays whole: the offsets of a fast tokenizer, by which HELMET cuts, are those of characters.
  ///
  /// - Parameters:
  ///   - text: a book or papers.
  ///   - limit: the most tokens.
  ///   - omission: the words that stand in place of the rest.
  /// - Returns: the text that is shown.
  func cut(_ text: String, to limit: Int, omission: String) -> String {
    let ids = tokenizer.encode(text, bos: .always)
    guard ids.count > limit else { return text }
    let place = limit - tokenizer.encode(omission, bos: .always).count
    guard place > 0 else { return omission }
    let kept = tokenizer.decodeBytes(Array(ids[...place]), skipSpecial: true)
    let utf8 = text.utf8
    guard utf8.starts(with: kept) else { return String(decoding: kept, as: UTF8.self) + omission }
    var end = utf8.index(utf8.startIndex, offsetBy: kept.count)
    while end < utf8.endIndex, utf8[end] & 0xc0 == 0x80 { utf8.formIndex(after: &end) }
    return String(decoding: utf8[..<end], as: UTF8.self) + omission
  }
}
