import Foundation

/// RULER's frequent words: made-up words whose frequencies follow a zeta distribution; the three most frequent are
/// asked for.
///
/// Source: NVIDIA/RULER, scripts/data/synthetic/freq_words_extraction.py, draw by draw. It searches for the size in a
/// way of its own: upwards once, downwards for each sample.
struct RulerFrequentWords {
  private static let letters = Array("abcdefghijklmnopqrstuvwxyz")
  private static let wordLength = 6
  private static let goldCount = 3

  let template: RulerTemplate
  private let seed: Int
  private let alpha: Double
  private let isCorrected: Bool
  private var random: PythonRandom

  init(_ template: RulerTemplate, seed: Int, alpha: Double = 2, isCorrected: Bool = false) {
    self.template = template
    self.seed = seed
    self.alpha = alpha
    self.isCorrected = isCorrected
    random = PythonRandom(seed: seed)
  }

  /// The samples of a length; see `RulerGenerator.samples`.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - length: the most tokens of prompt and generation.
  ///   - counter: how texts are measured.
  /// - Returns: the samples in order.
  /// - Throws: `TaskError.impossibleSample` where the length is too short.
  mutating func samples(_ count: Int, length: Int, _ counter: RulerCounter) throws(TaskError) -> [RulerDraw] {
    let limit = length - template.generatedTokenCount
    let vocabularySize = limit / 50
    guard vocabularySize > Self.goldCount else {
      throw .impossibleSample(cell: "ruler fwe length=\(length)", problem: "it is too short; ask for longer ones")
    }
    let step = limit / 32
    // The first vocabulary serves the search alone.
    let probing = vocabulary(vocabularySize)
    var size = limit / Self.wordLength
    while true {
      let tokens = try counter.prompt(text(probing, size, shuffle: seed))
      if tokens >= limit { break }
      // About one word in `size` is one of the list's; each is a token at least.
      guard size <= 4 * limit else {
        throw .unfillable("ruler fwe length=\(length)", length: length, tokens: tokens, pieces: size)
      }
      size += step
    }
    size -= step
    var samples: [RulerDraw] = []
    for index in 0..<count {
      let words = vocabulary(vocabularySize)
      let shuffle = isCorrected ? seed + index : seed
      var own = size
      var made = text(words, own, shuffle: shuffle)
      var tokens = try counter.prompt(made)
      while tokens > limit {
        own -= step
        guard own > 0 else {
          throw .impossibleSample(cell: "ruler fwe length=\(length)", problem: "no sample fits; ask for longer ones")
        }
        made = text(words, own, shuffle: shuffle)
        tokens = try counter.prompt(made)
      }
      samples.append(
        RulerDraw(
          text: made, answers: Array(words[1...Self.goldCount]),
          tokenCount: tokens + template.generatedTokenCount, size: own))
    }
    return samples
  }

  /// Different words by rank; the first is no word but dots.
  private mutating func vocabulary(_ size: Int) -> [String] {
    func word() -> String {
      String(random.choices(of: Self.letters.count, count: Self.wordLength).map { Self.letters[$0] })
    }
    var words = (0..<size).map { _ in word() }
    var different = Set(words)
    while different.count < size {
      let next = word()
      words.append(next)
      different.insert(next)
    }
    var ranked = PythonRandom.shuffled(different.sorted(), seed: seed)
    ranked[0] = "..."
    return ranked
  }

  private func text(_ words: [String], _ size: Int, shuffle: Int) -> RulerText {
    let zeta = RiemannZeta.value(alpha)
    let all = words.enumerated().flatMap { rank, word in
      Array(repeating: word, count: Int(Double(size) * pow(Double(rank + 1), -alpha) / zeta))
    }
    return template.filled(["context": PythonRandom.shuffled(all, seed: shuffle).joined(separator: " ")])
  }
}

/// The sum of 1/n^s over all n, for s above 1.
enum RiemannZeta {
  /// Euler and Maclaurin's sum, to the last digits of a double.
  static func value(_ s: Double) -> Double {
    let count = 20.0
    var sum = 0.0
    // From the small numbers to the large ones.
    for n in (1..<20).reversed() { sum += pow(Double(n), -s) }
    var tail = pow(count, 1 - s) / (s - 1) + pow(count, -s) / 2
    // Bernoulli's numbers over factorials.
    let coefficients = [1.0 / 12, -1.0 / 720, 1.0 / 30_240, -1.0 / 1_209_600, 1.0 / 47_900_160]
    var factor = s * pow(count, -s - 1)
    for (index, coefficient) in coefficients.enumerated() {
      tail += coefficient * factor
      let order = Double(2 * index + 1)
      factor *= (s + order) * (s + order + 1) / (count * count)
    }
    return sum + tail
  }
}
