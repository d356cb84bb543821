import Positions
import Tasks
import Text

/// `man`: the manual page, made from the declarations that the parser reads.
enum ManCommand {
  static let command = Command(
    name: "man", summary: "Print the manual page, for man: se-eval man | man -l -"
  ) { _ in
    Terminal.write(page(Entry.commands))
    return .complete
  }

  /// The page in the macros of `man`.
  static func page(_ commands: [Command]) -> String {
    var lines = [
      ".TH SE-EVAL 1 \"\" \"se-eval \(Version.current)\" \"User commands\"", ".SH NAME",
      "se-eval \\- measures where long-context methods such as Self-Extend work", ".SH SYNOPSIS", ".B se-eval",
      ".I COMMAND", "[OPTIONS]", ".SH COMMANDS",
    ]
    for command in commands {
      lines += [".SS \(escaped(synopsis(command)))", escaped(command.summary) + "."]
      for paragraph in command.details { lines += [".PP", escaped(paragraph)] }
      for positional in command.positionals {
        lines += [".TP", ".I \(escaped(positional.name))", escaped(positional.help)]
      }
      for option in command.options { lines += item(option) }
    }
    lines.append(".SH GLOBAL OPTIONS")
    for option in GlobalOptions.all { lines += item(option) }
    lines.append(".SH METHODS")
    for name in Method.names { lines += [".TP", ".B \(escaped(name))", escaped(Method.summary(of: name) ?? "")] }
    lines.append(".SH TASKS")
    for type in Registry.tasks { lines += [".TP", ".B \(escaped(type.name))", escaped(type.about.summary)] }
    lines += [
      ".SH EXIT STATUS",
      "0 done and every gate passed; 1 runtime error; 2 usage or configuration; 3 a gate failed; 4 incomplete; 5 a model or",
      "dataset is missing or damaged; 130 or 143 interrupted, the same command resumes.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func synopsis(_ command: Command) -> String {
    ([command.name]
      + command.positionals.map { ($0.isRequired ? $0.name : "[\($0.name)]") + ($0.repeats ? " ..." : "") }
      + command.options.filter(\.isRequired).map { "\($0.name) \($0.value ?? "")" } + ["[OPTIONS]"])
      .joined(separator: " ")
  }

  private static func item(_ option: Option) -> [String] {
    let names = [option.short, option.name].compactMap { $0 }.joined(separator: ", ")
    let label = option.value.map { "\(names) \($0)" } ?? names
    return [".TP", ".B \(escaped(label))", escaped(option.help + (option.repeats ? " (may be repeated)" : ""))]
  }

  /// Text that begins no request and whose hyphens can be copied.
  private static func escaped(_ text: String) -> String {
    let line = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\n", with: " ")
    return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
  }
}
