import Evaluation
import Text

extension Table.Cell {
  /// `3.53 [3.41, 3.66] n=48`.
  var plainText: String { detail.isEmpty ? text : "\(text) \(detail)" }
}

/// The report for a terminal: aligned columns, no markup.
enum PlainText {
  /// The report.
  ///
  /// - Parameters:
  ///   - document: what to show.
  ///   - width: columns of the terminal; a table of several groups of columns is broken between groups to fit.
  /// - Returns: text that ends with a line end.
  static func render(_ document: Document, width: Int = .max) -> String {
    let parts = [document.title] + render(document.blocks, width)
    return VisibleText.escaped(parts.joined(separator: "\n\n") + "\n")
  }

  private static func render(_ blocks: [Block], _ width: Int) -> [String] {
    var parts: [String] = []
    for block in blocks {
      switch block {
      case .heading(_, let text): parts.append(stripped(text))
      case .paragraph(let text): parts.append(stripped(text))
      case .bullets(let items): parts.append(items.map { "- " + stripped($0) }.joined(separator: "\n"))
      case .verdict(let items):
        parts.append(items.map { wrapped("- " + stripped($0), width, indent: "  ") }.joined(separator: "\n"))
      case .table(let table): parts.append(render(table, width: width))
      case .figure: break
      case .collapsed(let summary, let text): parts.append(summary + "\n" + text)
      case .status(let items):
        parts.append(wrapped(items.map { "\($0.name) \($0.value)" }.joined(separator: ", "), width, indent: ""))
      case .fold(let title, let inner): parts += [title] + render(inner, width)
      }
    }
    return parts
  }

  static func render(_ table: Table, width: Int = .max) -> String {
    guard table.isCompact || !table.groups.isEmpty else { return whole(table) + note(table, width) }
    // As many groups of columns side by side as fit, and of a wider group as many columns.
    var blocks: [(titles: [String], columns: Range<Int>)] = []
    var start = 0
    let groups = table.groups.isEmpty ? [.init(title: "", count: table.columns.count)] : table.groups
    for group in groups {
      let columns = start..<(start + group.count)
      start = columns.upperBound
      if let last = blocks.last, fits(table, last.columns.lowerBound..<columns.upperBound, width) {
        blocks[blocks.count - 1] = (last.titles + [group.title], last.columns.lowerBound..<columns.upperBound)
        continue
      }
      var part = columns.lowerBound..<columns.lowerBound
      for column in columns {
        if !part.isEmpty, !fits(table, part.lowerBound..<(column + 1), width) {
          blocks.append(([group.title], part))
          part = column..<column
        }
        part = part.lowerBound..<(column + 1)
      }
      if !part.isEmpty { blocks.append(([group.title], part)) }
    }
    let shown = blocks.map { block in
      let title = VisibleText.line(block.titles.joined(separator: "  |  "))
      return (title.isEmpty ? "" : title + "\n") + lines(table, columns: block.columns).joined(separator: "\n")
    }
    return VisibleText.line(table.title) + "\n\n" + shown.joined(separator: "\n\n") + note(table, width)
  }

  private static func fits(_ table: Table, _ columns: Range<Int>, _ width: Int) -> Bool {
    lines(table, columns: columns).allSatisfy { $0.count <= width }
  }

  private static func note(_ table: Table, _ width: Int) -> String {
    guard table.isCompact, let note = table.note else { return "" }
    let own = note.replacing("Bold", with: "*").replacing(
      MainMatrix.intervalNote, with: "The tables of the report have the intervals.")
    return "\n\n" + wrapped(stripped(own), width, indent: "")
  }

  private static func whole(_ table: Table) -> String {
    VisibleText.line(table.title) + "\n" + lines(table, columns: table.columns.indices).joined(separator: "\n")
  }

  private static func lines(_ table: Table, columns: Range<Int>) -> [String] {
    let heads = heads(table, columns)
    let rows = table.rows.map { row in
      [VisibleText.line(row.label)]
        + columns.map { column in
          let cell = row.cells[column]
          let detail = table.detail(of: cell)
          return (cell.isBest ? "*" : "") + VisibleText.line(detail.isEmpty ? cell.text : "\(cell.text) \(detail)")
        }
    }
    return TextTable.lines(heads.map { $0.map(VisibleText.line) } + rows, headCount: heads.count) {
      $0 > 0 && table.isCompact ? .right : .left
    }
  }

  /// The rows of headings: one, or, where only numbers are shown, what a heading says below each other, which is narrow.
  private static func heads(_ table: Table, _ columns: Range<Int>) -> [[String]] {
    guard table.isCompact else {
      return [
        [table.corner]
          + columns.map { column in
            let note = table.note(of: column)
            return note.isEmpty ? table.columns[column] : "\(table.columns[column]) \(note)"
          }
      ]
    }
    let parts = columns.map { column in
      let (name, windows) = table.headingParts(column)
      return [name, windows, table.note(of: column)]
    }
    let used = (0..<3).filter { line in line == 0 || parts.contains { !$0[line].isEmpty } }
    return used.enumerated().map { index, line in
      [index == used.count - 1 ? table.corner : ""] + parts.map { $0[line] }
    }
  }

  /// Lines of at most a width, broken at spaces.
  static func wrapped(_ text: String, _ width: Int, indent: String) -> String {
    guard width < 10_000 else { return text }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + word.count + 1 > max(width, 40) {
        lines.append(line)
        line = indent + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }

  /// Without the backticks and asterisks of code and emphasis.
  static func stripped(_ text: String) -> String {
    text.replacing("**", with: "").replacing("`", with: "")
  }
}
