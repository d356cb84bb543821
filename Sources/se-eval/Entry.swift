import Foundation
import Kernels
import Text

/// The program: finds the command, runs it, turns whatever happens into an exit status.
@main
enum Entry {
  static var commands: [Command] {
    [
      SweepCommand.command, PlanCommand.command, ReportCommand.command, SamplesCommand.command, CompareCommand.command,
      BaselineCommand.command, CheckCommand.command, ScoreCommand.command, DataCommand.command, TaskCommands.list,
      TaskCommands.one, MergeCommand.command, RescoreCommand.command, CapacityCommand.command, TuneCommand.command,
      ModelCommand.command,
      TokenizeCommand.command, LogitsCommand.command, GenerateCommand.command, PerplexityCommand.command,
      BenchCommand.command, ChatCommand.command, DevicesCommand.command,
    ]
  }

  static func main() {
    Terminal.holdStreams()
    Interruption.install()
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Runs a command line without the program's name.
  static func run(_ words: [String]) -> ExitStatus {
    do {
      let status = try dispatch(words)
      guard let problem = Terminal.outputProblem else { return status }
      Terminal.message("se-eval: standard output cannot be written: \(problem)", event: "error")
      return status == .complete ? .failed : status
    } catch {
      let (text, status) = ErrorText.explain(error)
      Terminal.message("se-eval: \(text)", event: "error")
      return status
    }
  }

  private static func dispatch(_ words: [String]) throws -> ExitStatus {
    guard let name = words.first else {
      Terminal.message(Help.overview(commands))
      return .usage
    }
    if ["--help", "-h", "help"].contains(name) {
      Terminal.print(Help.overview(commands))
      return .complete
    }
    if name == "--version" {
      Terminal.print("se-eval \(Version.current)")
      return .complete
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      let hint = Suggestion.hint(for: name, among: commands.map(\.name))
      throw UsageError("there is no command '\(name)'\(hint) ('se-eval --help' lists them)")
    }
    if let problem = InstructionSet.problem { throw UsageError(problem) }
    let arguments = try Arguments(command, Array(words.dropFirst()))
    Terminal.writesMessagesAsJSON = arguments.text(GlobalOptions.progress) == ProgressMode.json.rawValue
    if arguments.has(GlobalOptions.help) {
      Terminal.print(Help.text(command))
      return .complete
    }
    return try command.run(arguments)
  }
}
