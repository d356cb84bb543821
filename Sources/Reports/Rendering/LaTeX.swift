import Evaluation

/// The measured tables and the charts for a paper, each a file of its own, to be read with `\input`.
enum LaTeX {
  /// At the script size, the characters that fit into the width of a page.
  private static let widthLimit = 84
  /// At the normal size.
  private static let normalWidth = 58

  /// All files: the tables and pgfplots pictures, and one that reads them all.
  static func files(_ document: Document, main: String = "report.tex") -> [(name: String, text: String)] {
    var files: [(name: String, text: String)] = []
    var lines = [
      "% Tables and figures of \(escaped(document.title)). They need \\usepackage{booktabs} and, for the figures,",
      "% \\usepackage{pgfplots}. Read all of them with \\input{\(main)}, or one with \\input{latex/NAME}.",
    ]
    for block in document.flattened {
      switch block {
      case .table(let table) where table.isMeasured && !table.rows.isEmpty:
        files.append(("latex/\(table.id).tex", render(table)))
        lines.append("\\input{latex/\(table.id)}")
      case .figure(let figure):
        guard let picture = figure.pgfplots else { continue }
        files.append(("latex/\(figure.id).tex", render(figure, picture)))
        lines.append("\\input{latex/\(figure.id)}")
      default: continue
      }
    }
    return files + [(main, lines.joined(separator: "\n") + "\n")]
  }

  private static func render(_ figure: Figure, _ picture: String) -> String {
    "\\begin{figure}[htbp]\n\\centering\n\(picture)\\caption{\(escaped(figure.caption))}\n"
      + "\\label{fig:\(figure.id)}\n\\end{figure}\n"
  }

  /// A table with all details beside the numbers where that fits into the width of a page, else with the intervals below
  /// them, in several parts below each other where even that does not fit; it is never scaled.
  static func render(_ table: Table) -> String {
    var lines = ["\\begin{table}[htbp]", "\\centering"]
    // A table stands alone in a paper: its caption says of which model it is, and by which protocol.
    let name = ([table.coordinates["model"]].compactMap { $0 } + [table.title]).joined(separator: ", ")
    let counts = Set(table.columnNotes).subtracting([""])
    let protocols = table.coordinates["protocol"].map { $0.contains(",") ? "Protocols \($0)." : "Protocol \($0)." }
    let said = table.note?.replacing(MainMatrix.intervalNote, with: "").trimmedEnd
    let note = [counts.count == 1 ? counts.first.map { "\($0)." } : nil, said, protocols].compactMap { $0 }
      .filter { !$0.isEmpty }.joined(separator: " ")
    lines.append("\\caption{\(escaped(name)).\(note.isEmpty ? "" : " \(escaped(note))")}")
    lines.append("\\label{tab:\(table.id)}")
    let details = details(of: table)
    let parts = parts(table, details)
    let isSmall = parts.contains { width(table, $0, details) > normalWidth }
    lines.append("\\vspace{4pt}")
    lines.append(isSmall ? "\\scriptsize\\setlength{\\tabcolsep}{3pt}" : "\\small")
    for (index, part) in parts.enumerated() {
      if index > 0 { lines.append("\\par\\medskip") }
      lines += tabular(table, part, details)
    }
    return (lines + ["\\end{table}"]).joined(separator: "\n") + "\n"
  }

  /// Where intervals and counts stand.
  private enum Details { case beside, below, none }

  /// Beside the numbers where all columns fit side by side then, else below them, as far as a table has any.
  private static func details(of table: Table) -> Details {
    if table.isCompact { return .none }
    if width(table, table.columns.indices, .beside) <= widthLimit { return .beside }
    return table.rows.contains { $0.cells.contains { !below($0).isEmpty } } ? .below : .none
  }

  /// What stands below a number: its interval, and the letters of its deviations.
  private static func below(_ cell: Table.Cell) -> String {
    let marks = cell.detail.split(separator: " ").last { $0.hasPrefix("†") }.map(String.init)
    return [Table.detailLines(cell.detail).first { $0.hasPrefix("[") }, marks].compactMap(\.self).joined(separator: " ")
  }

