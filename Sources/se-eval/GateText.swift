import Gates
import Reports
import Text

/// The words for a gate's result.
enum GateText {
  /// One line: the verdict, the number and what it was compared with.
  static func line(_ judgement: Judgement) -> String {
    let reference = judgement.before.map { " against \(NumberText.fixed($0, 4))" } ?? ""
    let number = judgement.after.map { " is \(NumberText.fixed($0, 4))\(reference)" } ?? ""
    let allowed = judgement.allowed.map { ", allowed \(NumberText.fixed($0, 4))" } ?? ""
    let bounds = judgement.boundWords.isEmpty ? "" : ", must be \(judgement.boundWords)"
    return "\(judgement.word): \(judgement.name)\(number)\(allowed)\(bounds)"
  }
}
