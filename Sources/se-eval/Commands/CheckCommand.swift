import Reports
import Store
import Text

/// `check`: the regression gate.
enum CheckCommand {
  private static let baseline = Option.value("--baseline", "FILE", required: true, "the file that `baseline` wrote")

  static let command = Command(
    name: "check", summary: "Hold a store to a baseline: exit 3 when a number moved for the worse",
    details: [
      "Exit status 2 when protocol, data or sample counts differ or cells are missing: then nothing can be compared."
    ],
    positionals: [Positional(name: "DB", help: "a store, or the configuration whose store it is")],
    options: [baseline, BaselineCommand.absolute, BaselineCommand.relative]
  ) { arguments in
    let wanted = try Baseline(json: Files.readText(arguments.required(baseline)))
    let store = try ResultStore.open(ReportCommand.databasePath(arguments.positionals[0]), mode: .readOnly)
    let result = try Baseline.check(
      store, wanted, absolute: arguments.fraction(BaselineCommand.absolute),
      relative: arguments.fraction(BaselineCommand.relative))
    Terminal.write(arguments.has(GlobalOptions.json) ? result.json : result.text)
    return result.fault.map { ExitStatus($0) } ?? .complete
  }
}
