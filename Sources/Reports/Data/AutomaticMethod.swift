import Positions

/// The one method of a configuration that is chosen anew for each length: `self-extend:G=auto,W=auto`.
struct AutomaticMethod: Sendable {
  /// As the configuration spells it.
  let spelling: String
  private let choice: MethodChoice
  /// Methods that the configuration names, which have rows of their own whatever is chosen.
  private let named: Set<String>

  /// Nil where none of the methods is left to choose, or several are: then it cannot be told whose choice a method is.
  init?(configured: [String]) {
    let choices = configured.compactMap { try? MethodChoice(parsing: $0) }
    let open = choices.filter(\.isAutomatic)
    guard open.count == 1 else { return nil }
    choice = open[0]
    spelling = open[0].description
    named = Set(choices.compactMap { $0.method?.description })
  }

  /// What was chosen for a column of lengths; nil where nothing can be.
  func method(for column: Grid.Column) -> String? {
    guard let length = Int(column.value), column.contextWindow > 0 else { return nil }
    return (try? choice.resolved(contextWindow: column.contextWindow, targetLength: length))?.description
  }

  /// True for a method that the configuration names.
  func isNamed(_ method: String) -> Bool { named.contains(method) }
}

/// A row of a table or a line of a figure: a method, or what was chosen in place of `auto` at each length.
struct MethodRow {
  let label: String
  private let automatic: AutomaticMethod?

  /// False where the method differs from length to length.
  var isOneMethod: Bool { automatic == nil }

  /// What stands at the end of its line.
  var shortName: String { automatic == nil ? MethodText.short(label) : "auto" }

  /// The method that stands in a column; nil where there is none.
  func method(_ grid: Grid, _ column: Grid.Column) -> String? { automatic.map { $0.method(for: column) } ?? label }

  /// What was chosen at a column, for the side of its number; empty for a method that is what its row says.
  func choice(_ grid: Grid, _ column: Grid.Column) -> String {
    automatic == nil ? "" : method(grid, column).map(MethodText.short) ?? ""
  }

  /// One row for each method; those that are there as choices alone are one row together, also where a choice is a method
  /// with a row of its own.
  static func rows(of methods: [String], in grids: [Grid], _ automatic: AutomaticMethod?) -> [MethodRow] {
    let alone = methods.map { MethodRow(label: $0, automatic: nil) }
    guard let automatic, !grids.isEmpty, grids.allSatisfy(\.isLength) else { return alone }
    var chosen: Set<String> = []
    for grid in grids {
      for column in grid.columns {
        guard let method = automatic.method(for: column) else { return alone }
        if !grid.cells(method, column).isEmpty { chosen.insert(method) }
      }
    }
    // A method that nobody chose and nobody named has a row of its own: the store may hold an earlier configuration's.
    let left = methods.filter { automatic.isNamed($0) || !chosen.contains($0) }
    guard !chosen.isEmpty else { return alone }
    return left.map { MethodRow(label: $0, automatic: nil) } + [
      MethodRow(label: automatic.spelling, automatic: automatic)
    ]
  }
}
