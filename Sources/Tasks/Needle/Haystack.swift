import Digest

/// The long text in which something is hidden: essays from files, or sentences of the project's own generator.
struct Haystack: Sendable {
  private let essays: [String]
  /// Name and SHA-256 of the essays; empty for the generator.
  let files: [DataFile]
  private let cache = DocumentCache()

  /// The essays of a folder (or one file), sorted by name; without a path the generator.
  init(path: String?) throws(TaskError) {
    guard let path else {
      (essays, files) = ([], [])
      return
    }
    let need = "it should hold the haystack's essays as .txt files"
    var texts: [String] = []
    var files: [DataFile] = []
    for file in try TaskFiles.textFiles(path, need: need) {
      let (text, sha256) = try TaskFiles.text(file, need: need)
      texts.append(text)
      files.append(DataFile(name: TaskFiles.name(file), sha256: sha256))
    }
    guard texts.contains(where: { $0.contains { !$0.isWhitespace } }) else {
      throw .damagedData(path: path, line: nil, problem: "the essays are empty")
    }
    essays = texts
    self.files = files
  }

  /// What a report says of it.
  var note: String {
    guard !files.isEmpty else { return "haystack: sentences of the project's own generator, from the seed" }
    let order = SHA256.hexadecimal(of: files.map { $0.name + "\n" }.joined())
    return "haystack: \(files.count) essays sorted by name, joined without a separator, repeated as a whole where they "
      + "are too short; order \(order.prefix(12))"
  }

  /// The ids of at least `count` tokens of the text, without BOS; a longer text begins with a shorter one.
  ///
  /// - Parameters:
  ///   - count: how many are needed.
  ///   - context: tokenizer and seed.
  ///   - trial: the first essay of the text (of the generator: another text), so that trials differ.
  /// - Returns: the ids.
  /// - Throws: `TaskError.impossibleSample` where the text makes fewer tokens than it has words.
  func ids(atLeast count: Int, _ context: SampleContext, trial: Int) throws(TaskError) -> [Int] {
    var repeats = 1
    while true {
      let name = "\(context.seed)/\(trial)/\(repeats)"
      let ids = cache.ids(name, context.tokenizer) { text(repeats: repeats, seed: context.seed, trial: trial) }
      if ids.count >= count { return ids }
      // Each word is a token at least, unless the tokenizer is not the model's: then no length would ever be reached.
      let words = text(repeats: repeats, seed: context.seed, trial: trial).split { $0.isWhitespace }.count
      guard ids.count >= words else {
        throw .unfillable("haystack of trial \(trial)", length: count, tokens: ids.count, pieces: words)
      }
      let needed = (count + max(1, ids.count) - 1) / max(1, ids.count)
      repeats *= max(2, needed)
    }
  }

  /// The whole text: `repeats` passes over the essays, or as many generated paragraphs of 2,000 words or so.
  private func text(repeats: Int, seed: UInt64, trial: Int) -> String {
    guard !essays.isEmpty else {
      var random = SeededRandom(seed, "haystack", "\(trial)")
      return (0..<repeats * 40).map { _ in HaystackSentences.paragraph(&random) }.joined(separator: "\n")
    }
    let first = trial % essays.count
    let pass = (essays[first...] + essays[..<first]).joined()
    return String(repeating: pass, count: repeats)
  }

  /// The words of the text, white space collapsed; at least `count` of them.
  func words(atLeast count: Int, seed: UInt64, trial: Int) -> [Substring] {
    var repeats = 1
    while true {
      let words = text(repeats: repeats, seed: seed, trial: trial).split { $0.isWhitespace }
      if words.count >= count { return words }
      repeats *= max(2, (count + words.count - 1) / max(1, words.count))
    }
  }
}

/// The project's own sentences for a haystack: harmless, all different, and never about keys, numbers or soups.
enum HaystackSentences {
  private static let people = [
    "The gardener", "An old sailor", "The teacher", "A quiet neighbour", "The young carpenter", "Her uncle",
    "The postman", "A traveller", "The miller", "One of the children", "The painter", "His sister",
  ]
  private static let deeds = [
    "walked along", "looked for a bench near", "told a story about", "drew a picture of", "spent the morning at",
    "thought again of", "wrote a letter about", "came back from", "made plans to visit", "heard something about",
    "took the long way round to", "sat down in front of",
  ]
  private static let places = [
    "the river bend", "the market square", "the empty station", "the orchard on the hill", "the stone bridge",
    "the harbour wall", "the little museum", "the pine forest", "the school garden", "the ferry landing",
    "the mill pond", "the village green",
  ]
  private static let times = [
    "before the rain came", "while the fog lifted", "as every autumn", "without much hurry",
    "when the bells were silent",
    "in the last light of the day", "for no reason at all", "as soon as the snow was gone", "with a basket of apples",
    "on the way home", "long before breakfast", "after the others had left",
  ]

  /// Some sentences.
  static func paragraph(_ random: inout SeededRandom) -> String {
    (0..<Int.random(in: 4...7, using: &random)).map { _ in sentence(&random) }.joined(separator: " ")
  }

  private static func sentence(_ random: inout SeededRandom) -> String {
    func one(_ list: [String]) -> String { list[Int.random(in: 0..<list.count, using: &random)] }
    let (who, what, place) = (one(people), one(deeds), one(places))
    return "\(who) \(what) \(place) \(one(times))."
  }
}
