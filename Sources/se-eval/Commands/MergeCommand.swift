import Store
import Text

/// `merge`: joins the stores of shards.
enum MergeCommand {
  private static let into = Option.value("--into", "DB", required: true, "the store that receives the results")

  static let command = Command(
    name: "merge", summary: "Join the stores of shards into one",
    positionals: [Positional(name: "DB", help: "stores to read", repeats: true)], options: [into]
  ) { arguments in
    let counts = try ResultStore.merge(arguments.positionals, into: arguments.required(into))
    for (path, count) in zip(arguments.positionals, counts) {
      Terminal.message(
        "\(path): \(count.results) new results, \(count.same) known, \(count.superseded) superseded, "
          + "\(count.cells) new cells, \(count.runs) runs, \(count.failures) failures")
    }
    return .complete
  }
}