  private static func tabular(_ table: Table, _ columns: Range<Int>, _ details: Details) -> [String] {
    var lines = ["\\begin{tabular}{@{}l\(String(repeating: "r", count: columns.count))@{}}", "\\toprule"]
    let groups = groups(table, columns)
    if !groups.isEmpty {
      let heads = groups.map { "\\multicolumn{\($0.count)}{c}{\(escaped($0.title))}" }
      lines.append("& " + heads.joined(separator: " & ") + " \\\\")
      var start = 2
      let rules = groups.map { group in
        defer { start += group.count }
        return "\\cmidrule(lr){\(start)-\(start + group.count - 1)}"
      }
      lines.append(rules.joined())
    }
    lines.append(([table.corner] + columns.map { table.columns[$0] }).map(escaped).joined(separator: " & ") + " \\\\")
    // Where columns differ in their n, it stands below each heading, else in the caption.
    if Set(table.columnNotes).subtracting([""]).count > 1 {
      let notes = columns.map { table.note(of: $0).isEmpty ? "" : "{\\tiny \(escaped(table.note(of: $0)))}" }
      lines.append("& " + notes.joined(separator: " & ") + " \\\\")
    }
    lines.append("\\midrule")
    for row in table.rows {
      let cells = columns.map { cell(row.cells[$0], details) }
      lines.append((["\\texttt{\(escaped(MethodText.short(row.label)))}"] + cells).joined(separator: " & ") + " \\\\")
      guard details == .below else { continue }
      let second = columns.map { "{\\tiny \(escaped(below(row.cells[$0])))}" }
      lines.append("& " + second.joined(separator: " & ") + " \\\\")
    }
    return lines + ["\\bottomrule", "\\end{tabular}"]
  }

  private static func groups(_ table: Table, _ columns: Range<Int>) -> [Table.Group] {
    var start = 0
    return table.groups.compactMap { group in
      let own = (start..<(start + group.count)).clamped(to: columns)
      start += group.count
      return own.isEmpty ? nil : Table.Group(title: group.title, count: own.count)
    }
  }

  /// Columns side by side as far as they fit; groups stay whole where they can.
  private static func parts(_ table: Table, _ details: Details) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = 0
    var ends: Set<Int> = []
    for group in table.groups { ends.insert((ends.max() ?? 0) + group.count) }
    while start < table.columns.count {
      var end = start + 1
      while end < table.columns.count, width(table, start..<(end + 1), details) <= widthLimit { end += 1 }
      if end < table.columns.count, let boundary = ends.filter({ $0 > start && $0 <= end }).max() { end = boundary }
      parts.append(start..<end)
      start = end
    }
    return parts.isEmpty ? [0..<0] : parts
  }

  private static func width(_ table: Table, _ columns: Range<Int>, _ details: Details) -> Int {
    let label = ([table.corner] + table.rows.map { MethodText.short($0.label) }).map(\.count).max() ?? 0
    let widths = table.columns.indices.map { column in
      let cells = table.rows.map { row in
        let cell = row.cells[column]
        return switch details {
        case .beside: cell.text.count + (cell.detail.count * 5 + 5) / 6
        case .below: max(cell.text.count, (below(cell).count * 5 + 5) / 6)
        case .none: cell.text.count
        }
      }
      return 2 + (([table.columns[column].count] + cells).max() ?? 0)
    }
    guard !table.groups.isEmpty else { return label + 2 + columns.reduce(0) { $0 + widths[$1] } }
    var (start, total) = (0, label + 2)
    for group in table.groups {
      let own = (start..<(start + group.count)).clamped(to: columns)
      if !own.isEmpty { total += max(own.reduce(0) { $0 + widths[$1] }, group.title.count + 2) }
      start += group.count
    }
    return total
  }

  private static func cell(_ cell: Table.Cell, _ details: Details) -> String {
    let text = cell.isBest ? "\\textbf{\(escaped(cell.text))}" : escaped(cell.text)
    return cell.detail.isEmpty || details != .beside ? text : "\(text) {\\tiny \(escaped(cell.detail))}"
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
      case "<": escaped += "{\\textless}"
      case ">": escaped += "{\\textgreater}"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
