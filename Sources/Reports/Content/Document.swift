import Evaluation

/// A report before it takes a form: every renderer shows the same blocks.
struct Document: Sendable {
  var title: String
  var blocks: [Block] = []

  var tables: [Table] {
    blocks.compactMap {
      guard case .table(let table) = $0 else { return nil }
      return table
    }
  }
  var figures: [Figure] {
    blocks.compactMap {
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
  mutating func table(_ table: Table) { blocks.append(.table(table)) }
  mutating func figure(_ figure: Figure) { blocks.append(.figure(figure)) }
}

enum Block: Sendable {
  case heading(level: Int, String)
  case paragraph(String)
  case bullets([String])
  case table(Table)
  case figure(Figure)
  case collapsed(summary: String, text: String)
}

/// A picture, complete in itself.
struct Figure: Sendable {
  /// Unique in the report; the name of its file.
  let id: String
  let caption: String
  let svg: String
}

/// A table of measured numbers or of texts.
struct Table: Sendable {
  /// Unique in the report; the name of its file.
  var id: String
  var title: String
  /// The heading of the row labels.
  var corner: String
  var columns: [String]
  var rows: [Row] = []
  /// A sentence below the table.
  var note: String?
  /// False for a list of texts.
  var isMeasured = true
  /// Where it belongs, for machine-readable forms.
  var coordinates: [String: String] = [:]

  /// True where a column is of numbers and stands to the right.
  func isNumeric(_ column: Int) -> Bool { isMeasured || rows.allSatisfy { $0.cells[column].value != nil } }

  struct Row: Sendable {
    var label: String
    var cells: [Cell]
  }

  struct Cell: Sendable {
    /// The number, or the text.
    var text: String
    /// Interval and count.
    var detail = ""
    var isBest = false
    /// There should be a number and there is none, or not of all samples.
    var isGap = false
    /// True where the number rests on units enough for a test; only such numbers are marked as best.
    var isTestable = false
    /// What sorting goes by.
    var value: Double?
    var low: Double?
    var high: Double?
    var count: Int?
    var expected: Int?

    init(_ text: String) { self.text = text }
    init(_ number: Int) {
      text = "\(number)"
      value = Double(number)
    }
  }
}
