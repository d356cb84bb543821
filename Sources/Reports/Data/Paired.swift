import Evaluation
import Metrics
import Store

/// A sample that two methods both have.
struct PairedSample: Sendable {
  let place: String
  let a: LoadedSample
  let b: LoadedSample
  let contributionA: Contribution
  let contributionB: Contribution
}

enum Pairing {
  /// a - b over the samples that both have a score for.
  static func difference(_ a: [LoadedCell], _ b: [LoadedCell], _ metric: MetricDescription) -> PairedEstimate {
    let byPlace = Dictionary(grouping: b, by: \.place)
    var (first, second): ([Contribution], [Contribution]) = ([], [])
    for cell in a {
      let twins = byPlace[cell.place] ?? []
      // Mostly both have the same samples, and each a score: then nothing is to be looked up.
      guard twins.count == 1, haveEqualNames(cell.samples, twins[0].samples) else {
        return difference(pairs(a, b, metric), metric)
      }
      let (own, others) = (cell.contributions(metric), twins[0].contributions(metric))
      guard own.unscored == 0, others.unscored == 0 else { return difference(pairs(a, b, metric), metric) }
      first += own.scored
      second += others.scored
    }
    return metric.pairedEstimate(first: second, second: first)
  }

  /// The samples that both have a score for, by coordinates and sample name.
  static func pairs(_ a: [LoadedCell], _ b: [LoadedCell], _ metric: MetricDescription) -> [PairedSample] {
    let byPlace = Dictionary(grouping: b, by: \.place)
    var pairs: [PairedSample] = []
    for cell in a {
      let place = cell.place
      func add(_ sample: LoadedSample, _ other: LoadedSample) {
        guard let x = sample.contribution(metric), let y = other.contribution(metric) else { return }
        pairs.append(PairedSample(place: place, a: sample, b: other, contributionA: x, contributionB: y))
      }
      let twins = byPlace[place] ?? []
      // Mostly both have the same samples in the same order.
      if twins.count == 1, haveEqualNames(cell.samples, twins[0].samples) {
        pairs.reserveCapacity(pairs.count + cell.samples.count)
        for (sample, other) in zip(cell.samples, twins[0].samples) { add(sample, other) }
        continue
      }
      var others: [String: LoadedSample] = [:]
      for sample in twins.flatMap(\.samples) { others[sample.result.sampleID] = sample }
      for sample in cell.samples {
        if let other = others[sample.result.sampleID] { add(sample, other) }
      }
    }
    return pairs
  }

  private static func haveEqualNames(_ a: [LoadedSample], _ b: [LoadedSample]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.result.sampleID == $1.result.sampleID }
  }

  /// a - b over pairs, with an interval and the counts of flips.
  static func difference(_ pairs: [PairedSample], _ metric: MetricDescription) -> PairedEstimate {
    metric.pairedEstimate(first: pairs.map(\.contributionB), second: pairs.map(\.contributionA))
  }
}
