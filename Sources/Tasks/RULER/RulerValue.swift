/// What a key or a value is.
enum RulerValue: String, CaseIterable, Sendable {
  case number, uuid, word

  /// A random one: seven digits, a UUID of version 4, or an adjective and a noun.
  func random(_ random: inout SeededRandom) -> String {
    switch self {
    case .number: "\(Int.random(in: 1_000_000...9_999_999, using: &random))"
    case .uuid: RandomUUID.text(&random)
    case .word: RulerWords.random(&random)
    }
  }
}

/// Adjectives and nouns for keys, as many as RULER has: 1,024 and 6,144, or 6.3 million pairs.
///
/// RULER takes about 1,000 adjectives and 6,000 nouns of a package. These are made of the project's own short lists, so
/// that two keys share a whole word as rarely as there: an adjective is a noun with an ending (`riverless`), a noun two
/// short ones in one (`applegate`).
enum RulerWords {
  /// The number of pairs.
  static var count: Int { nouns.count * endings.count * nouns.count * seconds.count }

  /// Every adjective and every noun.
  static var all: [String] {
    nouns.flatMap { stem in endings.map { stem + $0 } + seconds.map { stem + $0 } }
  }

  /// A pair, for example `riverbound-applegate`.
  static func random(_ random: inout SeededRandom) -> String {
    func one(_ list: [String]) -> String { list[Int.random(in: 0..<list.count, using: &random)] }
    let (stem, ending, first, second) = (one(nouns), one(endings), one(nouns), one(seconds))
    return stem + ending + "-" + first + second
  }

  private static let nouns = [
    "anchor", "apple", "arrow", "badge", "bank", "barrel", "basket", "beacon", "bell", "birch", "blossom", "boat",
    "bottle", "bramble", "branch", "bread", "brick", "bridge", "broom", "brush", "bucket", "button", "cabin",
    "cable", "candle", "canoe", "canvas", "carpet", "castle", "cedar", "chain", "chalk", "cheese", "cherry",
    "chimney", "clay", "clock", "cloth", "cloud", "clover", "coal", "coat", "copper", "coral", "cork", "cotton",
    "cradle", "crystal", "curtain", "daisy", "dew", "drum", "dust", "elm", "engine", "falcon", "feather", "fern",
    "fiddle", "flint", "flute", "forest", "fox", "frost", "garden", "garlic", "ginger", "glacier", "glass", "goat",
    "gold", "grain", "granite", "grape", "gravel", "hammer", "harbour", "hazel", "heather", "hedge", "honey",
    "horn", "iron", "island", "ivory", "ivy", "jacket", "kettle", "ladder", "lantern", "leaf", "leather", "lemon",
    "lily", "linen", "magnet", "maple", "marble", "meadow", "mint", "mirror", "moon", "moss", "mustard", "needle",
    "nettle", "oak", "olive", "onion", "orchard", "otter", "paddle", "paper", "pebble", "pencil", "pepper",
    "pillow", "pine", "plum", "pond", "poppy", "quarry", "rain", "ribbon", "river", "robin", "rose", "saddle",
  ]
  private static let endings = [
    "less", "like", "bound", "born", "shaped", "free", "proof", "wide",
  ]
  private static let seconds = [
    "acre", "bench", "bend", "board", "brook", "camp", "corner", "court", "crest", "dale", "drift", "edge", "field",
    "ford", "gate", "glen", "grove", "hall", "haven", "heap", "hill", "hollow", "house", "isle", "keeper", "lane",
    "ledge", "lodge", "loft", "maker", "market", "mill", "park", "path", "pier", "place", "point", "pool", "ridge",
    "road", "row", "seat", "shelf", "shop", "side", "stack", "stand", "stead",
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
