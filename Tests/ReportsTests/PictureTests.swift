import Foundation
import Testing
import Text

@testable import Reports

@Suite struct PictureTests {
  @Test("24 lines: no two alike, colour by group size, dashes by window, plain grey")
  func styles() {
    let grid = [2, 4, 8, 16, 32].flatMap { g in [64, 128, 256, 512].map { "self-extend:G=\(g),W=\($0)" } }
    let methods = ["plain", "yarn:factor=4", "ntk:factor=4"] + grid + ["linear:factor=2"]
    let styles = LineStyle.styles(of: methods)
    #expect(methods.count == 24 && styles.count == 24)
    #expect(Set(styles.values).count == 24)
    #expect(styles["plain"]?.color == 0)
    #expect(styles.filter { $0.key != "plain" }.values.allSatisfy { $0.color != 0 })
    for g in [2, 4, 8, 16, 32] {
      #expect(Set(grid.filter { $0.contains("G=\(g),") }.compactMap { styles[$0]?.color }).count == 1)
    }
    for w in [64, 128, 256, 512] {
      #expect(Set(grid.filter { $0.hasSuffix("W=\(w)") }.compactMap { styles[$0]?.dash }).count == 1)
    }
  }

  private func chart(_ count: Int) -> LineChart {
    let methods = ["plain"] + (1..<count).map { "self-extend:G=\($0 + 1),W=64" }
    let styles = LineStyle.styles(of: methods)
    return LineChart(
      title: "a (b) \\ c", xTitle: "x", yTitle: "y",
      lines: methods.map { method in
        .init(
          method: method, name: MethodText.short(method),
          style: styles[method] ?? .init(color: 0, dash: 0, marker: .circle),
          points: [.init(x: 256, y: 100), .init(x: 512, y: 100)])
      }, xTicks: [256, 512], xIsLogarithmic: true, yRange: (0, 100))
  }

