import Evaluation
import Foundation
import Store
import TestSupport
import Testing

@testable import Reports

/// Names and outputs come from files of others: no form of a report lets them act.
@Suite struct HostileTextTests {
  private let link = "x![p](http://a.example/p.png)[l](javascript:go)"

  /// The files of a report of one sample.
  private func report(model: String, sample: String = "s", output: String) throws -> (String) throws -> String {
    let synthetic = try SyntheticStore()
    var record = SyntheticStore.record(
      "passkey", "plain", [("length", "512"), ("depth", "0.5")], metric: SyntheticStore.accuracy, count: 2)
    record.model = model
    try synthetic.store.append(
      SyntheticStore.result(
        sample, "plain", scores: [.init(metric: "accuracy", value: nil, unscored: output)], output: output),
      cell: try synthetic.store.cell(record), run: synthetic.run)
    let folder = try TemporaryFolder()
    _ = try ReportWriter(store: synthetic.store, name: model)
      .write(to: folder.path, formats: Set(ReportFormat.allCases))
    return { try String(contentsOfFile: folder.file($0), encoding: .utf8) }
  }

  @Test("a name or an output is no picture, link, tag or table of its own in Markdown")
  func markdown() throws {
    let text = try report(model: link, output: #"\](http://b.example) [r]: http://c.example <img src=y> www.d.example"#)
    let report = try text("report.md")
    // What stands in backticks is code; the rest of a line is what a reader acts on.
    let prose = report.split(separator: "\n").map { line in
      line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined()
    }
    #expect(prose.contains { $0.contains("[p&#93;(http&#58;//a.example") })
    for mark in ["](http", "](java", "]: ", "<img", "http://", "www."] {
      #expect(prose.allSatisfy { !$0.contains(mark) }, "\(mark)")
    }
  }

  @Test("a row's label cannot end its code or its cell")
  func labels() {
    var table = Table(id: "t", title: "t", corner: "c", columns: ["v"], isMeasured: false)
    table.rows = ["a|b", "a`b", "a\\|b", "a\u{301}|\u{301}b\nc"].map { .init(label: $0, cells: [.init("1")]) }
    let lines = Markdown.render(table).split(separator: "\n").map(String.init)
    #expect(
      lines[3...] == ["| `a\\|b` | 1 |", "| a\\`b | 1 |", "| a\\\\\\|b | 1 |", "| `a\u{301}\\|\u{301}b c` | 1 |"])
  }

  @Test("a stored configuration cannot end its block")
  func fence() {
    var document = Document(title: "t")
    document.blocks.append(.collapsed(summary: "s", text: "a\n````\n~~~~\n<b>"))
    #expect(Markdown.render(document, figureFolder: nil).contains("`````json\na\n````\n~~~~\n<b>\n`````\n"))
  }

  @Test("a stored configuration shows no link and no hidden character, and is the same JSON")
  func configuration() throws {
    let json = "{\"name\": \"\(link)\\\\](x) \u{9b}\u{202e}\"}"
    var document = Document(title: "t")
    document.blocks.append(.collapsed(summary: "s", text: json))
    let text = Markdown.render(document, figureFolder: nil)
    #expect(!text.contains("](") && !text.unicodeScalars.contains("\u{9b}") && !text.contains("\u{202e}"))
    let shown = try #require(text.split(separator: "\n").first { $0.hasPrefix("{") })
    let value = try JSONDecoder().decode([String: String].self, from: Data(shown.utf8))
    #expect(value == ["name": link + "\\](x) \u{9b}\u{202e}"])
  }

  @Test("a text that a spreadsheet would compute is quoted, a number is not")
  func formulas() {
    var csv = CSV(["@SUM(A1)", "=1+1", "-cmd", "+x", "\tz"])
    csv.add(["-1.5", "+100.0", "-1e-05", "-", "a=b"])
    csv.add(["=\"a\",1", "\"\u{301}", "a\u{1b}[2J", "a\nb", ""])
    let rows = [
      "'@SUM(A1),'=1+1,'-cmd,'+x,'\tz", "-1.5,+100.0,-1e-05,-,a=b",
      "\"'=\"\"a\"\",1\",\"\"\"\u{301}\",a\\u{1b}[2J,\"a\nb\",", "",
    ]
    #expect(csv.text == rows.joined(separator: "\n"))
  }

  @Test("LaTeX's special characters are none, also under a combining mark")
  func latex() {
    #expect(LaTeX.escaped("\\input{x}") == "\\textbackslash{}input\\{x\\}")
    #expect(LaTeX.escaped("$\u{301}&\u{301}%\nx") == "\\$\u{301}\\&\u{301}\\% x")
    #expect(LaTeX.escaped("a\u{1b}b") == "a\\textbackslash{}u\\{1b\\}b")
  }

  @Test("no file of a report, and no listing, holds a control character")
  func controls() throws {
    let hostile = "a\u{1b}]0;t\u{7}\u{9b}2J\u{7f}b\rc\u{202e}d"
    let text = try report(model: hostile, output: hostile)
    for name in ["report.md", "report.html", "report.tex", "cells.csv", "samples.csv", "timing.md"] {
      let found = try text(name).unicodeScalars.filter {
        $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" || $0 == "\u{202e}"
      }
      #expect(found.isEmpty, "\(name)")
    }
    #expect(try text("samples.csv").contains(#"a\u{1b}]0;t\u{7}\u{9b}2J\u{7f}b\u{d}c\u{202e}d"#))
    #expect(VisibleText.escaped("one\r\ntwo\tthree\n") == "one\r\ntwo\tthree\n")
  }

  @Test("a listing of samples shows the control characters of an output")
  func listing() throws {
    let synthetic = try SyntheticStore()
    let cell = try synthetic.passkeyCell("plain", length: 512, depth: "0.5")
    try synthetic.store.append(
      SyntheticStore.result("s", "plain", scores: [], output: "\u{1b}[2J"), cell: cell, run: synthetic.run)
    let text = try SamplePrinter(store: synthetic.store).text(.init())
    #expect(text.contains(#"output:   \u{1b}[2J (length)"#))
    #expect(!text.contains("\u{1b}"))
  }
}
