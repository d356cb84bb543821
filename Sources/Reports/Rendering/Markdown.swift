import Evaluation

/// The report as GitHub-flavoured Markdown.
enum Markdown {
  /// The report; `figureFolder` says where the pictures are, nil leaves them out.
  static func render(_ document: Document, figureFolder: String?) -> String {
    var parts = ["# \(escaped(document.title))"]
    for block in document.blocks {
      switch block {
      case .heading(let level, let text): parts.append(String(repeating: "#", count: level) + " " + escaped(text))
      case .paragraph(let text): parts.append(prose(text))
      case .bullets(let items): parts.append(items.map { "- " + prose($0) }.joined(separator: "\n"))
      case .table(let table): parts.append(render(table))
      case .figure(let figure):
        if let figureFolder { parts.append("![\(escaped(figure.caption))](\(figureFolder)/\(figure.id).svg)") }
      case .collapsed(let summary, let text):
        let fence = text.contains("```") ? "~~~~" : "```"
        parts.append("<details><summary>\(summary)</summary>\n\n\(fence)json\n\(text)\n\(fence)\n\n</details>")
      }
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  static func render(_ table: Table) -> String {
    var lines = ["**\(escaped(table.title))**", ""]
    lines.append(line([table.corner] + table.columns))
    lines.append(
      "| --- |" + table.columns.indices.map { table.isNumeric($0) ? " ---: |" : " --- |" }.joined())
    for row in table.rows {
      lines.append(
        "| `\(row.label.replacing("|", with: "\\|"))` | " + row.cells.map(cell).joined(separator: " | ") + " |")
    }
    if let note = table.note { lines += ["", "<sub>\(escaped(note))</sub>"] }
    return lines.joined(separator: "\n")
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |"
  }

  private static func cell(_ cell: Table.Cell) -> String {
    var text = escaped(cell.text)
    if cell.isBest { text = "**\(text)**" }
    if cell.isGap { text += " ⚠" }
    return cell.detail.isEmpty ? text : "\(text)<br><sub>\(escaped(cell.detail))</sub>"
  }

  /// Text of our own, with code in backticks: only what would be read as HTML or a table is escaped, and not in code.
  private static func prose(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
    guard parts.count % 2 == 1 else { return escaped(text) }
    return parts.enumerated().map { index, part in
      index % 2 == 1 ? "`\(part)`" : part.replacing("<", with: "&lt;").replacing("\n", with: " ")
    }.joined()
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "|", "\\", "*", "_", "`": escaped += "\\\(character)"
      case "<": escaped += "&lt;"
      case "\n", "\r", "\r\n": escaped += " "
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
