import Text

extension Heatmap {
  /// The panels as a TikZ picture of a page's width, to be read with `\input`; nil where they would be higher than a page.
  ///
  /// It needs what pgfplots brings.
  func tikz() -> String? {
    // Centimetres; the width is that of LaTeX's article.
    let (page, left, cellHeight) = (12.0, 1.5, 0.42)
    let cell = min(0.9, (page - left) / Double(max(1, columns.count)))
    let width = left + cell * Double(columns.count) + 0.2
    let perRow = max(1, min(panels.count, Int(page / width)))
    let height = cellHeight * Double(rows.count) + 1.5
    guard height * Double((panels.count + perRow - 1) / perRow) <= 20 else { return nil }
    var lines = ["% \(LaTeX.escaped(title))", "\\begin{tikzpicture}[x=1cm,y=1cm,font=\\tiny]"]
    func place(_ x: Double, _ y: Double) -> String { "(\(NumberText.fixed(x, 2)),\(NumberText.fixed(y, 2)))" }
    func node(_ text: String, _ x: Double, _ y: Double, _ options: String = "") {
      if !text.isEmpty { lines.append("\\node[inner sep=1pt\(options)] at \(place(x, y)) {\(LaTeX.escaped(text))};") }
    }
    for (index, panel) in panels.enumerated() {
      let x = width * Double(index % perRow) + left
      let y = -height * Double(index / perRow)
      node(panel.title, x, y + 0.2, ",anchor=west,font=\\scriptsize\\bfseries")
      for (row, label) in rows.enumerated() {
        let top = y - cellHeight * Double(row)
        node(label, x - 0.1, top - cellHeight / 2, ",anchor=east")
        for column in columns.indices {
          let start = x + cell * Double(column)
          let shown = panel.cells[row][column]
          let fill = shown.color.map(Self.rgb)
          lines.append(
            "\\filldraw[fill=\(fill ?? "black!6"),draw=black!15] \(place(start, top)) rectangle "
              + "\(place(start + cell, top - cellHeight));")
          node(
            shown.text, start + cell / 2, top - cellHeight / 2, shown.color?.textColor == "#ffffff" ? ",text=white" : ""
          )
        }
      }
      let bottom = y - cellHeight * Double(rows.count)
      for (column, label) in columns.enumerated() { node(label, x + cell * (Double(column) + 0.5), bottom - 0.17) }
      let middle = x + cell * Double(columns.count) / 2
      node(xTitle, middle, bottom - 0.5)
      node(yTitle, x - 1.25, (y + bottom) / 2, ",rotate=90")
      if let first = firstColumnBeyond, contextWindow > 0 {
        let at = x + cell * Double(first)
        lines.append("\\draw[dashed,thick,red!70!black] \(place(at, y + 0.1)) -- \(place(at, bottom - 0.1));")
      }
    }
    // What the colours mean, from `low` to `high`.
    let bottom = -height * Double((panels.count + perRow - 1) / perRow) + 0.6
    let start = left + 2.4
    node(legend.low, start - 0.1, bottom - 0.1, ",anchor=east")
    for step in 0..<10 {
      let x = start + 0.2 * Double(step)
      let fill = Self.rgb(legend.color(Double(step) / 9))
      lines.append("\\fill[fill=\(fill)] \(place(x, bottom)) rectangle \(place(x + 0.2, bottom - 0.2));")
    }
    node(legend.high, start + 2.1, bottom - 0.1, ",anchor=west")
    return (lines + ["\\end{tikzpicture}"]).joined(separator: "\n") + "\n"
  }

  private static func rgb(_ color: Palette.Color) -> String {
    let parts = [("red", color.red), ("green", color.green), ("blue", color.blue)].map { name, value in
      "\(name),\(Int((min(max(value, 0), 1) * 255).rounded()))"
    }
    return "{rgb,255:\(parts.joined(separator: ";"))}"
  }
}
