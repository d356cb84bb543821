import Gates
import Reports
import Store
import Text

/// `check`: the regression gate.
enum CheckCommand {
  private static let baseline = Option.value("--baseline", "FILE", required: true, "the file that `baseline` wrote")

  static let command = Command(
    name: "check", summary: "Hold a store to a baseline: exit 3 when a number moved for the worse",
    details: [
      "Exit status 3 when a number is worse by more than its tolerance; else 2 when protocol, data, settings or sample\n"
        + "counts differ or cells are missing; else 4 when cells are incomplete; 0 when every number was held."
    ],
    positionals: [Positional(name: "DB", help: "a store, or the configuration whose store it is")],
    options: [baseline, BaselineCommand.absolute, BaselineCommand.relative]
  ) { arguments in
    let path = try arguments.required(baseline)
    let (absolute, relative) = (try BaselineCommand.amount(arguments), try BaselineCommand.share(arguments))
    let wanted = try Baseline(json: Files.readText(path), path: path)
    let store = try ResultStore.open(ReportCommand.databasePath(arguments.positionals[0]), mode: .readOnly)
    let result = try wanted.check(store, absolute: absolute, relative: relative)
    if arguments.has(GlobalOptions.json) {
      Terminal.write(result.json)
    } else {
      Terminal.print("\(store.path) against \(path)\n")
      Terminal.write(result.text)
    }
    return result.fault.map { ExitStatus($0) } ?? .complete
  }
}
