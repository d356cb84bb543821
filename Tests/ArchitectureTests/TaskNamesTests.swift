import Foundation
import Testing

/// A task is known to its folder and the registry, so that one is added without touching anything else.
@Suite struct TaskNamesTests {
  /// A task: its folder below `Tasks/`, its type and its name in a configuration.
  private struct Plugin {
    let folder: String
    let type: String
    let name: String
  }

  /// The registries, and files whose naming of a task has a reason.
  private static let exceptions: [String: Set<String>] = [
    "Tasks/TaskRegistry.swift": [],
    // Names of metrics and of rows that `score` takes.
    "Metrics/Scoring/ScorerRegistry.swift": [],
    "Metrics/Scoring/ScorerRegistry+Rows.swift": [],
    // The layout of another program's files, which has the benchmark's name.
    "Reports/Export/ExportFormat.swift": ["longbench"],
    // The official word count of a split of PG-19, which the convention pg19-word divides by.
    "Tasks/Perplexity/PerplexityCorpus.swift": ["PG19"],
    // A scorer's name, names of files and settings that HELMET has, keys of other people's files.
    "Tasks/Custom/CustomTask.swift": ["passkey"],
    "Tasks/HELMET/HELMET.swift": ["infinitebench"],
    "Tasks/HELMET/HELMETFiles.swift": ["infinitebench", "ruler"],
    "Tasks/NoLiMa/NoLiMaNeedle.swift": ["needle"],
    "Tasks/VisualHaystacks/VisualHaystacks+Data.swift": ["needle"],
    "Tasks/VisualHaystacks/VisualHaystacks.swift": ["needle"],
    "Tasks/VisualHaystacks/VisualHaystacksRow.swift": ["needle"],
    "Tasks/RULER/RulerValue.swift": ["needle"],
    "Tasks/RULER/RulerWording.swift": ["needle"],
  ]

  /// Names that are a metric's, too, and stand for that elsewhere.
  private static let alsoMetrics: Set<String> = ["perplexity"]

  private static func plugins() throws -> [Plugin] {
    var plugins: [Plugin] = []
    for path in Layers.files where path.hasPrefix("Tasks/") && path.split(separator: "/").count >= 3 {
      let text = try Layers.lines(path).joined(separator: "\n")
      guard let type = text.firstMatch(of: /public struct (\w+): (?:EvaluationTask|StatelessScoring)/),
        let name = text.firstMatch(of: /public static let name = "([^"]+)"/)
      else { continue }
      plugins.append(Plugin(folder: String(path.split(separator: "/")[1]), type: "\(type.1)", name: "\(name.1)"))
    }
    return plugins
  }

  @Test("no file outside of a task's folder and the registries names it")
  func names() throws {
    let plugins = try Self.plugins()
    #expect(plugins.count >= 20)
    let registry = try Layers.lines("Tasks/TaskRegistry.swift").joined()
    for plugin in plugins { #expect(registry.contains("\(plugin.type).self"), "\(plugin.type) is not registered") }
    for path in Layers.files {
      let allowed = Self.exceptions[path]
      if allowed?.isEmpty == true { continue }
      let parts = path.split(separator: "/").map(String.init)
      // A benchmark's scorers stand in a folder of the same name in Metrics.
      let own = parts.count > 2 && ["Tasks", "Metrics"].contains(parts[0]) ? parts[1] : nil
      for (number, line) in try Layers.lines(path).enumerated() {
        let code = Self.code(line)
        for plugin in plugins where plugin.folder != own {
          let isTyped = allowed?.contains(plugin.type) != true && Self.hasWord(plugin.type, in: code.outside)
          let isNamed = code.literals.contains { literal in
            literal == plugin.name && !Self.alsoMetrics.contains(literal) || literal.hasPrefix(plugin.name + "/")
          }
          #expect(!isTyped, "\(path):\(number + 1) names the task \(plugin.type)")
          #expect(
            !isNamed || allowed?.contains(plugin.name) == true, "\(path):\(number + 1) names the task \(plugin.name)")
        }
      }
    }
  }

  /// A line without its comment: what stands outside of texts, and the texts.
  private static func code(_ line: Substring) -> (outside: String, literals: [String]) {
    if line.drop(while: { $0 == " " }).hasPrefix("//") { return ("", []) }
    let parts = line.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
    var outside = ""
    var literals: [String] = []
    for (index, part) in parts.enumerated() {
      if index % 2 == 1 {
        literals.append(part)
      } else {
        outside += part.split(separator: "//", maxSplits: 1).first ?? ""
      }
    }
    return (outside, literals)
  }

  private static func hasWord(_ word: String, in text: String) -> Bool {
    text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { $0 == word }
  }
}