  @Test("the names at the lines' ends never lie on each other, and stay inside the picture")
  func labels() {
    let picture = chart(24).picture()
    let places = picture.elements.compactMap { element -> Double? in
      guard case .text(let label) = element, label.text.hasPrefix("G=") || label.text == "plain" else { return nil }
      #expect(label.fill == .ink)
      return label.at.y
    }.sorted()
    #expect(places.count == 24)
    for (a, b) in zip(places, places.dropFirst()) { #expect(b - a > 12) }
    #expect(places.allSatisfy { $0 > 0 && $0 < picture.height })
  }

  @Test("a line that ends early says where, and nothing that could be data leads from it to its name")
  func early() {
    var chart = chart(3)
    chart.lines[1] = .init(
      method: "m", name: "early", style: chart.lines[1].style, points: [.init(x: 256, y: 40), .init(x: 512, y: nil)])
    let elements = chart.picture().elements
    #expect(elements.contains { if case .text(let label) = $0 { label.text == "early (to 256)" } else { false } })
    let leaders = elements.compactMap { element -> [Canvas.Point]? in
      guard case .polyline(let points, let stroke) = element, stroke.paint == .muted else { return nil }
      return points
    }
    #expect(leaders.count == 2 && leaders.allSatisfy { $0.allSatisfy { $0.x > 550 } })
  }

  @Test(
    "the first eight colours are told apart in grey and with both kinds of red-green blindness; no two looks are near")
  func colours() {
    func linear(_ hexadecimal: String) -> [Double] {
      let digits = Array(hexadecimal.dropFirst())
      return [0, 2, 4].map { place in
        let part = Double(Int(String(digits[place...(place + 1)]), radix: 16) ?? 0) / 255
        return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
      }
    }
    /// CIE L*, a*, b* of linear sRGB under D65.
    func lab(_ c: [Double]) -> [Double] {
      func f(_ t: Double) -> Double { t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116 }
      let x = f((0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047)
      let y = f(0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2])
      let z = f((0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883)
      return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
    }
    // Machado, Oliveira and Fernandes 2009, severity 1.
    let kinds: [[[Double]]] = [
      [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    ]
    func seen(_ color: String, _ kind: [[Double]]) -> [Double] {
      let c = linear(color)
      return lab(kind.map { row in min(1, max(0, zip(row, c).reduce(0) { $0 + $1.0 * $1.1 })) })
    }
    let colors = Palette.lines.prefix(8)
    for (page, lightness) in [(\Palette.LineColor.light, 8.0), (\Palette.LineColor.dark, 6.5)] {
      for (i, a) in colors.enumerated() {
        for b in colors.dropFirst(i + 1) {
          let (x, y) = (a[keyPath: page], b[keyPath: page])
          #expect(abs(lab(linear(x))[0] - lab(linear(y))[0]) > lightness, "\(x) and \(y) in grey")
          for kind in kinds {
            let distance = zip(seen(x, kind), seen(y, kind)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
              .squareRoot()
            #expect(distance > 20, "\(x) and \(y)")
          }
        }
      }
    }
    // Without any colour: group sizes differ by their markers, windows by their dashes, other methods by both.
    let others = ["linear:factor=2", "ntk:factor=4", "sliding-window:W=128", "yarn:factor=4"]
    let methods = ["plain"] + [4, 8, 16].flatMap { g in [32, 64].map { "self-extend:G=\(g),W=\($0)" } } + others
    let styles = LineStyle.styles(of: methods).values
    #expect(Set(styles.map { "\($0.marker) \($0.dash)" }).count == methods.count)
    #expect(styles.count { $0.marker == .cross } == 1 && styles.count { $0.dash == Palette.plainDash } == 1)
  }

  @Test("bands are drawn of a dozen lines, not of more; they need not set the axis")
  func bands() throws {
    func banded(_ count: Int) -> LineChart {
      var chart = chart(count)
      chart.yRange = nil
      chart.lines = chart.lines.map { line in
        .init(
          method: line.method, name: line.name, style: line.style,
          points: [.init(x: 256, y: 3, low: 2, high: 4000), .init(x: 512, y: 4, low: 2, high: 5)])
      }
      return chart
    }
    func bandCount(_ chart: LineChart) -> Int { chart.picture().svg.components(separatedBy: "<polygon").count - 1 }
    var bare = chart(12)
    bare.yRange = nil
    let plain = bandCount(bare)
    #expect(bandCount(banded(12)) == plain + 12 && bandCount(banded(13)) == bandCount(chart(13)))
    var near = banded(3)
    #expect(near.picture().svg.contains(">1000<"))
    near.fitsIntervals = false
    #expect(!near.picture().svg.contains(">1000<") && bandCount(near) == bandCount(banded(3)))
  }

  @Test(
    "a map has a TikZ picture with every number, one that would not fit a page has none; intervals are bands in pgfplots"
  )
  func tikz() throws {
    func map(_ panels: Int) -> Heatmap {
      let cell = Heatmap.Cell(text: "50 %", color: Palette.sequential(0.5))
      return Heatmap(
        title: "t", xTitle: "x", yTitle: "y", columns: ["1K", "2K"], rows: ["0 %", "50 %", "100 %"],
        panels: (0..<panels).map { .init(title: "G=\($0)", cells: Array(repeating: [cell, cell], count: 3)) },
        legend: .init(low: "0", high: "1", color: Palette.sequential), firstColumnBeyond: 1, contextWindow: 1024)
    }
    let text = try #require(map(4).tikz())
    #expect(text.components(separatedBy: "{50 \\%};").count == 4 * 6 + 4 + 1)
    #expect(text.components(separatedBy: "\\filldraw").count == 25 && text.contains("rgb,255:red,"))
    #expect(map(60).tikz() == nil)
    var chart = chart(2)
    #expect(!chart.pgfplots().contains("-- cycle;"))
    chart.uncertainty = .bands
    chart.lines = chart.lines.map { line in
      .init(
        method: line.method, name: line.name, style: line.style,
        points: [.init(x: 256, y: 3, low: 2, high: 4), .init(x: 512, y: 4, low: 2, high: 5)])
    }
    #expect(chart.pgfplots().contains("{(256,4.00000) (512,5.00000) (512,2.00000) (256,2.00000)} -- cycle;"))
  }

  @Test("a PDF begins, ends and is cross-referenced as the format wants it")
  func pdf() throws {
    let bytes = chart(3).picture().pdf
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("%PDF-1.4\n") && text.hasSuffix("%%EOF\n"))
    // Each offset of the table is the place of its object.
    func place(_ needle: String) -> Int? { PromptExcerpt.place(of: Array(needle.utf8), in: bytes) }
    let table = try #require(place("xref\n0 7\n"))
    let start = table + "xref\n0 7\n0000000000 65535 f \n".utf8.count
    for number in 1...6 {
      let entry = String(decoding: bytes[(start + 20 * (number - 1))..<(start + 20 * (number - 1) + 10)], as: UTF8.self)
      let offset = try #require(Int(entry))
      #expect(offset == place("\(number) 0 obj\n"))
    }
    #expect(text.contains("startxref\n\(table)\n"))
    #expect(text.contains("(a \\(b\\) \\\\ c) Tj"))
    #expect(text.contains("/F1 12 Tf"))
  }

  @Test("a picture has a colour of its own for a dark page, and none is left out")
  func dark() {
    let svg = chart(3).picture().svg
    #expect(svg.contains("prefers-color-scheme:dark"))
    for paint in Paint.all { #expect(Canvas.darkStyle.contains(".kf-\(paint.className ?? "?"){")) }
    #expect(!chart(3).picture().inlineSVG.contains("<style>"))
  }

  @Test("a prompt is shown at its ends and around the answer, with what is left out counted")
  func excerpt() {
    let filler = String(repeating: "grass is green. ", count: 200)
    let parts = PromptExcerpt("Begin. " + filler + "The key is 71824. " + filler + "End?", expected: ["99", " 71824"])
      .parts
    #expect(parts.contains(.answer("71824")))
    #expect(parts.count == 7)
    guard case .text(let first)? = parts.first, case .text(let last)? = parts.last else {
      Issue.record("no text at the ends")
      return
    }
    #expect(first.hasPrefix("Begin.") && last.hasSuffix("End?"))
    let shown = parts.reduce(0) { sum, part in
      switch part {
      case .text(let text), .answer(let text): sum + text.utf8.count
      case .gap(let count): sum + count
      }
    }
    #expect(shown == 7 + 2 * filler.utf8.count + 18 + 4)
    #expect(PromptExcerpt("short", expected: []).parts == [.text("short")])
    #expect(PromptExcerpt("", expected: ["x"]).parts.isEmpty)
    // No character is cut in two.
    let umlauts = PromptExcerpt(String(repeating: "ä", count: 2000), expected: []).parts
    #expect(
      umlauts.allSatisfy { if case .text(let text) = $0 { !text.unicodeScalars.contains("\u{fffd}") } else { true } })
  }

  @Test("a strip of log-probabilities says where a text is unlikely")
  func strip() {
    let values = [Float](repeating: -0.01, count: 500) + [Float](repeating: -9, count: 500)
    let strip = SampleArchive.strip(values)
    #expect(strip.count == 96)
    #expect(strip.hasPrefix("0000") && strip.hasSuffix("zzzz"))
    #expect(SampleArchive.strip([]).isEmpty)
    #expect(SampleArchive.strip([.nan, -8]) == "zz")
    #expect(SampleArchive.strip([-3e38, 3e38]) == "z0")
  }

  @Test("what is compressed is in zlib's format")
  func deflate() throws {
    let bytes = try #require(Deflate.bytes([UInt8](repeating: 7, count: 10_000)))
    #expect(bytes.count < 100 && bytes[0] == 0x78)
    #expect((Int(bytes[0]) * 256 + Int(bytes[1])) % 31 == 0)
  }
}
