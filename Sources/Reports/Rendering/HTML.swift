import Evaluation

/// The report as one HTML file: pictures inside, tables sorted by a click on a heading, nothing fetched.
enum HTML {
  static func render(_ document: Document) -> String {
    var parts = [
      "<!doctype html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<title>\(Canvas.escaped(document.title))</title>", "<style>\(style)</style>", "</head>", "<body>", "<main>",
      "<h1>\(Canvas.escaped(document.title))</h1>", contents(document),
    ]
    var headingCount = 0
    for block in document.blocks {
      switch block {
      case .heading(let level, let text):
        headingCount += 1
        parts.append("<h\(level) id=\"s\(headingCount)\">\(Canvas.escaped(text))</h\(level)>")
      case .paragraph(let text): parts.append("<p>\(prose(text))</p>")
      case .bullets(let items): parts.append("<ul>" + items.map { "<li>\(prose($0))</li>" }.joined() + "</ul>")
      case .table(let table): parts.append(render(table))
      case .figure(let figure):
        parts.append(
          "<figure id=\"\(figure.id)\">\n\(figure.svg)<figcaption>\(Canvas.escaped(figure.caption))</figcaption></figure>"
        )
      case .collapsed(let summary, let text):
        parts.append(
          "<details><summary>\(Canvas.escaped(summary))</summary><pre>\(Canvas.escaped(text))</pre></details>")
      }
    }
    parts += ["</main>", "<script>\(script)</script>", "</body>", "</html>"]
    return parts.joined(separator: "\n") + "\n"
  }

  private static func contents(_ document: Document) -> String {
    var items: [String] = []
    var headingCount = 0
    for case .heading(let level, let text) in document.blocks {
      headingCount += 1
      items.append("<li class=\"level\(level)\"><a href=\"#s\(headingCount)\">\(Canvas.escaped(text))</a></li>")
    }
    return "<nav><ul>" + items.joined() + "</ul></nav>"
  }

  private static func render(_ table: Table) -> String {
    var lines = ["<div class=\"scroll\"><table id=\"\(table.id)\">"]
    lines.append("<caption>\(Canvas.escaped(table.title))</caption>")
    let heads = ([table.corner] + table.columns).enumerated().map { index, text in
      "<th scope=\"col\"\(index > 0 && table.isNumeric(index - 1) ? " class=\"number\"" : "")>"
        + "\(Canvas.escaped(text))</th>"
    }.joined()
    lines.append("<thead><tr>\(heads)</tr></thead>")
    lines.append("<tbody>")
    for row in table.rows {
      lines.append(
        "<tr><th scope=\"row\"><code>\(Canvas.escaped(row.label))</code></th>"
          + row.cells.enumerated().map { cell($1, isNumeric: table.isNumeric($0)) }.joined() + "</tr>")
    }
    lines.append("</tbody></table></div>")
    if let note = table.note { lines.append("<p class=\"note\">\(prose(note))</p>") }
    return lines.joined(separator: "\n")
  }

  private static func cell(_ cell: Table.Cell, isNumeric: Bool) -> String {
    let classes = (isNumeric ? ["number"] : []) + (cell.isBest ? ["best"] : []) + (cell.isGap ? ["gap"] : [])
    let kind = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
    let key = cell.value.map { " data-value=\"\($0)\"" } ?? ""
    let detail = cell.detail.isEmpty ? "" : "<small>\(Canvas.escaped(cell.detail))</small>"
    return "<td\(kind)\(key)><span>\(Canvas.escaped(cell.text))</span>\(detail)</td>"
  }

  private static func prose(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false).map { Canvas.escaped(String($0)) }
    guard parts.count % 2 == 1 else { return Canvas.escaped(text) }
    return parts.enumerated().map { $0 % 2 == 1 ? "<code>\($1)</code>" : emphasis($1) }.joined()
  }

  private static func emphasis(_ text: String) -> String {
    let parts = text.split(separator: "**", omittingEmptySubsequences: false).map(String.init)
    guard parts.count % 2 == 1 else { return text }
    return parts.enumerated().map { $0 % 2 == 1 ? "<strong>\($1)</strong>" : $1 }.joined()
  }

  private static let style = """

    :root { color-scheme: light dark; --ink: #1c2430; --muted: #5b6675; --page: #ffffff; --line: #dfe4ea; \
    --shade: #f5f7f9; --best: #0b6b3a; --gap: #a84300; --link: #0b5cad; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --muted: #9aa5b4; --page: #14181e; --line: #2d3540; \
    --shade: #1b2129; --best: #5fd39a; --gap: #ffab6b; --link: #7db8ff; } }
    body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", \
    Roboto, "Helvetica Neue", Arial, sans-serif; }
    main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 80px; }
    h1 { font-size: 26px; } h2 { margin-top: 40px; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
    h3 { margin-top: 28px; } a { color: var(--link); }
    nav ul { list-style: none; padding: 0; columns: 2; } nav .level3 { padding-left: 18px; }
    .scroll { overflow-x: auto; margin: 18px 0 4px; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    caption { text-align: left; font-weight: 600; padding: 4px 0; }
    th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
    thead th { cursor: pointer; background: var(--shade); white-space: nowrap; }
    thead th[aria-sort="ascending"]::after { content: " \\2191"; } thead th[aria-sort="descending"]::after { content: " \\2193"; }
    tbody th { font-weight: normal; white-space: nowrap; }
    .number { text-align: right; }
    td small { display: block; color: var(--muted); font-size: 11.5px; white-space: nowrap; }
    td.best span { font-weight: 700; color: var(--best); } td.gap span, td.gap small { color: var(--gap); }
    .note { color: var(--muted); font-size: 13px; margin: 2px 0 16px; }
    figure { margin: 20px 0; } figure svg { max-width: 100%; height: auto; border-radius: 6px; }
    figcaption { color: var(--muted); font-size: 13px; }
    pre { background: var(--shade); padding: 12px; overflow-x: auto; }

    """

  private static let script = """

    for (const head of document.querySelectorAll("thead th")) {
      head.tabIndex = 0;
      const sort = () => {
        const table = head.closest("table"), body = table.tBodies[0], column = head.cellIndex;
        const descending = head.getAttribute("aria-sort") === "ascending";
        const key = row => {
          const cell = row.cells[column];
          return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
        };
        const rows = [...body.rows].sort((a, b) => {
          const x = key(a), y = key(b);
          if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
          const order = typeof x === "number" ? x - y : x.localeCompare(y, "en", { numeric: true });
          return descending ? -order : order;
        });
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        body.append(...rows);
      };
      head.addEventListener("click", sort);
      head.addEventListener("keydown", event => { if (event.key === "Enter") sort(); });
    }

    """
}
