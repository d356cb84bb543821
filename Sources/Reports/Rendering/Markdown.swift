import Evaluation

/// The report as GitHub-flavoured Markdown.
enum Markdown {
  /// The report; `figureFolder` says where the pictures are, nil leaves them out.
  static func render(_ document: Document, figureFolder: String?) -> String {
    let parts = ["# \(escaped(document.title))"] + render(document.blocks, figureFolder)
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func render(_ blocks: [Block], _ figureFolder: String?) -> [String] {
    var parts: [String] = []
    for block in blocks {
      switch block {
      case .heading(let level, let text): parts.append(String(repeating: "#", count: level) + " " + escaped(text))
      case .paragraph(let text): parts.append(prose(text))
      case .bullets(let items), .verdict(let items):
        parts.append(items.map { "- " + prose($0) }.joined(separator: "\n"))
      case .table(let table): parts.append(render(table))
      case .figure(let figure):
        // An opening bracket in a caption would take the picture's closing one.
        let caption = escaped(figure.caption).replacing("[", with: "&#91;")
        if let figureFolder { parts.append("![\(caption)](\(figureFolder)/\(figure.id).svg)") }
      case .collapsed(let summary, let text):
        let (fence, text) = (fence(around: text), quotedJSON(text))
        parts.append("<details><summary>\(summary)</summary>\n\n\(fence)json\n\(text)\n\(fence)\n\n</details>")
      case .status(let items): parts.append(items.map(status).joined(separator: " · "))
      case .fold(let title, let inner):
        let content = render(inner, figureFolder).joined(separator: "\n\n")
        parts.append("<details><summary>\(escaped(title))</summary>\n\n\(content)\n\n</details>")
      }
    }
    return parts
  }

  private static func status(_ item: StatusItem) -> String {
    let value = item.kind == .good ? escaped(item.value) : "**\(escaped(item.value))**"
    return "\(escaped(item.name)) \(value)" + (item.kind == .bad ? " ⚠" : "")
  }

  /// Columns beside each other that a page on a Git host shows without scrolling, where only numbers stand in them.
  private static let columnLimit = 8

  static func render(_ table: Table) -> String {
    var lines = ["**\(escaped(table.title))**", ""]
    for (index, columns) in parts(table).enumerated() {
      if index > 0 { lines.append("") }
      lines += rows(table, columns)
    }
    if let note = table.note { lines += ["", "<sub>\(escaped(note))</sub>"] }
    return lines.joined(separator: "\n")
  }

  /// All columns, or as many whole groups of them as fit beside each other.
  private static func parts(_ table: Table) -> [Range<Int>] {
    guard table.isCompact else { return [table.columns.indices] }
    var parts: [Range<Int>] = []
    var start = 0
    for group in table.groups {
      let end = start + group.count
      if let last = parts.last, end - last.lowerBound <= columnLimit {
        parts[parts.count - 1] = last.lowerBound..<end
      } else {
        parts.append(start..<end)
      }
      start = end
    }
    return parts.isEmpty ? [table.columns.indices] : parts
  }

  private static func rows(_ table: Table, _ columns: Range<Int>) -> [String] {
    // The title of a group of columns stands above the first of them, small and on a line of its own: else that one is
    // very wide.
    var titles: [Int: String] = [:]
    var start = 0
    for group in table.groups {
      titles[start] = "<sub>\(escaped(group.title))</sub><br>"
      start += group.count
    }
    let heads = columns.map { column in
      let (name, windows) = table.isCompact ? table.headingParts(column) : (table.columns[column], "")
      let notes = [windows, table.note(of: column)].filter { !$0.isEmpty }.map { "<br><sub>\(escaped($0))</sub>" }
      return (titles[column] ?? "") + escaped(name) + notes.joined()
    }
    var lines = ["| " + ([escaped(table.corner)] + heads).joined(separator: " | ") + " |"]
    lines.append("| --- |" + columns.map { table.isNumeric($0) ? " ---: |" : " --- |" }.joined())
    for row in table.rows {
      let name = table.isCompact ? MethodText.short(row.label) : row.label
      let cells = columns.map { cell(row.cells[$0], table.detail(of: row.cells[$0])) }
      lines.append("| \(label(name)) | " + cells.joined(separator: " | ") + " |")
    }
    return lines
  }

  /// A row's label as code; as text where it could end the code, or the cell.
  private static func label(_ text: String) -> String {
    guard !text.unicodeScalars.contains(where: { $0 == "`" || $0 == "\\" }) else { return escaped(text) }
    let scalars = VisibleText.line(text).unicodeScalars.map { $0 == "|" ? "\\|" : String($0) }
    return "`\(scalars.joined())`"
  }

  /// Backticks, more of them than stand anywhere in the text.
  private static func fence(around text: String) -> String {
    var (run, longest) = (0, 2)
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    return String(repeating: "`", count: longest + 1)
  }

  /// JSON in which hidden characters and the bracket of `](` are JSON's own escapes: the same value, and no link to a
  /// reader that takes the block for text.
  private static func quotedJSON(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var quoted = ""
    for (index, scalar) in scalars.enumerated() {
      let isLink = scalar == "]" && index + 1 < scalars.count && scalars[index + 1] == "("
      if isLink || VisibleText.isHidden(scalar) {
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      } else {
        quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted
  }

  private static func cell(_ cell: Table.Cell, _ detail: String) -> String {
    var text = escaped(cell.text)
    if cell.isBest { text = "**\(text)**" }
    if cell.isGap { text += " ⚠" }
    return detail.isEmpty ? text : "\(text)<br><sub>\(escaped(detail))</sub>"
  }

  /// Text of our own, with code in backticks: only what would be read as HTML or a table is escaped, and not in code.
  private static func prose(_ text: String) -> String {
    let parts = VisibleText.line(text).unicodeScalars.split(separator: "`", omittingEmptySubsequences: false)
      .map(String.init)
    guard parts.count % 2 == 1 else { return escaped(text) }
    return parts.enumerated().map { index, part in
      index % 2 == 1 ? "`\(part)`" : withoutLinks(part)
    }.joined()
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in VisibleText.line(text).unicodeScalars {
      switch character {
      case "|", "\\", "*", "_", "`": escaped += "\\\(character)"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return withoutLinks(escaped)
  }

  /// Text in which nothing is a link, a picture or a tag: names and outputs are not ours.
  ///
  /// What makes them is written as a character reference, which no backslash before it undoes: `<`, the bracket of
  /// `](` and `]:`, the colon of a bare `https://`, the point of a bare `www.`.
  private static func withoutLinks(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var safe = ""
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : " "
      switch scalar {
      case "<": safe += "&lt;"
      case "]" where "([:".unicodeScalars.contains(next): safe += "&#93;"
      case ":" where next == "/": safe += "&#58;"
      case "." where index >= 3 && scalars[(index - 3)..<index].allSatisfy({ $0 == "w" || $0 == "W" }):
        safe += "&#46;"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }
}
