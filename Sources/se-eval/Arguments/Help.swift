import Text

/// Help texts, made from the declarations that the parser reads.
enum Help {
  /// The list of commands.
  static func overview(_ commands: [Command]) -> String {
    let width = commands.map(\.name.count).max() ?? 0
    let lines = commands.map { "  \(TextTable.padded($0.name, width, .left))  \($0.summary)" }
    return """
      se-eval measures where long-context methods such as Self-Extend work.

      usage: se-eval COMMAND [OPTIONS]

      commands:
      \(lines.joined(separator: "\n"))

      methods: \(methodExamples)
      'se-eval COMMAND --help' tells a command's options.
      exit status: 0 done and every gate passed; 1 runtime error; 2 usage or configuration; 3 a gate failed;
        4 incomplete; 5 a model or dataset is missing or damaged; 130/143 interrupted, run again to resume

      """
  }

  /// A command's own help.
  static func text(_ command: Command) -> String {
    var words = ["usage: se-eval \(command.name)"]
    for positional in command.positionals {
      let name = positional.name + (positional.repeats ? " ..." : "")
      words.append(positional.isRequired ? name : "[\(name)]")
    }
    for option in command.options where option.isRequired { words.append("\(option.name) \(option.value ?? "")") }
    words.append("[OPTIONS]")
    var text = "\(command.summary)\n\n\(words.joined(separator: " "))\n"
    for paragraph in command.details { text += "\n\(paragraph)\n" }
    let positionals = command.positionals.map { ($0.name, $0.help) }
    text += section("arguments", positionals)
    text += section("options", command.options.map { (label($0), $0.help) })
    text += section("global options", GlobalOptions.all.map { (label($0), $0.help) })
    return text
  }

  private static let methodExamples = "plain, self-extend:G=8,W=512, sliding-window:W=4096, linear:factor=4, ..."

  private static func label(_ option: Option) -> String {
    let names = [option.short, option.name].compactMap { $0 }.joined(separator: ", ")
    return option.value.map { "\(names) \($0)" } ?? names
  }

  /// A heading and its rows; nothing where there are none.
  static func section(_ title: String, _ rows: [(String, String)]) -> String {
    rows.isEmpty ? "" : "\n\(title):\n" + Self.rows(rows)
  }

  /// Names and what they are, one in a line.
  static func rows(_ rows: [(String, String)]) -> String {
    let width = min(30, rows.map(\.0.count).max() ?? 0)
    return rows.map { "  \(TextTable.padded($0.0, width, .left))  \($0.1)\n" }.joined()
  }
}
