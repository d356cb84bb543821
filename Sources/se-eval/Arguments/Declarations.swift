import Text

/// One option of a command: the parser, the help and the errors all read this declaration.
struct Option: Sendable {
  /// The long name with its dashes, for example `--threads`.
  let name: String
  /// A one-letter name with its dash, for example `-G`.
  var short: String?
  /// The placeholder of the value; nil for a flag.
  var value: String?
  /// True where the command cannot do without it.
  var isRequired = false
  /// True where it may be given several times.
  var repeats = false
  /// Words that it takes, for a shell to complete; empty where they are none that the program knows.
  var choices: [String] = []
  /// What it does, with its default.
  let help: String

  /// Whether an empty text says something: a prompt may be empty, a path may not.
  var takesEmptyText: Bool { value == "TEXT" || value == "OPTIONS" }

  static func flag(_ name: String, _ help: String) -> Option { Option(name: name, help: help) }

  static func value(
    _ name: String, _ value: String, short: String? = nil, required: Bool = false, repeats: Bool = false,
    choices: [String] = [], _ help: String
  ) -> Option {
    Option(
      name: name, short: short, value: value, isRequired: required, repeats: repeats, choices: choices, help: help)
  }
}

/// A positional argument of a command.
struct Positional: Sendable {
  /// The placeholder, for example `CONFIG`.
  let name: String
  let help: String
  var isRequired = true
  /// True where it takes everything that is left.
  var repeats = false
}

/// A command: its declaration and what it does.
struct Command: Sendable {
  let name: String
  /// One line for the list of commands.
  let summary: String
  /// Paragraphs of the command's own help.
  var details: [String] = []
  var positionals: [Positional] = []
  var options: [Option] = []
  /// Does the work; the returned number is the exit status.
  let run: @Sendable (Arguments) throws -> ExitStatus

  /// The command's options and the global ones.
  var allOptions: [Option] { options + GlobalOptions.all }
}

/// Options of every command.
enum GlobalOptions {
  static let threads = Option.value(
    "--threads", "N", "threads to work on (default: the processors that this process was given)")
  static let progress = Option.value(
    "--progress", "MODE", choices: ProgressMode.allCases.map(\.rawValue), "auto, plain, json or none (default auto)")
  static let quiet = Option.flag("--quiet", "print results and errors only")
  static let json = Option.flag("--json", "machine-readable results on standard output, where the command has any")
  static let help = Option.flag("--help", "print this help")
  static let all = [threads, progress, quiet, json, help]
}
