import Foundation
import Reports
import Store
import Sweeps
import Text

/// `baseline`: a small file for git with the numbers of a store.
enum BaselineCommand {
  private static let out = Option.value("--out", "FILE", required: true, "the file to write")
  static let absolute = Option.value("--absolute", "X", "absolute tolerance of every metric")
  static let relative = Option.value("--relative", "X", "relative tolerance of every metric, for example 1%")

  static let command = Command(
    name: "baseline", summary: "Write the numbers of a store to a small file for git",
    details: ["Tolerances are written into the file and hold for `check` unless it is given others."],
    positionals: [Positional(name: "DB", help: "a store, or the configuration whose store it is")],
    options: [out, absolute, relative]
  ) { arguments in
    let store = try ResultStore.open(ReportCommand.databasePath(arguments.positionals[0]), mode: .readOnly)
    let tolerance = Baseline.Tolerance(
      absolute: try arguments.fraction(absolute) ?? 0, relative: try arguments.fraction(relative) ?? 0)
    let metrics = Set(try Baseline(from: store).entries.map(\.metric))
    let tolerances = Dictionary(uniqueKeysWithValues: metrics.map { ($0, tolerance) })
    let text = try Baseline.make(from: store, tolerances: tolerances)
    try Files.write(Data(text.utf8), to: arguments.required(out))
    return .complete
  }
}

/// The numbers of a baseline file, as the gates of a configuration read them.
enum BaselineValues {
  static func read(_ path: String) throws -> [GateValue] {
    try Baseline(json: Files.readText(path)).entries.compactMap { entry in
      entry.value.map {
        GateValue(
          model: entry.model, method: entry.method, task: entry.task, coordinates: entry.coordinates,
          metric: entry.metric, value: $0)
      }
    }
  }
}
