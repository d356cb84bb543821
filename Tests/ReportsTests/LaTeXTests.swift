import Foundation
import Reports
import Store
import TestSupport
import Testing

/// The tables in TeX's own hands, where it is installed.
@Suite struct LaTeXTests {
  private static let compiler = "/usr/bin/pdflatex"
  private static var hasTeX: Bool {
    ["/usr/bin/pdflatex", "/usr/share/texlive/texmf-dist/tex/latex/pgfplots/pgfplots.sty"]
      .allSatisfy { FileManager.default.fileExists(atPath: $0) }
  }

  @Test("every table fits the width of a page, every figure is read", .enabled(if: hasTeX))
  func compiles() throws {
    let synthetic = try SyntheticStore.complete()
    let folder = try TemporaryFolder()
    let files = try ReportWriter(store: synthetic.store, name: "a_b & c").write(
      to: folder.path, formats: [.latex, .pdf])
    let pictures = files.filter { $0.hasSuffix(".pdf") }.map { "\\includegraphics[width=\\textwidth]{\($0)}\n\n" }
    #expect(pictures.count >= 3)
    let page = """
      \\documentclass{article}
      \\usepackage[T1]{fontenc}
      \\usepackage[utf8]{inputenc}
      \\usepackage{booktabs,graphicx,pgfplots}
      \\pgfplotsset{compat=1.16}
      \\begin{document}
      \\input{report.tex}
      \\clearpage\\setlength{\\parindent}{0pt}
      \(pictures.joined())\\end{document}
      """
    try page.write(toFile: folder.file("page.tex"), atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.compiler)
    process.arguments = ["-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let log = try String(contentsOfFile: folder.file("page.log"), encoding: .isoLatin1)
    #expect(process.terminationStatus == 0, "\(log.suffix(1500))")
    let wide = log.split(separator: "\n").filter { $0.hasPrefix("Overfull \\hbox") }
    #expect(wide.isEmpty, "\(wide)")
  }
}
