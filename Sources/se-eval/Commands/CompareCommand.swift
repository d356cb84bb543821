import Positions
import Reports
import Store
import Text

/// `compare`: paired difference of two methods.
enum CompareCommand {
  private static let other = Option.value("--with", "DB2", "take B from another store")
  private static let flips = Option.value("--flips", "N", "list at most N samples that differ (default 20)")

  static let command = Command(
    name: "compare", summary: "Compare two methods on the samples that both have: paired intervals and tests, flips",
    details: [
      "Differences are A - B; p values are McNemar's or a paired t's, never below a\nsign test's, corrected by Holm's method."
    ],
    positionals: [
      Positional(name: "DB", help: "a store, or the configuration whose store it is"),
      Positional(name: "A", help: "a method, for example self-extend:G=8,W=512"),
      Positional(name: "B", help: "the method to compare with, for example plain"),
    ], options: [other, flips]
  ) { arguments in
    let methods = try arguments.positionals[1...2].map { text throws -> String in try Method(parsing: text).description
    }
    let store = try ResultStore.open(
      ReportCommand.databasePath(arguments.positionals[0]), mode: .readOnly, options: Registry.storeOptions)
    let second = try arguments.text(other).map { path throws -> ResultStore in
      try ResultStore.open(ReportCommand.databasePath(path), mode: .readOnly, options: Registry.storeOptions)
    }
    let comparison = try Comparison(store, methods[0], with: second, methods[1], tasks: Registry.reports)
    let limit = try arguments.integer(flips, atLeast: 0) ?? 20
    Terminal.write(arguments.has(GlobalOptions.json) ? comparison.json : comparison.text(flipLimit: limit))
    return .complete
  }
}
