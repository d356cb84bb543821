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
    guard !table.groups.isEmpty else { return whole(table) + note(table, width) }
    // As many groups of columns side by side as fit.
    var blocks: [String] = []
    var (start, taken) = (0, 0..<0)
    var current: String?
    var titles: [String] = []
    for group in table.groups {
      let columns = start..<(start + group.count)
      let wider = lines(table, columns: taken.lowerBound..<columns.upperBound)
      if let text = current, wider.contains(where: { $0.count > width }) {
        blocks.append(VisibleText.line(titles.joined(separator: "  |  ")) + "\n" + text)
        (taken, titles) = (columns, [group.title])
      } else {
        taken = taken.lowerBound..<columns.upperBound
        titles.append(group.title)
      }
      current = lines(table, columns: taken).joined(separator: "\n")
      start = columns.upperBound
    }
    if let current { blocks.append(VisibleText.line(titles.joined(separator: "  |  ")) + "\n" + current) }
    return VisibleText.line(table.title) + "\n\n" + blocks.joined(separator: "\n\n") + note(table, width)
  }

  private static func note(_ table: Table, _ width: Int) -> String {
    guard table.isCompact, let note = table.note else { return "" }
    return "\n\n" + wrapped(stripped(note.replacing("Bold", with: "*")), width, indent: "")
  }

  private static func whole(_ table: Table) -> String {
    VisibleText.line(table.title) + "\n" + lines(table, columns: table.columns.indices).joined(separator: "\n")
  }

  private static func lines(_ table: Table, columns: Range<Int>) -> [String] {
    let header =
      [table.corner]
      + columns.map { column in
        let note = table.note(of: column)
        return note.isEmpty ? table.columns[column] : "\(table.columns[column]) \(note)"
      }
    let rows = table.rows.map { row in
      [VisibleText.line(row.label)]
        + columns.map { column in
          let cell = row.cells[column]
          let detail = table.detail(of: cell)
          return (cell.isBest ? "*" : "") + VisibleText.line(detail.isEmpty ? cell.text : "\(cell.text) \(detail)")
        }
    }
    return TextTable.lines([header.map(VisibleText.line)] + rows, hasRule: true) {
      $0 > 0 && table.isCompact ? .right : .left
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
