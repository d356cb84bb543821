import Foundation
import JSON

/// The sentences of RULER's needle tasks: the project's own, or those of a file.
struct RulerWording: Hashable, Sendable {
  /// What stands around the text.
  struct Frame: Hashable, Sendable, Decodable {
    /// The user's message, with `{context}`, `{query}` and `{kind}`.
    let prompt: String
    /// The beginning of the answer, behind the message (and behind the chat markers), with `{query}` and `{kind}`.
    let answer: String
  }

  let name: String
  /// A hidden sentence, with `{kinds}`, `{key}` and `{value}`.
  let needle: String
  /// One line of the haystack `noise`.
  let noise: String
  /// The frame where one value is asked for, and the words for a number, UUID or word in it.
  let one: Frame
  /// The frame where several are.
  let several: Frame
  /// For `number`, `uuid` and `word` the words of both frames: one and several.
  let kinds: [String: [String]]

  static let own = RulerWording(
    name: "se-eval", needle: "Among the secret {kinds} of {key} is this one: {value}.",
    noise: PasskeyWording.builtIn[0].filler.joined(separator: " "),
    one: Frame(
      prompt:
        "Somewhere in the text below stands a secret {kind}. Keep it in mind, for there is a question about it at "
        + "the end.\n{context}\nWhat is the secret {kind} of {query} in the text above?",
      answer: " The secret {kind} of {query} in the text above is"),
    several: Frame(
      prompt: "Somewhere in the text below stand some secret {kind}. Keep them in mind, for there is a question about "
        + "them at the end.\n{context}\nWhat are all the secret {kind} of {query} in the text above?",
      answer: " The secret {kind} of {query} in the text above are"),
    kinds: ["number": ["number", "numbers"], "uuid": ["identifier", "identifiers"], "word": ["word", "words"]])

  private struct File: Decodable {
    let name: String
    let needle: String
    let noise: String
    let one: Frame
    let several: Frame
    let kinds: [String: [String]]
  }

  /// The wording of a JSON file.
  static func read(_ path: String) throws(TaskError) -> (wording: RulerWording, sha256: String) {
    let (text, sha256) = try TaskFiles.text(path, need: "it should hold the wording of RULER's needle tasks")
    guard let file = try? JSONValue(json: text)?.decoded(as: File.self) else {
      throw .damagedData(
        path: path, line: nil,
        problem: "expected {\"name\", \"needle\", \"noise\", \"one\": {\"prompt\", \"answer\"}, \"several\": {...}, "
          + "\"kinds\": {\"number\": [one, several], \"uuid\": [...], \"word\": [...]}}")
    }
    let blanks: [(String, String, [String])] = [
      ("needle", file.needle, ["{key}", "{value}"]), ("one.prompt", file.one.prompt, ["{context}", "{query}"]),
      ("several.prompt", file.several.prompt, ["{context}", "{query}"]),
    ]
    for (key, text, needed) in blanks {
      for blank in needed where !text.contains(blank) {
        throw .damagedData(path: path, line: nil, problem: "`\(key)` lacks \(blank)")
      }
    }
    for kind in RulerValue.allCases where file.kinds[kind.rawValue]?.count != 2 {
      throw .damagedData(
        path: path, line: nil, problem: "`kinds` lacks `\(kind.rawValue)`: the words for one and several")
    }
    return (
      RulerWording(
        name: file.name, needle: file.needle, noise: file.noise, one: file.one, several: file.several,
        kinds: file.kinds), sha256
    )
  }

  /// The sentence that hides a value.
  func needle(key: String, value: String, _ kind: RulerValue) -> String {
    needle.replacing("{kinds}", with: words(kind)[1]).replacing("{key}", with: key).replacing("{value}", with: value)
  }

  /// The frame of a question for so many values, its words filled in but for `{context}`.
  func frame(values: Int, query: String, _ kind: RulerValue) -> Frame {
    let frame = values == 1 ? one : several
    func filled(_ text: String) -> String {
      text.replacing("{kind}", with: words(kind)[values == 1 ? 0 : 1]).replacing("{query}", with: query)
    }
    return Frame(prompt: filled(frame.prompt), answer: filled(frame.answer))
  }

  private func words(_ kind: RulerValue) -> [String] { kinds[kind.rawValue] ?? [kind.rawValue, kind.rawValue] }
}

/// What a key or a value is.
enum RulerValue: String, CaseIterable, Sendable {
  case number, uuid, word

  /// A random one: seven digits, a UUID of version 4, or an adjective and a noun.
  func random(_ random: inout SeededRandom) -> String {
    switch self {
    case .number: "\(Int.random(in: 1_000_000...9_999_999, using: &random))"
    case .uuid: RandomUUID.text(&random)
    case .word:
      Self.adjectives[Int.random(in: 0..<Self.adjectives.count, using: &random)] + "-"
        + Self.nouns[Int.random(in: 0..<Self.nouns.count, using: &random)]
    }
  }

  private static let adjectives = [
    "amber", "brave", "brisk", "calm", "clever", "cosy", "crisp", "dusty", "eager", "early", "faint", "fancy", "gentle",
    "glad", "grand", "green", "hidden", "humble", "icy", "idle", "jolly", "keen", "kind", "large", "lively", "lucky",
    "mellow", "merry", "misty", "modest", "narrow", "neat", "noble", "odd", "pale", "plain", "polite", "proud", "quick",
    "quiet", "rapid", "rare", "rough", "round", "rustic", "shy", "silent", "simple", "sleepy", "smooth", "solid",
    "sunny",
    "swift", "tall", "tidy", "tiny", "vivid", "warm", "wild", "wise", "witty", "young",
  ]
  private static let nouns = [
    "anchor", "apple", "arrow", "badge", "barrel", "basket", "beacon", "bottle", "branch", "bridge", "bucket", "button",
    "cabin", "candle", "canoe", "castle", "chimney", "clock", "cloud", "compass", "cottage", "cradle", "curtain",
    "drum",
    "engine", "falcon", "feather", "fiddle", "forest", "garden", "glacier", "hammer", "harbour", "island", "jacket",
    "kettle", "ladder", "lantern", "magnet", "meadow", "mirror", "needle", "orchard", "paddle", "pebble", "pencil",
    "pillow", "quarry", "ribbon", "river", "saddle", "shovel", "spoon", "statue", "temple", "thimble", "tunnel",
    "valley",
    "violin", "wagon", "window", "whistle",
  ]
}

/// Random UUIDs of version 4 from the project's seeded generator.
enum RandomUUID {
  /// A UUID in lower-case hexadecimal digits, for example `3f0a4f5e-…`.
  static func text(_ random: inout SeededRandom) -> String {
    var bytes: [UInt8] = []
    for _ in 0..<2 {
      let word = random.next()
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return text
  }
}
