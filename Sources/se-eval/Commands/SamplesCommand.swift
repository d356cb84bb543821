import Evaluation
import Reports
import Store
import Sweeps
import Text

/// `samples`: the stored samples of cells.
enum SamplesCommand {
  private static let only = Option.value(
    "--only", "KEY=VALUE,...",
    "model, method, task, protocol, sample or a coordinate, for example task=passkey,length=1024")
  private static let full = Option.flag("--full", "whole prompts instead of their beginnings and ends")
  private static let wrong = Option.flag("--wrong", "only samples that are not right")
  private static let limit = Option.value("--limit", "N", "at most N samples")

  static let command = Command(
    name: "samples", summary: "Print stored samples: prompt, output, expected, scores",
    positionals: [Positional(name: "DB", help: "a store, or the configuration whose store it is")],
    options: [only, full, wrong, limit]
  ) { arguments in
    let store = try ResultStore.open(
      ReportCommand.databasePath(arguments.positionals[0]), mode: .readOnly, options: Registry.storeOptions)
    let options = SamplePrinter.Options(
      selection: try Selection(parsing: arguments.text(only).map { [$0] } ?? [], .methods),
      showsFullPrompt: arguments.has(full),
      showsOnlyWrong: arguments.has(wrong), limit: try arguments.integer(limit))
    let printer = SamplePrinter(store: store)
    Terminal.write(try arguments.has(GlobalOptions.json) ? printer.json(options) : printer.text(options))
    return .complete
  }
}
