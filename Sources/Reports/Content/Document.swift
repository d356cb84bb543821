import Evaluation
import Foundation

/// A report before it takes a form: every renderer shows the same blocks.
struct Document: Sendable {
  var title: String
  var blocks: [Block] = []
  /// A sample that shows what the verdict says, for a page that has samples.
  var example: SampleExample?

  /// All blocks in their order, those inside folds too.
  var flattened: [Block] { Self.flattened(blocks) }

  private static func flattened(_ blocks: [Block]) -> [Block] {
    blocks.flatMap { block in
      if case .fold(_, let inner) = block { flattened(inner) } else { [block] }
    }
  }

  var tables: [Table] {
    flattened.compactMap {
      guard case .table(let table) = $0 else { return nil }
      return table
    }
  }
  var figures: [Figure] {
    flattened.compactMap {
      guard case .figure(let figure) = $0 else { return nil }
      return figure
    }
  }

  mutating func heading(_ level: Int, _ text: String) { blocks.append(.heading(level: level, text)) }
  /// Text in backticks is code.
  mutating func paragraph(_ text: String) { blocks.append(.paragraph(text)) }
  mutating func bullets(_ items: [String]) {
    if !items.isEmpty { blocks.append(.bullets(items)) }
  }
  mutating func table(_ table: Table) { blocks.append(.table(table.withCountsInHeadings)) }
  mutating func figure(_ figure: Figure) { blocks.append(.figure(figure)) }
}

enum Block: Sendable {
  case heading(level: Int, String)
  case paragraph(String)
  case bullets([String])
  case table(Table)
  case figure(Figure)
  case collapsed(summary: String, text: String)
  /// The sentences of the first screen.
  case verdict([String])
  /// Counts of the first screen.
  case status([StatusItem])
  /// Blocks that are shown on demand.
  case fold(title: String, [Block])
}

/// A count of the status strip.
struct StatusItem: Hashable, Sendable {
  enum Kind: String, Sendable { case good, notice, bad }

  let name: String
  let value: String
  let kind: Kind
  /// The title of the fold that says more.
  var fold: String?
}

/// A picture, complete in itself.
struct Figure: Sendable {
  /// Unique in the report; the name of its file.
  let id: String
  let caption: String
  let picture: Canvas
  /// The same as a pgfplots picture, where it is a chart.
  var pgfplots: String?

  var svg: String { picture.svg }
}

/// A table of measured numbers or of texts.
struct Table: Sendable {
  /// Unique in the report; the name of its file.
  var id: String
  var title: String
  /// The heading of the row labels.
  var corner: String
  var columns: [String]
  /// What all numbers of a column have in common, `n=25`; empty where nothing.
  var columnNotes: [String] = []
  /// Columns that belong together, side by side in order; empty where none do.
  var groups: [Group] = []
  var rows: [Row] = []
  /// A sentence below the table.
  var note: String?
  /// False for a list of texts.
  var isMeasured = true
  /// True where only numbers are shown, and of details only what is missing: the tables below have the intervals.
  var isCompact = false
  /// Where it belongs, for machine-readable forms.
  var coordinates: [String: String] = [:]

  /// True where a column is of numbers and stands to the right.
  func isNumeric(_ column: Int) -> Bool { isMeasured || rows.allSatisfy { $0.cells[column].value != nil } }

  /// Columns under one heading.
  struct Group: Sendable {
    let title: String
    let count: Int
  }

  /// The heading of a column with that of its group, which no other column has.
  func qualifiedHeading(_ column: Int) -> String {
    var start = 0
    for group in groups {
      if (start..<(start + group.count)).contains(column) { return "\(group.title): \(columns[column])" }
      start += group.count
    }
    return columns[column]
  }

  /// What stands beside a number.
  func detail(of cell: Cell) -> String {
    guard isCompact else { return cell.detail }
    // Where only numbers are shown, what is missing is still said.
    guard cell.isGap else { return "" }
    return cell.detail.range(of: "] ").map { String(cell.detail[$0.upperBound...]) } ?? cell.detail
  }

  /// A heading without the windows that a length is, `256 (1.0 L)`, and these: a narrow column puts them below it.
  func headingParts(_ column: Int) -> (name: String, windows: String) {
    let text = columns[column]
    guard text.hasSuffix(" L)"), let start = text.range(of: " (", options: .backwards) else { return (text, "") }
    return (String(text[..<start.lowerBound]), String(text[start.upperBound...].dropLast()))
  }

  /// What stands beside a number, in short lines: its interval, counts, p.
  static func detailLines(_ detail: String) -> [String] {
    detail.replacing("] ", with: "]\n").replacing(", p ", with: "\np ").split(separator: "\n").map(String.init)
  }

  func note(of column: Int) -> String { columnNotes.indices.contains(column) ? columnNotes[column] : "" }

  /// The table with `n` once in the heading of each column in which it is the same for all numbers.
  var withCountsInHeadings: Table {
    guard isMeasured, columnNotes.isEmpty else { return self }
    var table = self
    table.columnNotes = columns.indices.map { column in
      let cells = rows.map { $0.cells[column] }.filter { $0.value != nil }
      guard let count = cells.first?.count, cells.allSatisfy({ $0.count == count && $0.statesCount }) else { return "" }
      for row in rows.indices where table.rows[row].cells[column].value != nil {
        table.rows[row].cells[column].dropCount()
      }
      return "n=\(count)"
    }
    return table
  }

  struct Row: Sendable {
    var label: String
    var cells: [Cell]
  }

  struct Cell: Sendable {
    /// The number, or the text.
    var text: String
    /// Interval and count.
    var detail = ""
    /// The samples behind the number, as the browser of the HTML report is asked for them; nil for none.
    var samples: SampleQuery?
    var isBest = false
    /// There should be a number and there is none, or not of all samples.
    var isGap = false
    /// What sorting goes by.
    var value: Double?
    var low: Double?
    var high: Double?
    var count: Int?
    var expected: Int?

    /// True where the detail says the count, and no gap beside it.
    var statesCount: Bool {
      guard let count, !isGap else { return false }
      return detail == "n=\(count)" || detail.hasSuffix(" n=\(count)") || detail.contains("n=\(count), ")
    }

    mutating func dropCount() {
      guard let count else { return }
      if detail.hasSuffix("n=\(count)") {
        detail = String(detail.dropLast("n=\(count)".count)).trimmedEnd
      } else {
        detail = detail.replacing("n=\(count), ", with: "")
      }
    }

    init(_ text: String) { self.text = text }
    init(_ number: Int) {
      text = "\(number)"
      value = Double(number)
    }
  }
}

/// Samples that one method answers and another does not, and what a link to them says.
struct SampleExample: Sendable {
  let query: SampleQuery
  /// Code in backticks.
  let text: String
}

/// Which samples stand behind a number.
struct SampleQuery: Hashable, Sendable {
  var model: String
  /// The entry's name.
  var entry: String
  var method: String?
  /// The method that stands beside it; nil for the one that all are compared with.
  var other: String?
  /// True for those that the method answers wrong and the other one right.
  var isGained = false
  /// The coordinate of the column; empty where the table has none.
  var axis = ""
  var place = ""
}
