import Foundation
import Testing
import Text

/// Whole files that a change must not move unseen: in Goldens/, recorded by `SE_RECORD=1`; a recording run fails.
enum Golden {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
  private static var isRecording: Bool { ProcessInfo.processInfo.environment["SE_RECORD"] == "1" }

  /// Compares a text with the golden file of this name.
  static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = folder.appending(path: name)
    if isRecording {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(name); run again without SE_RECORD", sourceLocation: sourceLocation)
      return
    }
    let golden = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    guard golden != text else { return }
    let (old, new) = (
      golden.split(separator: "\n", omittingEmptySubsequences: false),
      text.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let line = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
    let (was, became) = (line < old.count ? old[line] : "(end)", line < new.count ? new[line] : "(end)")
    Issue.record(
      "\(name) differs at line \(line + 1): '\(was)' became '\(became)'. If that is meant, record with SE_RECORD=1.",
      sourceLocation: sourceLocation)
  }

  /// The names of the golden files below a folder.
  static func names(below subfolder: String) -> [String] {
    let start = folder.appending(path: subfolder).path
    let names = FileManager.default.enumerator(atPath: start)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.contains(".") && !$0.hasPrefix(".") }.sorted()
  }
}
