import Foundation
import Testing

@testable import Metrics

/// How often the 95 % intervals hold the truth, by simulation.
///
/// `SE_EVAL_COVERAGE=4000 swift test --filter CoverageTests` prints the tables of Docs/numbers.md with so many trials per
/// figure; without the variable a few figures are held to 93 % with fewer.
@Suite struct CoverageTests {
  private static let trials = ProcessInfo.processInfo.environment["SE_EVAL_COVERAGE"].flatMap { Int($0) }

  /// Draws one data set of so many units; true where the interval exists and holds the truth.
  private struct Design: Sendable, CustomStringConvertible {
    let description: String
    let holds: @Sendable (Int, inout Draws) -> Bool?
  }

  @Test("95 % intervals cover 93 % and more from six units on", arguments: [6, 12, 32])
  func coverage(count: Int) {
    for design in Self.designs where Self.trials == nil {
      let share = Self.coverage(design, count: count, trials: 300)
      // Three standard errors of 300 trials below 93 %.
      #expect(share > 0.93 - 3 * (0.07 * 0.93 / 300).squareRoot(), "\(design), n=\(count)")
    }
  }

  @Test("below six units there is no interval, whatever the data", arguments: [1, 2, 3, 4, 5])
  func few(count: Int) {
    for design in Self.designs {
      var draws = Draws(seed: UInt64(count))
      #expect((0..<50).allSatisfy { _ in design.holds(count, &draws) == nil }, "\(design), n=\(count)")
    }
  }

  @Test("the tables of Docs/numbers.md", .enabled(if: trials != nil))
  func table() {
    Self.table([6, 8, 12, 16, 24, 32, 64], isGiven: false) { "\($0)" }
    Self.table([2, 3, 4, 5], isGiven: true) { "\($0), if given" }
  }

  /// Prints coverage; with the share of the data sets that would have an interval where none is given today.
  private static func table(_ counts: [Int], isGiven: Bool, _ title: (String) -> String) {
    print("| data | " + counts.map { title("n=\($0)") }.joined(separator: " | ") + " |")
    print("| --- |" + counts.map { _ in " ---: |" }.joined())
    func text(_ share: Double) -> String { "\((share * 1000).rounded() / 10)" }
    for design in designs {
      let cells = counts.map { count in
        let (held, asked) = Statistics.$leastUnitCount.withValue(min(count, Statistics.minimumUnitCount)) {
          holding(design, count: count, trials: trials ?? 0)
        }
        guard asked > 0 else { return "-" }
        let coverage = text(Double(held) / Double(asked))
        return isGiven ? "\(coverage) (\(text(Double(asked) / Double(trials ?? 1))))" : coverage
      }
      print("| \(design) | " + cells.joined(separator: " | ") + " |")
    }
  }

  private static func coverage(_ design: Design, count: Int, trials: Int) -> Double {
    let (held, asked) = holding(design, count: count, trials: trials)
    return asked > 0 ? Double(held) / Double(asked) : 0
  }

  /// How many data sets have an interval, and how many of these hold the truth.
  private static func holding(_ design: Design, count: Int, trials: Int) -> (held: Int, asked: Int) {
    var draws = Draws(seed: UInt64(count))
    var (held, asked) = (0, 0)
    for _ in 0..<trials {
      guard let holds = design.holds(count, &draws) else { continue }
      asked += 1
      if holds { held += 1 }
    }
    return (held, asked)
  }

  // MARK: Designs

  private static let designs: [Design] =
    [
      mean("mean: normal", 0) { $0.normal() },
      mean("mean: exponential", 1) { $0.exponential() },
      mean("mean: lognormal, sigma 0.5", exp(0.125)) { exp(0.5 * $0.normal()) },
      mean("mean: lognormal, sigma 1", exp(0.5)) { exp($0.normal()) },
      mean("mean of scores 0 to 1: uniform", 0.5, 0...1) { $0.uniform() },
      mean("mean of scores 0 to 1: 70 % are 0, the others uniform", 0.15, 0...1) {
        $0.uniform() < 0.7 ? 0 : $0.uniform()
      },
      mean("mean of scores 0 or 1: 90 % are 1", 0.9, 0...1) { $0.uniform() < 0.9 ? 1 : 0 },
    ]
    + [0.5, 0.8, 0.9, 0.975].map { share($0) }
    + [
      perplexity("perplexity: equal documents", spread: 0),
      perplexity("perplexity: lengths lognormal 0.5", spread: 0.5),
      perplexity("perplexity: lengths lognormal 1", spread: 1),
      heavy("mean lognormal, sigma 1: lengths lognormal 0.5", spread: 0.5),
      heavy("mean lognormal, sigma 1: lengths lognormal 1", spread: 1),
      clusters("share, 1 to 12 questions a document: 80 %, correlation 0.3", 0.8, 0.3),
      clusters("share, 1 to 12 questions a document: 95 %, correlation 0.5", 0.95, 0.5),
      pairedPerplexity(spread: 0.5), pairedPerplexity(spread: 1), pairedScores, pairedShare(0.3, 0.1),
      pairedShare(0.1, 0.1), pairedShare(0.05, 0),
    ]

