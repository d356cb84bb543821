/// RULER's common words: a numbered list in which ten words come up more often than the others.
///
/// Source: NVIDIA/RULER, scripts/data/synthetic/common_words_extraction.py, draw by draw.
struct RulerCommonWords: RulerGenerator {
  /// The words of a list and those that are taken where a list needs more.
  struct Vocabulary: Hashable, Sendable {
    /// Different words, sorted by code points.
    let words: [String]
    /// Taken in place of them where more are needed.
    let more: [String]
  }

  /// How often words come up.
  private struct Frequencies {
    let common: Int
    let uncommon: Int
  }

  private static let commonCount = 10
  private static let estimateSize = 4096

  let template: RulerTemplate
  let step = 10
  private let seed: Int
  private let words: [String]
  private let more: [String]
  private let isShort: Bool
  private let isCorrected: Bool
  private let frequencies: Frequencies
  private var random: PythonRandom

  var generatedTokenCount: Int { template.generatedTokenCount }

  init(
    _ template: RulerTemplate, _ vocabulary: Vocabulary, length: Int, seed: Int, isCorrected: Bool = false
  ) {
    self.template = template
    self.seed = seed
    self.isCorrected = isCorrected
    words = PythonRandom.shuffled(vocabulary.words, seed: seed)
    more = vocabulary.more
    isShort = length < 4096
    frequencies = isShort ? Frequencies(common: 6, uncommon: 1) : Frequencies(common: 30, uncommon: 3)
    random = PythonRandom(seed: seed)
  }

  mutating func largestSize(_ length: Int, _ counter: RulerCounter) throws(TaskError) -> Int {
    guard let text = try probe(Self.estimateSize) else { return 0 }
    let perWord = try counter.tokens(per: Self.estimateSize, of: text, filling: length)
    return Int((Double(length) / perWord).rounded(.down)) * 2
  }

  mutating func probe(_ size: Int) throws(TaskError) -> RulerText? { try draw(size, index: 0)?.text }

  mutating func draw(_ size: Int, index: Int) throws(TaskError) -> RulerDraw? {
    let shuffle = isCorrected ? seed + index : seed
    let few =
      isShort
      ? try list(20, Frequencies(common: 3, uncommon: 1), shuffle)
      : try list(40, Frequencies(common: 10, uncommon: 3), shuffle)
    let example = template.filled(["context": few.text])
    let answer = few.common.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: " ")
    let main = try list(size, frequencies, shuffle)
    var text = template.filled(["context": main.text])
    text.example = .init(message: example.message, answer: example.answerStart + " " + answer + "\n")
    return RulerDraw(text: text, answers: main.common, size: size)
  }

  /// A numbered list of so many different words, and the common ones among them.
  private mutating func list(
    _ count: Int, _ frequencies: Frequencies, _ shuffle: Int
  ) throws(TaskError) -> (text: String, common: [String]) {
    let source = count <= words.count ? words : more
    guard count <= source.count else {
      throw .impossibleSample(
        cell: "ruler cwe", problem: "the list needs \(count) different words and there are \(source.count); give more")
    }
    let drawn = random.sample(of: source.count, count: count).map { source[$0] }
    let common = Array(drawn.prefix(Self.commonCount))
    let rest = Array(drawn.dropFirst(Self.commonCount))
    let all =
      (0..<frequencies.common).flatMap { _ in common } + (0..<frequencies.uncommon).flatMap { _ in rest }
    let mixed = PythonRandom.shuffled(all, seed: shuffle)
    return (mixed.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: " "), common)
  }
}
