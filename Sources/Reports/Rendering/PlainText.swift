import Evaluation
import Text

extension Table.Cell {
  /// `3.53 [3.41, 3.66] n=48`.
  var plainText: String { detail.isEmpty ? text : "\(text) \(detail)" }
}

/// The report for a terminal: aligned columns, no markup.
enum PlainText {
  static func render(_ document: Document) -> String {
    var parts = [document.title]
    for block in document.blocks {
      switch block {
      case .heading(_, let text): parts.append(text)
      case .paragraph(let text): parts.append(stripped(text))
      case .bullets(let items): parts.append(items.map { "- " + stripped($0) }.joined(separator: "\n"))
      case .table(let table): parts.append(render(table))
      case .figure: break
      case .collapsed(let summary, let text): parts.append(summary + "\n" + text)
      }
    }
    return VisibleText.escaped(parts.joined(separator: "\n\n") + "\n")
  }

  static func render(_ table: Table) -> String {
    let header = ([table.corner] + table.columns).map(VisibleText.line)
    let rows = table.rows.map { row in
      [VisibleText.line(row.label)] + row.cells.map { ($0.isBest ? "*" : "") + VisibleText.line($0.plainText) }
    }
    return VisibleText.line(table.title) + "\n"
      + TextTable.lines([header] + rows, hasRule: true).joined(separator: "\n")
  }

  /// Without the backticks and asterisks of code and emphasis.
  static func stripped(_ text: String) -> String {
    text.replacing("**", with: "").replacing("`", with: "")
  }
}
