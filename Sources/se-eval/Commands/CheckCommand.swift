import Foundation
import Gates
import Reports
import Store
import Text

/// `check`: the regression gate.
enum CheckCommand {
  private static let baseline = Option.value("--baseline", "FILE", required: true, "the file that `baseline` wrote")
  private static let junit = Option.value(
    "--junit", "FILE",
    "also write the result as JUnit's XML (-: to standard output, the table to standard error)")
  private static let accept = Option.flag(
    "--accept", "take today's numbers: rewrite the baseline, keep its tolerances, print what changed in it")

  static let command = Command(
    name: "check", summary: "Hold a store to a baseline: exit 3 when a number moved for the worse",
    details: [
      "Exit status 3 when a number is worse by more than its tolerance; else 2 when protocol, data, settings or sample\n"
        + "counts differ or cells are missing; else 4 when cells are incomplete; 0 when every number was held.",
      "In a GitHub action what is worse becomes an annotation, and the table the step's summary.",
    ],
    positionals: [Positional(name: "DB", help: "a store, or the configuration whose store it is")],
    options: [baseline, BaselineCommand.absolute, BaselineCommand.relative, junit, accept]
  ) { arguments in
    let path = try arguments.required(baseline)
    let file = arguments.text(junit)
    let isXML = file == Files.standardOutput
    if isXML, arguments.has(GlobalOptions.json) {
      throw UsageError("\(junit.name) - and \(GlobalOptions.json.name) both want standard output; name a file")
    }
    let (absolute, relative) = (try BaselineCommand.amount(arguments), try BaselineCommand.share(arguments))
    let wanted = try Baseline(json: Files.readText(path), path: path)
    let store = try ResultStore.open(
      ReportCommand.databasePath(arguments.positionals[0]), mode: .readOnly, options: Registry.storeOptions)
    let result = try wanted.check(store, absolute: absolute, relative: relative)
    if arguments.has(accept) { return try take(store, result, wanted, path) }
    let text = "\(store.path) against \(path)\n\n\(result.text)"
    if arguments.has(GlobalOptions.json) {
      Terminal.write(result.json)
    } else if isXML {
      Terminal.message(String(text.dropLast()))
    } else {
      Terminal.write(text)
    }
    let title = "se-eval check against \(path)"
    if let file { try Files.write(Data(GateOutput.junit(result, title: title).utf8), to: file) }
    try GateOutput.announce(result, title: title)
    return result.fault.map { ExitStatus($0) } ?? .complete
  }

  /// Rewrites the baseline; incomplete cells are no numbers to be held to.
  private static func take(
    _ store: ResultStore, _ result: GateResult, _ old: Baseline, _ path: String
  ) throws -> ExitStatus {
    let incomplete = result.notCompared.filter { $0.reason == .incomplete }
    guard incomplete.isEmpty else {
      Terminal.message(
        "se-eval: nothing was accepted: \(incomplete.count) numbers are incomplete; finish the sweep first")
      return .incomplete
    }
    var new = try Baseline(from: store)
    new.tolerances = old.tolerances
    let changes = new.changes(from: old)
    try Files.write(Data(new.json.utf8), to: path)
    Terminal.print(
      changes.isEmpty ? "nothing changes in \(path)" : "changes in \(path), to be reviewed before they are committed:")
    for change in changes { Terminal.print(change) }
    return .complete
  }
}
