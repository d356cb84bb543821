import Gates
import Text

/// The words for a gate's result.
enum GateText {
  /// One line: the verdict, the number and what it was compared with.
  static func line(_ judgement: Judgement) -> String {
    let reference = judgement.before.map { " against \(NumberText.fixed($0, 4))" } ?? ""
    let number = judgement.after.map { " is \(NumberText.fixed($0, 4))\(reference)" } ?? ""
    return "\(verdict(judgement)): \(judgement.name)\(number)"
  }

  private static func verdict(_ judgement: Judgement) -> String {
    switch judgement.verdict {
    case .passed, .improved: return "passed"
    case .worse: return "FAILED"
    case .notCompared(let reason):
      let sides = judgement.sides.map { [$0.before, $0.after].filter { !$0.isEmpty } } ?? []
      return "not judged (\(([reason.rawValue] + sides).joined(separator: ": ")))"
    }
  }
}
