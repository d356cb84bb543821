import Reports
import Store
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
    let store = try ResultStore.open(ReportCommand.databasePath(arguments.positionals[0]), mode: .readOnly)
    let options = SamplePrinter.Options(
      filter: try filter(arguments.text(only) ?? ""), showsFullPrompt: arguments.has(full),
      showsOnlyWrong: arguments.has(wrong), limit: try arguments.integer(limit))
    let printer = SamplePrinter(store: store)
    Terminal.write(try arguments.has(GlobalOptions.json) ? printer.json(options) : printer.text(options))
    return .complete
  }

  /// `key=value` pairs; a part without a known key belongs to the method before it (`method=self-extend:G=8,W=512`).
  private static func filter(_ text: String) throws(UsageError) -> [String: String] {
    var pairs: [(key: String, value: String)] = []
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else { throw UsageError("--only is '\(text)', expected key=value pairs") }
      if let last = pairs.last, last.key == "method", last.value.contains(":"), sides[0].first?.isUppercase == true {
        pairs[pairs.count - 1].value += ",\(part)"
      } else {
        pairs.append((sides[0], sides[1]))
      }
    }
    return Dictionary(pairs.map { ($0.key, $0.value) }) { _, last in last }
  }
}
