import Evaluation
import Metrics
import Store

/// The difference of two methods on the samples that both have.
struct MethodDifference: Hashable, Sendable {
  /// `a - b`; nil when no sample has both.
  var difference: Double?
  /// 95 % interval over samples, or documents, in pairs.
  var interval: Statistics.Interval?
  /// McNemar's exact test for accuracy, the paired t over units for anything else; nil for fewer than two units.
  var pValue: Double?
  /// Samples that both have.
  var count = 0
  /// Samples on which `a` is better.
  var better = 0
  /// Samples on which `a` is worse.
  var worse = 0

  var low: Double? { interval?.low }
  var high: Double? { interval?.high }
  /// True where the interval does not hold 0 and the test agrees.
  var isClear: Bool { interval?.excludesZero == true && (pValue ?? 1) < 0.05 }
}

/// A sample that two methods both have.
struct PairedSample: Sendable {
  let place: String
  let a: LoadedSample
  let b: LoadedSample
  let contributionA: Contribution
  let contributionB: Contribution
}

enum Pairing {
  /// The samples that both have a score for, by coordinates and sample name.
  static func pairs(_ a: [LoadedCell], _ b: [LoadedCell], _ metric: MetricDescription) -> [PairedSample] {
    struct Key: Hashable {
      let place: String
      let sampleID: String
    }
    var others: [Key: LoadedSample] = [:]
    for cell in b {
      for sample in cell.samples { others[Key(place: cell.place, sampleID: sample.result.sampleID)] = sample }
    }
    var pairs: [PairedSample] = []
    for cell in a {
      for sample in cell.samples {
        guard let other = others[Key(place: cell.place, sampleID: sample.result.sampleID)],
          let x = metric.contribution(of: sample.result, document: sample.document),
          let y = metric.contribution(of: other.result, document: other.document)
        else { continue }
        pairs.append(PairedSample(place: cell.place, a: sample, b: other, contributionA: x, contributionB: y))
      }
    }
    return pairs
  }

  /// The difference over pairs, with an interval and the counts of flips.
  static func difference(_ pairs: [PairedSample], _ metric: MetricDescription) -> MethodDifference {
    var result = MethodDifference(count: pairs.count)
    let (a, b) = (pairs.map(\.contributionA), pairs.map(\.contributionB))
    guard let valueA = metric.combined(a), let valueB = metric.combined(b) else { return result }
    result.difference = valueA - valueB
    for (x, y) in zip(a, b) {
      let change = (x.mean - y.mean) * (metric.higherIsBetter ? 1 : -1)
      if change > 0 { result.better += 1 }
      if change < 0 { result.worse += 1 }
    }
    // Both sides have the same samples of the same documents, so the same units in the same order.
    if metric.isPercentage {
      let test = McNemarTest(zip(a, b).map { (first: $1.sums.sum == 1, second: $0.sums.sum == 1) })
      result.interval = test.flatMap(Statistics.pairedShareInterval)
      result.pValue = test?.pValue
    } else {
      let paired = Statistics.pairedDifference(
        first: metric.units(of: b), second: metric.units(of: a), transform: metric.transform)
      result.interval = paired?.interval
      result.pValue = paired?.pValue
    }
    return result
  }
}
