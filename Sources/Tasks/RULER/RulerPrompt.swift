import Tokenizers

/// The prompts of one sample of a RULER needle task, for any amount of text around the needles.
struct RulerPrompt {
  let variant: RulerVariant
  let wording: RulerWording
  /// What the model is asked for, and the gold values.
  let query: String
  let answers: [String]
  private let needles: [(key: String, value: String)]
  private let seeds: (SeededRandom, SeededRandom)

  /// The 40 depths in percent from which RULER draws the places of needles among essays.
  static let depths = EvenSpacing.rounded(EvenSpacing.linear(0, 100, count: 40))

  /// Draws keys, values and the question.
  init(_ variant: RulerVariant, _ wording: RulerWording, _ random: SeededRandom) {
    var random = random
    self.variant = variant
    self.wording = wording
    var keys: [String] = []
    while keys.count < variant.keys {
      let key = variant.keyKind.random(&random)
      if !keys.contains(key) { keys.append(key) }
    }
    let values = keys.map { _ in (0..<variant.values).map { _ in variant.valueKind.random(&random) } }
    needles = zip(keys, values).flatMap { key, values in values.map { (key, $0) } }.shuffled(using: &random)
    let asked = keys.indices.shuffled(using: &random).prefix(variant.queries)
    let names = asked.map { keys[$0] }
    query = names.count > 1 ? names.dropLast().joined(separator: ", ") + ", and " + names[names.count - 1] : names[0]
    answers = asked.flatMap { values[$0] }
    var places = random
    places.jump("places")
    random.jump("distractors")
    seeds = (places, random)
  }

  /// The least amount of text in which every needle has a place of its own.
  var least: Int { variant.text == .essay ? 1 : needles.count }

  /// A rendered prompt.
  struct Rendered {
    /// The user's message.
    let message: String
    /// The beginning of the answer.
    let answer: String
    /// Where the asked-for needles begin in the message, in characters of UTF-8, in the order of the text.
    let places: [Int]
  }

  /// The prompt with that many lines (noise, needle) or words (essay) of text.
  func rendered(amount: Int, words: [Substring]) -> Rendered {
    let frame = wording.frame(values: answers.count, query: query, variant.valueKind)
    let (context, offsets) = variant.text == .essay ? essay(words.prefix(amount)) : lines(amount)
    let parts = frame.prompt.split(separator: "{context}", maxSplits: 1, omittingEmptySubsequences: false)
    let head = parts[0].utf8.count
    return Rendered(
      message: parts.joined(separator: context), answer: frame.answer, places: offsets.map { head + $0 })
  }

  private func sentence(_ index: Int) -> String {
    wording.needle(key: needles[index].key, value: needles[index].value, variant.valueKind)
  }

  private func isAsked(_ index: Int) -> Bool { answers.contains(needles[index].value) }

  /// Lines of noise or of other needles; the needles stand before lines drawn at random.
  private func lines(_ count: Int) -> (text: String, offsets: [Int]) {
    var (places, random) = seeds
    var indices: [Int] = []
    while indices.count < needles.count {
      let index = Int.random(in: 0..<max(count, needles.count), using: &places)
      if !indices.contains(index) { indices.append(index) }
    }
    let keys = Set(needles.map(\.key))
    let byLine = Dictionary(uniqueKeysWithValues: zip(indices.sorted(by: >), needles.indices))
    var pieces: [String] = []
    var offsets: [Int] = []
    var length = 0
    func add(_ line: String) {
      pieces.append(line)
      length += line.utf8.count + 1
    }
    for line in 0..<max(count, needles.count) {
      if let needle = byLine[line] {
        if isAsked(needle) { offsets.append(length) }
        add(sentence(needle))
      }
      guard line < count else { continue }
      guard variant.text == .needle else {
        add(wording.noise)
        continue
      }
      var key = variant.keyKind.random(&random)
      // A distractor under an asked-for key would be a second right answer.
      while keys.contains(key) { key = variant.keyKind.random(&random) }
      add(wording.needle(key: key, value: variant.valueKind.random(&random), variant.valueKind))
    }
    return (pieces.joined(separator: "\n"), offsets)
  }

  /// Essays cut into sentences; the needles stand at depths drawn from the 40.
  private func essay(_ words: ArraySlice<Substring>) -> (text: String, offsets: [Int]) {
    var places = seeds.0
    let sentences = Self.sentences(words)
    let drawn = Self.depths.shuffled(using: &places).prefix(needles.count)
    let indices = drawn.map { Int(Double(sentences.count) * (Double($0) / 100)) }.sorted()
    var pieces: [String] = []
    var offsets: [Int] = []
    var length = 0
    func add(_ piece: String) {
      pieces.append(piece)
      length += piece.utf8.count + 1
    }
    var next = 0
    for place in 0...sentences.count {
      while next < indices.count, indices[next] == place {
        if isAsked(next) { offsets.append(length) }
        add(sentence(next))
        next += 1
      }
      if place < sentences.count { add(sentences[place]) }
    }
    return (pieces.joined(separator: " "), offsets)
  }

  /// Words joined to sentences: one ends behind a word that ends with a full stop, question or exclamation mark and
  /// closing marks.
  static func sentences(_ words: ArraySlice<Substring>) -> [String] {
    var sentences: [String] = []
    var current: [Substring] = []
    for word in words {
      current.append(word)
      let core = word.reversed().first { !"\"')]\u{2019}\u{201d}".contains($0) }
      if let core, ".!?".contains(core) {
        sentences.append(current.joined(separator: " "))
        current = []
      }
    }
    return current.isEmpty ? sentences : sentences + [current.joined(separator: " ")]
  }
}
