import Foundation
import Kernels
import Text

/// The program: finds the command, runs it, turns whatever happens into an exit status.
@main
enum Entry {
  static var commands: [Command] {
    [
      SweepCommand.command, RunCommand.command, InitCommand.command, PlanCommand.command, ReportCommand.command,
      SamplesCommand.command, CompareCommand.command,
      BaselineCommand.command, CheckCommand.command, ScoreCommand.command, DataCommand.command, TaskCommands.list,
      TaskCommands.one, MethodsCommand.command, MergeCommand.command, StatusCommand.command, SlurmCommand.command,
      DoctorCommand.command,
      ExportCommand.command, SchemaCommand.command, RescoreCommand.command, CapacityCommand.command,
      TuneCommand.command, ModelCommand.command,
      TokenizeCommand.command, LogitsCommand.command, GenerateCommand.command, PerplexityCommand.command,
      BenchCommand.command, ChatCommand.command, DevicesCommand.command, CompletionCommand.command, ManCommand.command,
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
      guard words.count > 1 else {
        Terminal.print(Help.overview(commands))
        return .complete
      }
      Terminal.print(Help.text(try command(words[1])))
      return .complete
    }
    if name == "--version" {
      Terminal.print(Version.text)
      return .complete
    }
    let command = try command(name)
    if let problem = InstructionSet.problem { throw UsageError(problem) }
    let arguments = try Arguments(command, Array(words.dropFirst()))
    Terminal.writesMessagesAsJSON = arguments.text(GlobalOptions.progress) == ProgressMode.json.rawValue
    if arguments.has(GlobalOptions.help) {
      Terminal.print(Help.text(command))
      return .complete
    }
    Concurrently.threadLimit = try arguments.integer(GlobalOptions.threads) ?? Allocation.threadCount
    return try command.run(arguments)
  }

  private static func command(_ name: String) throws(UsageError) -> Command {
    if let command = commands.first(where: { $0.name == name }) { return command }
    let hint = Suggestion.hint(for: name, among: commands.map(\.name))
    throw UsageError("there is no command '\(name)'\(hint) ('se-eval --help' lists them)")
  }
}
