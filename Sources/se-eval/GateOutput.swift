import Foundation
import Gates
import Reports
import Text

/// A gate's result for the machines that ask for it: GitHub's annotations and step summary, JUnit's XML.
enum GateOutput {
  /// Writes annotations of what is worse and a summary of the step, where the program runs in a GitHub action.
  ///
  /// - Parameters:
  ///   - result: what was judged; nothing is written for nothing.
  ///   - title: what the gate is.
  /// - Throws: `ReportError`: the step's summary cannot be written.
  static func announce(_ result: GateResult, title: String) throws {
    let environment = ProcessInfo.processInfo.environment
    guard environment["GITHUB_ACTIONS"] == "true", !result.judgements.isEmpty else { return }
    for judgement in result.worse.prefix(10) {
      Terminal.message("::error title=\(property(title))::\(data(GateText.line(judgement)))")
    }
    for (judgement, _) in result.notCompared.prefix(10) {
      Terminal.message("::warning title=\(property(title))::\(data(GateText.line(judgement)))")
    }
    guard let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty else { return }
    // The file collects what all programs of a step say.
    let before = (try? Files.readText(path)) ?? ""
    try Files.write(Data((before + result.markdown(title: title)).utf8), to: path)
  }

  /// A suite of one test case for each number, as JUnit writes it.
  static func junit(_ result: GateResult, title: String) -> String {
    let failures = result.worse.count
    let errors = result.notCompared.count
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      "<testsuite name=\"\(xml(title))\" tests=\"\(result.judgements.count)\" failures=\"\(failures)\" errors=\"\(errors)\">",
    ]
    for judgement in result.judgements {
      let name = "<testcase classname=\"\(xml(title))\" name=\"\(xml(judgement.name))\""
      let message = xml(GateText.line(judgement))
      switch judgement.verdict {
      case .passed, .improved: lines.append(name + "/>")
      case .worse: lines.append(name + "><failure message=\"\(message)\"/></testcase>")
      case .notCompared: lines.append(name + "><error message=\"\(message)\"/></testcase>")
      }
    }
    return (lines + ["</testsuite>"]).joined(separator: "\n") + "\n"
  }

  private static func xml(_ text: String) -> String {
    VisibleText.escaped(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("\n", with: " ")
  }

  private static func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
