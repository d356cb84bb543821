import Positions
import Tasks
import Text

/// `completion`: scripts for shells, made from the declarations that the parser reads.
enum CompletionCommand {
  private enum Shell: String, CaseIterable { case bash, zsh, fish }

  private static let shell = Positional(name: "SHELL", help: "bash, zsh or fish")

  static let command = Command(
    name: "completion", summary: "Print the completion script of a shell",
    details: [
      "bash: se-eval completion bash > ~/.local/share/bash-completion/completions/se-eval",
      "zsh: se-eval completion zsh > a folder of $fpath, as _se-eval; fish: ~/.config/fish/completions/se-eval.fish",
    ],
    positionals: [shell]
  ) { arguments in
    let name = arguments.positionals[0]
    guard let shell = Shell(rawValue: name) else {
      let names = Shell.allCases.map(\.rawValue)
      throw UsageError(
        "there is no shell '\(name)' here, there are \(names.joined(separator: ", "))"
          + Suggestion.hint(for: name, among: names))
    }
    let commands = Entry.commands
    switch shell {
    case .bash: Terminal.write(bash(commands))
    case .zsh: Terminal.write(zsh(commands))
    case .fish: Terminal.write(fish(commands))
    }
    return .complete
  }

  /// Words after which a shell completes names that the program knows.
  private static func words(after command: Command) -> [String] {
    switch command.name {
    case "task": Registry.tasks.map { $0.name }
    case "methods": Method.names
    case "help": Entry.commands.map(\.name)
    case "completion": Shell.allCases.map(\.rawValue)
    case "data": DataCommand.actions
    default: []
    }
  }

  private static func options(_ command: Command) -> [String] {
    command.allOptions.flatMap { [$0.name] + ($0.short.map { [$0] } ?? []) }
  }

  private static func bash(_ commands: [Command]) -> String {
    var cases = ""
    var values = ""
    for command in commands {
      for option in command.allOptions where option.value != nil {
        let names = [option.name, option.short].compactMap { $0 }.map { "\"\(command.name) \($0)\"" }
        // A value is a word that the program knows, or a file; never a word that belongs elsewhere.
        let found = option.choices.isEmpty ? "-f" : "-W \"\(option.choices.joined(separator: " "))\""
        values += "    \(names.joined(separator: " | "))) COMPREPLY=($(compgen \(found) -- \"$current\")); return ;;\n"
      }
      let more = words(after: command)
      cases +=
        "    \(command.name)) options=\"\(options(command).joined(separator: " "))\"; words=\"\(more.joined(separator: " "))\" ;;\n"
    }
    return """
      # bash completion of se-eval, made by `se-eval completion bash`
      _se_eval() {
        local current="${COMP_WORDS[COMP_CWORD]}" options="" words=""
        COMPREPLY=()
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W "\(commands.map(\.name).joined(separator: " ")) help --help --version" -- "$current"))
          return
        fi
        case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD - 1]}" in
      \(values)  esac
        case "${COMP_WORDS[1]}" in
      \(cases)    help) words="\(commands.map(\.name).joined(separator: " "))" ;;
        esac
        case "$current" in
          -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
          *) COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current")) ;;
        esac
      }
      complete -o filenames -F _se_eval se-eval

      """
  }

  private static func zsh(_ commands: [Command]) -> String {
    func quoted(_ text: String) -> String {
      "'"
        + text.replacing("'", with: "'\\''").replacing("[", with: "\\[").replacing("]", with: "\\]").replacing(
          ":", with: "\\:") + "'"
    }
    let names = commands.map { "    \(quoted("\($0.name)").dropLast()):\(quoted($0.summary).dropFirst())" }
    var cases = ""
    for command in commands {
      let options = command.allOptions.map { option in
        let text = "\(option.name)[\(option.help)]"
        let safe = text.replacing("'", with: "'\\''").replacing(":", with: "\\:")
        let body =
          option.name + "["
          + safe.dropFirst(option.name.count + 1).dropLast().replacing("[", with: "\\[").replacing("]", with: "\\]")
          + "]"
        let action = option.choices.isEmpty ? "_files" : "(\(option.choices.joined(separator: " ")))"
        return
          "'\(option.repeats ? "*" : "")\(body)\(option.value.map { ":\($0.replacing(":", with: " ")):\(action)" } ?? "")'"
      }
      let more = words(after: command)
      let rest = more.isEmpty ? "'*:file:_files'" : "'*:name:(\(more.joined(separator: " ")))'"
      cases += "    \(command.name)) _arguments \(options.joined(separator: " ")) \(rest) ;;\n"
    }
    return """
      #compdef se-eval
      # zsh completion of se-eval, made by `se-eval completion zsh`
      _se_eval() {
        local -a commands
        commands=(
      \(names.joined(separator: "\n"))
        )
        if (( CURRENT == 2 )); then
          _describe command commands
          return
        fi
        local command=$words[2]
        shift words
        (( CURRENT-- ))
        case $command in
      \(cases)    help) _describe command commands ;;
        esac
      }
      _se_eval "$@"

      """
  }

  private static func fish(_ commands: [Command]) -> String {
    func quoted(_ text: String) -> String {
      "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
    var lines = [
      "# fish completion of se-eval, made by `se-eval completion fish`",
      "complete -c se-eval -n __fish_use_subcommand -f -a help -d 'Explain a command'",
    ]
    for command in commands {
      lines.append("complete -c se-eval -n __fish_use_subcommand -f -a \(command.name) -d \(quoted(command.summary))")
      let condition = "-n '__fish_seen_subcommand_from \(command.name)'"
      for option in command.allOptions {
        let short = option.short.map { " -s \($0.dropFirst())" } ?? ""
        let words =
          option.choices.isEmpty ? " -r" : " -x -a \(quoted(option.choices.joined(separator: " ")))"
        lines.append(
          "complete -c se-eval \(condition) -l \(option.name.dropFirst(2))\(short)\(option.value == nil ? "" : words) "
            + "-d \(quoted(option.help))")
      }
      let more = words(after: command)
      if !more.isEmpty {
        lines.append("complete -c se-eval \(condition) -f -a \(quoted(more.joined(separator: " ")))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
