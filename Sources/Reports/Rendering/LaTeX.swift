import Evaluation

/// The measured tables for a paper, to be read with `\input`.
enum LaTeX {
  static func render(_ document: Document) -> String {
    var parts = [
      "% Tables of \(escaped(document.title)). They need \\usepackage{booktabs} and are read with \\input{report.tex}."
    ]
    for table in document.tables where table.isMeasured { parts.append(render(table)) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func render(_ table: Table) -> String {
    var lines = ["\\begin{table}[htbp]", "  \\centering", "  \\small"]
    // A table stands alone in a paper: its caption says of which model it is.
    let caption = ([table.coordinates["model"]].compactMap { $0 } + [table.title]).joined(separator: ", ")
    lines.append("  \\caption{\(escaped(caption))}")
    lines.append("  \\label{tab:\(table.id)}")
    lines.append("  \\begin{tabular}{l\(String(repeating: "r", count: table.columns.count))}")
    lines.append("    \\toprule")
    lines.append("    " + ([table.corner] + table.columns).map(escaped).joined(separator: " & ") + " \\\\")
    lines.append("    \\midrule")
    for row in table.rows {
      lines.append(
        "    " + (["\\texttt{\(escaped(row.label))}"] + row.cells.map(cell)).joined(separator: " & ") + " \\\\")
    }
    lines += ["    \\bottomrule", "  \\end{tabular}"]
    if let note = table.note { lines.append("  \\par\\smallskip{\\footnotesize \(escaped(note))}") }
    lines.append("\\end{table}")
    return lines.joined(separator: "\n")
  }

  private static func cell(_ cell: Table.Cell) -> String {
    let text = cell.isBest ? "\\textbf{\(escaped(cell.text))}" : escaped(cell.text)
    return cell.detail.isEmpty ? text : "\(text) {\\scriptsize \(escaped(cell.detail))}"
  }

  static func escaped(_ text: String) -> String {
    var escaped = ""
    // By scalars: a special character with a combining mark is special to TeX all the same.
    for character in VisibleText.line(text).unicodeScalars {
      switch character {
      case "\\": escaped += "\\textbackslash{}"
      case "&", "%", "$", "#", "_", "{", "}": escaped += "\\\(character)"
      case "~": escaped += "\\textasciitilde{}"
      case "^": escaped += "\\textasciicircum{}"
      case "[": escaped += "{[}"
      case "]": escaped += "{]}"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