  private static func mean(
    _ name: String, _ truth: Double, _ range: ClosedRange<Double>? = nil,
    _ draw: @escaping @Sendable (inout Draws) -> Double
  ) -> Design {
    Design(description: name) { count, draws in
      let units = (0..<count).map { _ in WeightedSum(draw(&draws)) }
      return holds(Statistics.interval(of: units, range: range), truth)
    }
  }

  private static func share(_ truth: Double) -> Design {
    Design(description: "share: \(100 * truth) %") { count, draws in
      let successes = (0..<count).count { _ in draws.uniform() < truth }
      return holds(Statistics.shareInterval(successes: successes, of: count), truth)
    }
  }

  /// Documents of mean NLL 2.5, standard deviation 0.4, whatever their length.
  private static func perplexity(_ name: String, spread: Double) -> Design {
    Design(description: name) { count, draws in
      let units = (0..<count).map { _ in
        let tokens = exp(spread * draws.normal())
        return WeightedSum(sum: tokens * (2.5 + 0.4 * draws.normal()), weight: tokens)
      }
      return holds(Statistics.interval(of: units) { exp($0) }, exp(2.5))
    }
  }

  /// Units of a skewed mean and of skewed lengths: of few large ones the skewness hardly shows.
  private static func heavy(_ name: String, spread: Double) -> Design {
    Design(description: name) { count, draws in
      let units = (0..<count).map { _ in
        let tokens = exp(spread * draws.normal())
        return WeightedSum(sum: tokens * exp(draws.normal()), weight: tokens)
      }
      return holds(Statistics.interval(of: units), exp(0.5))
    }
  }

  private static func clusters(_ name: String, _ truth: Double, _ correlation: Double) -> Design {
    let scale = (1 - correlation) / correlation
    return Design(description: name) { count, draws in
      let units = (0..<count).map { _ in
        let questions = 1 + Int(draws.uniform() * 12)
        let share = draws.beta(truth * scale, (1 - truth) * scale)
        return WeightedSum(
          sum: Double((0..<questions).count { _ in draws.uniform() < share }), weight: Double(questions))
      }
      return holds(Statistics.interval(of: units, range: 0...1), truth)
    }
  }

  /// The second method's documents are 2 % worse, with noise of their own.
  private static func pairedPerplexity(spread: Double) -> Design {
    Design(description: "paired perplexity: lengths lognormal \(spread)") { count, draws in
      var (first, second): ([WeightedSum], [WeightedSum]) = ([], [])
      for _ in 0..<count {
        let tokens = exp(spread * draws.normal())
        let loss = 2.5 + 0.4 * draws.normal()
        first.append(WeightedSum(sum: tokens * loss, weight: tokens))
        second.append(WeightedSum(sum: tokens * (loss + 0.02 + 0.02 * draws.normal()), weight: tokens))
      }
      let found = Statistics.pairedDifference(first: first, second: second) { exp($0) }
      return holds(found?.interval, exp(2.52) - exp(2.5))
    }
  }

  private static let pairedScores = Design(description: "paired scores 0 to 1: half are equal") { count, draws in
    let first = (0..<count).map { _ in WeightedSum(0.2 + 0.6 * draws.uniform()) }
    let second = first.map { unit in
      draws.uniform() < 0.5 ? unit : WeightedSum(unit.sum + 0.2 * (draws.uniform() - 0.25))
    }
    return holds(Statistics.pairedDifference(first: first, second: second, range: 0...1)?.interval, 0.5 * 0.2 * 0.25)
  }

  private static func pairedShare(_ gain: Double, _ loss: Double) -> Design {
    Design(description: "paired share: \(100 * gain) % gained, \(100 * loss) % lost") { count, draws in
      let pairs = (0..<count).map { _ -> (first: Bool, second: Bool) in
        let draw = draws.uniform()
        return draw < gain ? (false, true) : draw < gain + loss ? (true, false) : (true, true)
      }
      return holds(McNemarTest(pairs).flatMap(Statistics.pairedShareInterval), gain - loss)
    }
  }

  private static func holds(_ interval: Statistics.Interval?, _ truth: Double) -> Bool? {
    interval.map { $0.low <= truth && truth <= $0.high }
  }
}

/// Seeded draws of the simulation.
private struct Draws {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func uniform() -> Double { (Double(generator.next() >> 11) + 0.5) / 9_007_199_254_740_992 }
  mutating func exponential() -> Double { -log(uniform()) }
  mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }

  /// Gamma of any shape above 0 (Marsaglia and Tsang 2000).
  mutating func gamma(_ shape: Double) -> Double {
    guard shape >= 1 else { return gamma(shape + 1) * pow(uniform(), 1 / shape) }
    let d = shape - 1.0 / 3
    while true {
      let x = normal()
      let v = pow(1 + x / (9 * d).squareRoot(), 3)
      if v > 0, log(uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  mutating func beta(_ a: Double, _ b: Double) -> Double {
    let (x, y) = (gamma(a), gamma(b))
    return x + y > 0 ? x / (x + y) : 0
  }
}
