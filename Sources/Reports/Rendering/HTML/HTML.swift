import Evaluation
import Foundation

/// The report as one HTML file: pictures and samples inside, nothing fetched, nothing needed but a browser.
enum HTML {
  /// The page.
  ///
  /// - Parameters:
  ///   - document: what it shows.
  ///   - samples: what its browser of samples shows; nil for none.
  /// - Returns: the file's text.
  static func render(_ document: Document, samples: SampleArchive? = nil) -> String {
    let title = Canvas.escaped(document.title)
    var parts = [
      "<!doctype html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<title>\(title)</title>", "<style>\(style)\(Canvas.darkStyle)</style>", "</head>", "<body>",
      "<a class=\"skip\" href=\"#content\">Skip to the report</a>",
      "<header><h1>\(title)</h1></header>", "<main id=\"content\">",
    ]
    var writer = Writer(example: samples == nil ? nil : document.example, folds: Self.folds(document.blocks))
    parts += writer.render(document.blocks, hasSamples: samples != nil)
    if samples != nil {
      parts.append(
        "<section id=\"samples\" aria-labelledby=\"samples-title\"><h2 id=\"samples-title\">Samples</h2>"
          + "<div id=\"browser\"><p>The samples are inside this file; their browser needs JavaScript.</p></div></section>"
      )
    }
    parts.append("</main>")
    for block in samples?.blocks ?? [] {
      parts.append("<script type=\"text/plain\" id=\"data-\(block.id)\">\(block.base64)</script>")
    }
    parts += ["<script>\(script)\(samples == nil ? "" : browserScript)</script>", "</body>", "</html>"]
    return parts.joined(separator: "\n") + "\n"
  }

  /// The numbers that the folds of the page get, by their titles.
  private static func folds(_ blocks: [Block]) -> [String: Int] {
    var count = 0
    var folds: [String: Int] = [:]
    func number(_ blocks: [Block]) {
      for block in blocks {
        switch block {
        case .heading: count += 1
        case .fold(let title, let inner):
          count += 1
          folds[title] = count
          number(inner)
        default: break
        }
      }
    }
    number(blocks)
    return folds
  }

  /// Blocks in their order; headings are numbered for links.
  private struct Writer {
    let example: SampleExample?
    let folds: [String: Int]
    private var headingCount = 0

    init(example: SampleExample?, folds: [String: Int]) { (self.example, self.folds) = (example, folds) }

    mutating func render(_ blocks: [Block], hasSamples: Bool) -> [String] {
      var parts: [String] = []
      for block in blocks {
        switch block {
        case .heading(let level, let text):
          headingCount += 1
          parts.append("<h\(level) id=\"s\(headingCount)\">\(Canvas.escaped(text))</h\(level)>")
        case .paragraph(let text): parts.append("<p>\(HTML.prose(text))</p>")
        case .bullets(let items):
          parts.append("<ul>" + items.map { "<li>\(HTML.prose($0))</li>" }.joined() + "</ul>")
        case .verdict(let items):
          parts.append("<ul class=\"verdict\">" + items.map { "<li>\(HTML.prose($0))</li>" }.joined() + "</ul>")
        case .status(let items):
          let shown = items.map { item in
            let text = "<span>\(Canvas.escaped(item.name))</span> <strong>\(Canvas.escaped(item.value))</strong>"
            let place = item.kind == .good ? nil : item.fold.flatMap { folds[$0] }
            let shown = place.map { "<a href=\"#s\($0)\">\(text)</a>" } ?? text
            return "<li class=\"\(item.kind.rawValue)\">\(shown)</li>"
          }
          parts.append("<ul class=\"status\" aria-label=\"Status\">\(shown.joined())</ul>")
          guard hasSamples else { continue }
          let one = example.map {
            " <a class=\"go\" href=\"\(Canvas.escaped($0.query.fragment))\">\(HTML.prose($0.text))</a>"
          }
          parts.append("<p class=\"go\"><a class=\"go\" href=\"#samples\">Look at the samples</a>\(one ?? "")</p>")
        case .table(let table): parts.append(HTML.render(table, links: hasSamples))
        case .figure(let figure):
          parts.append(
            "<figure id=\"\(figure.id)\"><div class=\"scroll\" style=\"--w:\(Int(figure.picture.width.rounded(.up)))px\" "
              + "tabindex=\"0\" role=\"group\" aria-label=\"\(Canvas.escaped(figure.caption))\">\n\(figure.picture.inlineSVG)</div>"
              + "<figcaption>\(Canvas.escaped(figure.caption))</figcaption></figure>")
        case .collapsed(let summary, let text):
          parts.append(
            "<details><summary>\(Canvas.escaped(summary))</summary><pre tabindex=\"0\">\(Canvas.escaped(text))</pre></details>"
          )
        case .fold(let title, let inner):
          headingCount += 1
          parts.append(
            "<details class=\"fold\" id=\"s\(headingCount)\"><summary><h2>\(Canvas.escaped(title))</h2></summary>")
          parts += render(inner, hasSamples: hasSamples)
          parts.append("</details>")
        }
      }
      return parts
    }
  }

