import Sweeps
import Text

/// The words for a gate's result.
enum GateText {
  /// One line: the verdict, the number and what it was compared with.
  static func line(_ result: GateResult) -> String {
    let gate = "\(result.gate.task) \(result.gate.metric)"
    guard let value = result.value else { return "\(verdict(result)): \(gate)" }
    let place = "\(value.model) \(value.method) \(value.coordinates)"
    let reference = result.reference.map { " against \(NumberText.fixed($0, 4))" } ?? ""
    return "\(verdict(result)): \(gate) of \(place) is \(NumberText.fixed(value.value, 4))\(reference)"
  }

  private static func verdict(_ result: GateResult) -> String {
    switch result.verdict {
    case .passed: "passed"
    case .failed: "FAILED"
    case .notJudged(let reason): "not judged (\(reason))"
    }
  }
}
