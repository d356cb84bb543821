import Text

extension Canvas {
  /// The picture as a PDF file of one page, with the reader's own Helvetica; `pdflatex` includes it.
  ///
  /// Only what a picture here needs: fills, strokes, dashes, texts. A character that WinAnsi does not have is a `?`.
  var pdf: [UInt8] {
    var page = PDFPage(height: height)
    page.add("\(PDFPage.color(.page, isFill: true)) 0 0 \(Self.number(width)) \(Self.number(height)) re f")
    for element in elements { page.draw(element) }
    let content = page.content
    let box = "[0 0 \(Self.number(width)) \(Self.number(height))]"
    let states = page.opacities.enumerated().map { "/O\($0.offset) << /ca \(Self.number($0.element)) >>" }
    let font = { (name: String) in "<< /Type /Font /Subtype /Type1 /BaseFont /\(name) /Encoding /WinAnsiEncoding >>" }
    let objects: [[UInt8]] = [
      Array("<< /Type /Catalog /Pages 2 0 R >>".utf8),
      Array("<< /Type /Pages /Kids [3 0 R] /Count 1 >>".utf8),
      Array(
        ("<< /Type /Page /Parent 2 0 R /MediaBox \(box) /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> "
          + "/ExtGState << \(states.joined(separator: " ")) >> >> >>").utf8),
      Array("<< /Length \(content.count) >>\nstream\n".utf8) + content + Array("\nendstream".utf8),
      Array(font("Helvetica").utf8), Array(font("Helvetica-Bold").utf8),
    ]
    var file = Array("%PDF-1.4\n%\u{e2}\u{e3}\n".utf8)
    var offsets: [Int] = []
    for (index, object) in objects.enumerated() {
      offsets.append(file.count)
      file += Array("\(index + 1) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
    }
    let table = file.count
    file += Array("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8)
    for offset in offsets {
      let digits = "\(offset)"
      file += Array((String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8)
    }
    file += Array("trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n".utf8)
    return file
  }
}

/// The drawing operators of a page; PDF counts upwards, a picture downwards.
private struct PDFPage {
  let height: Double
  private(set) var content: [UInt8] = []
  /// The fill opacities that are used.
  private(set) var opacities: [Double] = []

  init(height: Double) { self.height = height }

  mutating func add(_ line: String) { content += Array((line + "\n").utf8) }

  static func color(_ paint: Paint, isFill: Bool) -> String {
    let digits = Array(paint.light.dropFirst())
    func part(_ index: Int) -> String {
      let value = digits.count >= 6 ? Int(String(digits[index...(index + 1)]), radix: 16) ?? 0 : 0
      return NumberText.fixed(Double(value) / 255, 3)
    }
    return "\(part(0)) \(part(2)) \(part(4)) \(isFill ? "rg" : "RG")"
  }

  private func place(_ point: Canvas.Point) -> String {
    "\(Canvas.number(point.x)) \(Canvas.number(height - point.y))"
  }

  private static func pen(_ stroke: Canvas.Stroke) -> String {
    "\(color(stroke.paint, isFill: false)) \(Canvas.number(stroke.width)) w 1 J 1 j "
      + "[\(stroke.dash.map(Canvas.number).joined(separator: " "))] 0 d"
  }

  private func path(_ points: [Canvas.Point]) -> String {
    points.enumerated().map { "\(place($0.element)) \($0.offset == 0 ? "m" : "l")" }.joined(separator: " ")
  }

  mutating func draw(_ element: Canvas.Element) {
    switch element {
    case .rectangle(let at, let width, let height, let fill, let stroke):
      let corner = Canvas.Point(at.x, at.y + height)
      let box = "\(place(corner)) \(Canvas.number(width)) \(Canvas.number(height)) re"
      if let stroke {
        add("\(Self.color(fill, isFill: true)) \(Self.pen(.init(paint: stroke))) \(box) B")
      } else {
        add("\(Self.color(fill, isFill: true)) \(box) f")
      }
    case .line(let a, let b, let stroke): add("\(Self.pen(stroke)) \(path([a, b])) S")
    case .polyline(let points, let stroke):
      if points.count > 1 { add("\(Self.pen(stroke)) \(path(points)) S") }
    case .polygon(let points, let fill, let opacity):
      if !opacities.contains(opacity) { opacities.append(opacity) }
      let state = opacities.firstIndex(of: opacity) ?? 0
      add("q /O\(state) gs \(Self.color(fill, isFill: true)) \(path(points)) h f Q")
    case .marker(let shape, let at, let fill, _):
      let pen = Self.pen(.init(paint: .page))
      let outline = shape == .circle ? circle(at, radius: 4) : path(Canvas.corners(shape, at))
      add("\(Self.color(fill, isFill: true)) \(pen) \(outline) h B")
    case .text(let label): draw(label)
    case .groupStart, .groupEnd: break
    }
  }

  /// Four Bezier curves.
  private func circle(_ at: Canvas.Point, radius r: Double) -> String {
    let k = 0.5523 * r
    func curve(_ a: (Double, Double), _ b: (Double, Double), _ c: (Double, Double)) -> String {
      [a, b, c].map { place(.init(at.x + $0.0, at.y + $0.1)) }.joined(separator: " ") + " c"
    }
    return "\(place(.init(at.x + r, at.y))) m "
      + [
        curve((r, k), (k, r), (0, r)), curve((-k, r), (-r, k), (-r, 0)), curve((-r, -k), (-k, -r), (0, -r)),
        curve((k, -r), (r, -k), (r, 0)),
      ].joined(separator: " ")
  }

  private mutating func draw(_ label: Canvas.Label) {
    let bytes = Self.bytes(label.text)
    let width = bytes.reduce(0.0) { $0 + Helvetica.width($1) } * label.size * (label.isBold ? 1.06 : 1)
    let shift = label.anchor == .start ? 0 : label.anchor == .middle ? -width / 2 : -width
    let angle = label.rotation == -90 ? "0 1 -1 0" : "1 0 0 1"
    let origin =
      label.rotation == -90
      ? Canvas.Point(label.at.x, label.at.y - shift) : Canvas.Point(label.at.x + shift, label.at.y)
    add(
      "BT \(Self.color(label.fill, isFill: true)) /F\(label.isBold ? 2 : 1) \(Canvas.number(label.size)) Tf "
        + "\(angle) \(place(origin)) Tm (")
    content.removeLast()
    for byte in bytes {
      if [UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\")].contains(byte) {
        content.append(UInt8(ascii: "\\"))
      }
      content.append(byte)
    }
    add(") Tj ET")
  }

  /// In WinAnsi, which is Latin-1 for what pictures here hold.
  private static func bytes(_ text: String) -> [UInt8] {
    VisibleText.line(text).unicodeScalars.map { scalar in
      switch scalar.value {
      case 0x20..<0x7F, 0xA0...0xFF: UInt8(scalar.value)
      case 0x2212: UInt8(ascii: "-")
      case 0x2013: 0x96
      case 0x2026: 0x85
      default: UInt8(ascii: "?")
      }
    }
  }
}

/// Widths of Helvetica's characters in its own unit, from its public metrics.
private enum Helvetica {
  private static let widths: [Int] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
  ]

  static func width(_ byte: UInt8) -> Double {
    let index = Int(byte) - 32
    return Double(widths.indices.contains(index) ? widths[index] : 556) / 1000
  }
}
