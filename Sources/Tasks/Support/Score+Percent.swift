import Evaluation
import Metrics

extension Score {
  /// A scorer's value of 0 to 1 on the scale of 0 to 100, or its reason for giving none.
  init(_ metric: String, percentOf value: ScoreValue) {
    switch value {
    case .value(let number): self.init(metric, 100 * number)
    case .unscored(let reason): self.init(metric, unscored: reason)
    }
  }
}
