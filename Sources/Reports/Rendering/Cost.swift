import Evaluation
import Store
import Text

/// What a store cost: tokens asked for and computed, and time.
///
/// It differs from run to run, and so stands apart from the report.
enum Cost {
  /// One row for each model, entry of a task and method.
  static func table(_ evaluations: Evaluations) -> Table {
    var table = Table(
      id: "cost", title: "Tokens asked for and computed", corner: "model, task, method",
      columns: ["samples", "tokens asked", "tokens computed", "share computed (%)", "seconds", "computed per second"],
      isMeasured: false)
    for model in evaluations.names(\.model) {
      for entry in evaluations.entryNames {
        for method in evaluations.names(\.method) {
          let samples = evaluations.cells.filter {
            $0.record.model == model && $0.entry == entry && $0.record.method == method
          }.flatMap(\.samples)
          if !samples.isEmpty { table.rows.append(row("\(model), \(entry), \(method)", samples)) }
        }
      }
    }
    table.note =
      "Asked: the tokens of every prompt and every answer. Computed: those that went through the model; a prefix that "
      + "two prompts share is computed once while it is in the cache. A sample that several methods share counts in each."
    return table
  }

  private static func row(_ label: String, _ samples: [LoadedSample]) -> Table.Row {
    let asked = samples.reduce(0) { $0 + $1.result.promptTokenCount + ($1.result.outputTokens?.count ?? 0) }
    let computed = samples.reduce(0) { $0 + $1.result.computedTokenCount }
    let seconds = samples.reduce(0) { $0 + $1.result.durationSeconds }
    return .init(
      label: label,
      cells: [
        .init(samples.count), .init(asked), .init(computed),
        number(asked > 0 ? 100 * Double(computed) / Double(asked) : nil, 1), number(seconds, 1),
        number(seconds > 0 ? Double(computed) / seconds : nil, 1),
      ])
  }

  private static func number(_ value: Double?, _ decimals: Int) -> Table.Cell {
    var cell = Table.Cell(value.map { NumberText.fixed($0, decimals) } ?? "")
    cell.value = value
    return cell
  }
}
