import Tasks
import Text

/// `tasks` and `task`: what the plugins declare of themselves.
enum TaskCommands {
  private static let markdown = Option.flag("--markdown", "as the page Docs/tasks.md")
  private static let name = Positional(name: "NAME", help: "a task's name, for example passkey")

  static let list = Command(
    name: "tasks", summary: "List the tasks that a configuration may name", options: [markdown]
  ) { arguments in
    let types = Registry.tasks
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(types.map { TaskPage($0) })
    } else if arguments.has(markdown) {
      Terminal.write(TaskPage.markdown(types.map { TaskPage($0) }))
    } else {
      Terminal.write(Help.rows(types.map { ($0.name, $0.about.summary) }))
    }
    return .complete
  }

  static let one = Command(
    name: "task", summary: "Print a task's settings, protocols, metrics and data, with an example", positionals: [name]
  ) { arguments in
    let name = arguments.positionals[0]
    let types = Registry.tasks
    guard let type = types.first(where: { $0.name == name }) else {
      let names = types.map { $0.name }
      let hint = Suggestion.hint(for: name, among: names)
      throw UsageError("there is no task '\(name)', there are \(names.joined(separator: ", "))\(hint)")
    }
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(TaskPage(type))
    } else {
      Terminal.write(TaskPage(type).text)
    }
    return .complete
  }
}

/// What is printed of a task.
struct TaskPage: Encodable {
  struct Entry: Encodable {
    let name: String
    let text: String
  }

  struct Setting: Encodable {
    let key: String
    let type: String
    let help: String
    let isRequired: Bool
    /// What holds where it is not given.
    let standard: String?
    /// The help with the default.
    let line: String
  }

  struct Data: Encodable {
    let folder: String
    let takes: String
    let source: String
    let isRequired: Bool
  }

  let name: String
  let summary: String
  let example: String
  let settings: [Setting]
  let protocols: [Entry]
  let metrics: [Entry]
  let data: Data?

  init(_ type: any EvaluationTask.Type) {
    name = type.name
    summary = type.about.summary
    example = "\(type.name): \(type.about.example)"
    settings = type.settings.map { Self.setting($0.description) }
    protocols = type.about.protocols.map { Entry(name: $0.name, text: $0.text) }
    metrics = type.about.metrics.map { Entry(name: $0.name, text: $0.text) }
    data = type.benchmark.map {
      Data(folder: $0.folder, takes: $0.takes, source: $0.source, isRequired: $0.wantsImport)
    }
  }

  private static func setting(_ setting: SettingDescription) -> Setting {
    let standard: String? =
      switch setting.standard {
      case .required: nil
      case .value(let text): text
      case .imported(let path): "${\(ImportedData.variable)}/\(path)"
      }
    return Setting(
      key: setting.key, type: setting.type, help: setting.help, isRequired: standard == nil, standard: standard,
      line: setting.line)
  }

  /// The page for a terminal.
  var text: String {
    "\(name): \(summary)\n\nexample:\n  tasks:\n    - \(example)\n"
      + Help.section("settings", settings.map { ($0.key, "\($0.type): \($0.line)") })
      + Help.section("protocols", protocols.map { ($0.name, $0.text) })
      + Help.section("metrics", metrics.map { ($0.name, $0.text) })
      + Help.section("data", dataRows)
  }

  private var dataRows: [(String, String)] {
    guard let data else { return [] }
    return [
      ("folder", "$\(ImportedData.variable)/\(data.folder)"), ("import", "se-eval data import \(name) PATH"),
      ("PATH", data.takes), ("from", data.source),
      (
        "checked",
        data.isRequired
          ? "only imported data are taken, others with --allow-unverified"
          : "imported files are, others are taken as they are"
      ),
    ]
  }

  /// The pages of tasks as one document.
  static func markdown(_ pages: [TaskPage]) -> String {
    var text = """
      # Tasks and protocols

      Made by `se-eval tasks --markdown` from what the tasks declare; `se-eval task NAME` prints one of them.

      | task | what it measures |
      | --- | --- |

      """
    for page in pages { text += "| [\(page.name)](#\(page.name)) | \(cell(page.summary)) |\n" }
    for page in pages { text += page.markdown }
    return text
  }

  private var markdown: String {
    var text = "\n## \(name)\n\nMeasures \(summary).\n\n```yaml\ntasks:\n  - \(example)\n```\n"
    text += Self.table(
      ["setting", "type", "what it sets", "default"],
      settings.map { ["`\($0.key)`", $0.type, $0.help, $0.standard ?? "required"] })
    text += Self.table(["protocol", "how"], protocols.map { ["`\($0.name)`", $0.text] })
    text += Self.table(["metric", "what it is"], metrics.map { ["`\($0.name)`", $0.text] })
    if let data {
      text += "\nData: `se-eval data import \(name) PATH` brings \(data.takes), from \(data.source).\n"
    }
    return text
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| \(cells.map(cell).joined(separator: " | ")) |\n" }
    return "\n" + line(head) + line(head.map { _ in "---" }) + rows.map(line).joined()
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
