import Foundation
import Gates
import Store
import Text

/// `baseline`: a small file for git with the numbers of a store.
enum BaselineCommand {
  private static let out = Option.value("--out", "FILE", required: true, "the file to write; - is standard output")
  static let absolute = Option.value(
    "--absolute", "X",
    "absolute tolerance of every metric: in its unit (0.05 of an accuracy, 0 to 1), or 5% of its range")
  static let relative = Option.value(
    "--relative", "X", "relative tolerance of every metric, a share of its number: 1% or 0.01")

  static let command = Command(
    name: "baseline", summary: "Write the numbers of a store to a small file for git",
    details: ["Tolerances are written into the file and hold for `check` unless it is given others."],
    positionals: [Positional(name: "DB", help: "a store, or the configuration whose store it is")],
    options: [out, absolute, relative]
  ) { arguments in
    let amount = try BaselineCommand.amount(arguments)
    let share = try BaselineCommand.share(arguments)
    let store = try ResultStore.open(
      ReportCommand.databasePath(arguments.positionals[0]), mode: .readOnly, options: Registry.storeOptions)
    let baseline = try Baseline(from: store, absolute: amount, relative: share)
    let path = try arguments.required(out)
    let isJSON = arguments.has(GlobalOptions.json)
    if isJSON, path == Files.standardOutput {
      throw UsageError("\(out.name) - and \(GlobalOptions.json.name) both want standard output; name a file")
    }
    try Files.write(Data(baseline.json.utf8), to: path)
    if !arguments.has(GlobalOptions.quiet), path != Files.standardOutput {
      Terminal.message("\(path) is written: \(NumberText.count(baseline.entries.count, "number"))")
    }
    if isJSON {
      try Terminal.printJSON(Written(store: store.path, baseline: path, entries: baseline.entries.count))
    }
    return .complete
  }

  private struct Written: Encodable {
    let store: String
    let baseline: String
    let entries: Int
  }

  /// The value of `--absolute`.
  static func amount(_ arguments: Arguments) throws(UsageError) -> ToleranceAmount? {
    guard let text = arguments.text(absolute) else { return nil }
    guard let amount = ToleranceAmount(parsing: text) else {
      throw UsageError(
        "--absolute is '\(text)', expected an amount in the metric's unit such as 0.01, or 1% of its range")
    }
    return amount
  }

  /// The value of `--relative`.
  static func share(_ arguments: Arguments) throws(UsageError) -> Double? {
    guard let text = arguments.text(relative) else { return nil }
    guard let share = Tolerance.share(parsing: text) else {
      let meant = Double(text).flatMap { $0.isFinite && $0 >= 1 ? "; for \(text) percent write \(text)%" : nil }
      throw UsageError("--relative is '\(text)', expected a share: 5% or 0.05\(meant ?? "")")
    }
    return share
  }
}
