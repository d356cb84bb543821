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
    if let file, !isXML { try refuseUnwritable(file) }
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
    let status = result.fault.map { ExitStatus($0) } ?? .complete
    if let file {
      do { try Files.write(Data(GateOutput.junit(result, title: title).utf8), to: file) } catch {
        // What the gate says is worth more than that its copy cannot be written.
        guard status != .complete else { throw unwritable(file, error) }
        Terminal.message("se-eval: \(unwritable(file, error))")
      }
    }
    try GateOutput.announce(result, title: title)
    return status
  }

  /// Finds before any work that the file cannot be written, and says by which option it was named.
  private static func refuseUnwritable(_ file: String) throws(FileError) {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    guard FileManager.default.fileExists(atPath: folder.path + "/.") else {
      throw FileError(
        path: file, problem: "the folder \(folder.path) is not there; name another place with \(junit.name)",
        isInput: false)
    }
    let exists = FileManager.default.fileExists(atPath: file)
    guard FileManager.default.isWritableFile(atPath: exists ? file : folder.path) else {
      throw FileError(
        path: file, problem: "it may not be written; name another place with \(junit.name)", isInput: false)
    }
  }

  private static func unwritable(_ file: String, _ error: any Error) -> FileError {
    var reason = "\(error)"
    if case ReportError.cannotWrite(_, let problem) = error { reason = problem }
    if case ReportError.noRoom = error { reason = "no room is left" }
    return FileError(
      path: file, problem: "it cannot be written: \(reason); name another place with \(junit.name)", isInput: false)
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
