import Evaluation
import Metrics
import Store
import Text

extension Table.Cell {
  /// A measured number: value, interval, count, and what is missing of it.
  init(_ aggregate: Aggregate, _ metric: MetricDescription) {
    guard let value = aggregate.value else {
      self.init(aggregate.absence)
      isGap = true
      detail = Self.gaps(aggregate)
      (count, expected) = (0, aggregate.expected)
      return
    }
    self.init(metric.text(value))
    self.value = value
    (low, high) = (aggregate.low, aggregate.high)
    (count, expected) = (aggregate.count, aggregate.expected)
    isGap = !aggregate.isComplete
    let interval = metric.text(aggregate.low, aggregate.high, beside: value)
    detail = interval + Self.gaps(aggregate)
  }

  /// A paired difference; accuracy in percentage points.
  init(_ difference: PairedEstimate, _ metric: MetricDescription) {
    guard let value = difference.difference else {
      self.init("no pairs")
      isGap = true
      count = 0
      return
    }
    self.init(NumberText.signed(metric.text(value)))
    self.value = value
    (low, high) = (difference.interval?.low, difference.interval?.high)
    count = difference.count
    let interval = metric.text(low, high, beside: value)
    detail = interval + "n=\(difference.count), \(difference.better) better, \(difference.worse) worse"
  }

  private static func gaps(_ aggregate: Aggregate) -> String {
    // Beside the word that says what became of all of them a count is enough.
    for count in [aggregate.missing, aggregate.unscored, aggregate.failed] where count > 0 && count == aggregate.wanted
    {
      return count == aggregate.missing ? "0 of \(count)" : "\(count) of \(count)"
    }
    var parts = [aggregate.isComplete ? "n=\(aggregate.count)" : "n=\(aggregate.count) of \(aggregate.wanted)"]
    if aggregate.unscored > 0 { parts.append("\(aggregate.unscored) unscored") }
    if aggregate.failed > 0 { parts.append("\(aggregate.failed) failed") }
    if aggregate.missing > 0 { parts.append("\(aggregate.missing) missing") }
    return parts.joined(separator: ", ")
  }
}

extension Grid.Column {
  /// The column's heading; a length at or beyond the context window says how many of them it is.
  func heading(isLength: Bool, showsMetric: Bool) -> String {
    var text = value.isEmpty ? metric.title : value
    if isLength, let number, contextWindow > 0, number >= Double(contextWindow) {
      text += " (\(NumberText.fixed(number / Double(contextWindow), 1)) L)"
    }
    if showsMetric, !value.isEmpty { text += " (\(metric.title))" }
    return text
  }
}