  static func render(_ table: Table, links: Bool) -> String {
    var lines = [
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(Canvas.escaped(table.title))\">",
      "<table id=\"\(table.id)\"\(table.isCompact ? " class=\"matrix\"" : "")>",
      "<caption><span>\(Canvas.escaped(table.title))</span></caption>", "<thead>",
    ]
    if !table.groups.isEmpty {
      let heads = table.groups.map { "<th scope=\"colgroup\" colspan=\"\($0.count)\">\(Canvas.escaped($0.title))</th>" }
      lines.append("<tr class=\"groups\"><td></td>\(heads.joined())</tr>")
    }
    var firsts: Set<Int> = []
    var start = 0
    for group in table.groups {
      firsts.insert(start)
      start += group.count
    }
    func classes(_ column: Int, _ more: [String] = []) -> String {
      let all = (table.isNumeric(column) ? ["number"] : []) + (firsts.contains(column) ? ["first"] : []) + more
      return all.isEmpty ? "" : " class=\"\(all.joined(separator: " "))\""
    }
    let heads = table.columns.indices.map { column in
      let (name, windows) = table.headingParts(column)
      let notes = [windows, table.note(of: column)].filter { !$0.isEmpty }.map {
        "<small>\(Canvas.escaped($0))</small>"
      }
      return "<th scope=\"col\"\(classes(column))>\(Canvas.escaped(name))\(notes.joined())</th>"
    }
    lines.append("<tr class=\"heads\"><th scope=\"col\">\(Canvas.escaped(table.corner))</th>\(heads.joined())</tr>")
    lines += ["</thead>", "<tbody>"]
    for row in table.rows {
      let cells = row.cells.enumerated().map { column, cell in
        let kind = classes(column, (cell.isBest ? ["best"] : []) + (cell.isGap ? ["gap"] : []))
        return
          "<td\(kind)\(cell.value.map { " data-value=\"\($0)\"" } ?? "")>\(content(cell, table, links: links))</td>"
      }
      lines.append("<tr><th scope=\"row\"><code>\(Canvas.escaped(row.label))</code></th>\(cells.joined())</tr>")
    }
    lines.append("</tbody></table></div>")
    if let note = table.note { lines.append("<p class=\"note\">\(prose(note))</p>") }
    return lines.joined(separator: "\n")
  }

  private static func content(_ cell: Table.Cell, _ table: Table, links: Bool) -> String {
    let detail = table.detail(of: cell)
    let small = Table.detailLines(detail).map { "<small>\(Canvas.escaped($0))</small>" }.joined()
    let text = Canvas.escaped(cell.text)
    let hint = table.isCompact && !cell.detail.isEmpty ? " title=\"\(Canvas.escaped(cell.detail))\"" : ""
    guard links, let query = cell.samples, cell.value != nil else { return "<span\(hint)>\(text)</span>\(small)" }
    return "<a href=\"\(Canvas.escaped(query.fragment))\"\(hint)>\(text)</a>\(small)"
  }

  /// Text of our own: code in backticks, emphasis in double asterisks.
  static func prose(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false).map { Canvas.escaped(String($0)) }
    guard parts.count % 2 == 1 else { return Canvas.escaped(text) }
    var isStrong = false
    let marks = parts.enumerated().filter { $0.offset % 2 == 0 }.reduce(0) { count, part in
      count + part.element.split(separator: "**", omittingEmptySubsequences: false).count - 1
    }
    return parts.enumerated().map { index, part in
      if index % 2 == 1 { return "<code>\(part)</code>" }
      guard marks % 2 == 0 else { return part }
      let pieces = part.split(separator: "**", omittingEmptySubsequences: false).map(String.init)
      return pieces.enumerated().map { place, piece in
        if place == 0 { return piece }
        isStrong.toggle()
        return (isStrong ? "<strong>" : "</strong>") + piece
      }.joined()
    }.joined()
  }
}

extension SampleQuery {
  /// The link that opens these samples on the page.
  var fragment: String {
    var allowed = CharacterSet.alphanumerics
    allowed.insert(charactersIn: "-._~")
    func quoted(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }
    var pairs = ["model=\(quoted(model))", "entry=\(quoted(entry))"]
    if let method { pairs.append("a=\(quoted(method))") }
    if let other { pairs.append("b=\(quoted(other))") }
    if !axis.isEmpty { pairs.append("\(quoted("p." + axis))=\(quoted(place))") }
    if isGained { pairs.append("show=gained&open=1") }
    return "#samples?" + pairs.joined(separator: "&")
  }
}
