import Digest
import Foundation

/// HELMET's choices of rows and examples, drawn as Python and numpy draw them.
enum HELMETSelection {
  /// The seed of every dataset.
  static let seed = 42

  /// The SHA-256 of a text as one large number, modulo 2^31.
  static func hash(_ text: String) -> Int {
    var digest = SHA256()
    digest.update(text)
    return digest.finish().suffix(4).reduce(0) { $0 << 8 | Int($1) } & 0x7fff_ffff
  }

  /// The seed of the examples of a text that is classified.
  static func localSeed(_ text: String) -> Int { (hash(text) + seed) & 0x7fff_ffff }

  /// Places in the order in which Hugging Face's `Dataset.shuffle(seed=)` leaves rows.
  static func shuffled(_ count: Int, seed: Int = Self.seed) -> [Int] {
    PCG64.permutation(seed: UInt64(max(0, seed)), count: count)
  }

  /// `random.sample(sorted(keys), min(count, len(keys)))` of a new `random.seed(42)`.
  static func keys(_ keys: Set<String>, areNumbers: Bool, count: Int) -> Set<String> {
    let sorted = keys.sorted { a, b in
      if areNumbers, let x = Int(a), let y = Int(b) { return x < y }
      return a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
    }
    var random = PythonRandom(seed: seed)
    return Set(random.sample(of: sorted.count, count: min(count, sorted.count)).map { sorted[$0] })
  }

  /// The first rows of a shuffled file whose keys are distinct, the row's own key left out.
  ///
  /// - Parameters:
  ///   - keys: the keys of the file's rows.
  ///   - own: the key that may not be taken; nil where any may.
  ///   - seed: the seed of the shuffle.
  ///   - count: how many.
  /// - Returns: places in the file.
  static func examples(_ keys: [String], without own: String?, seed: Int, count: Int) -> [Int] {
    let places = keys.indices.filter { keys[$0] != own }
    var seen: Set<String> = []
    var chosen: [Int] = []
    for place in shuffled(places.count, seed: seed).map({ places[$0] })
    where chosen.count < count && seen.insert(keys[place]).inserted { chosen.append(place) }
    return chosen
  }

  /// Examples with as many of each label as can be: rounds over the labels, each shuffled.
  ///
  /// - Parameters:
  ///   - labels: the labels of the pool, in its order.
  ///   - shots: how many.
  ///   - seed: the seed of Python's `Random`.
  /// - Returns: places in the pool.
  static func balanced(_ labels: [Int], shots: Int, seed: Int) -> [Int] {
    var order: [Int] = []
    var places: [Int: [Int]] = [:]
    for (place, label) in labels.enumerated() {
      if places[label] == nil { order.append(label) }
      places[label, default: []].append(place)
    }
    guard !order.isEmpty, shots > 0 else { return [] }
    let rounds = (shots + order.count - 1) / order.count
    var random = PythonRandom(seed: seed)
    var result = [[Int]](repeating: [], count: rounds)
    for label in order {
      let own = places[label] ?? []
      var indices = random.sample(of: own.count, count: rounds % own.count)
      while indices.count < rounds {
        indices += random.sample(of: own.count, count: min(rounds - indices.count, own.count))
      }
      for (round, index) in indices.enumerated() { result[round].append(own[index]) }
    }
    for round in result.indices { random.shuffle(&result[round]) }
    return Array(result.joined().prefix(shots))
  }

  /// The number that stands for each label in a prompt.
  static func labelNumbers(_ count: Int, seed: Int) -> [Int] { PythonRandom.shuffled(Array(0..<count), seed: seed) }
}
