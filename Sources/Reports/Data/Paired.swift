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
          let x = sample.contribution(metric), let y = other.contribution(metric)
        else { continue }
        pairs.append(PairedSample(place: cell.place, a: sample, b: other, contributionA: x, contributionB: y))
      }
    }
    return pairs
  }

  /// a - b over pairs, with an interval and the counts of flips.
  static func difference(_ pairs: [PairedSample], _ metric: MetricDescription) -> PairedEstimate {
    metric.pairedEstimate(first: pairs.map(\.contributionB), second: pairs.map(\.contributionA))
  }
}
