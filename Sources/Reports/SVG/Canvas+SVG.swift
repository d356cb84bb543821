import Evaluation

extension Canvas {
  /// The file's text: complete in itself, with colours for a dark page.
  var svg: String { written(style: "<style>\(Self.darkStyle)</style>", background: true) }

  /// For a page that has `darkStyle` and a background of its own.
  var inlineSVG: String { written(style: "", background: false) }

  /// Rules that give the classes of fills and strokes their colours on a dark page.
  static let darkStyle: String = {
    let rules = Paint.all.compactMap { paint -> String? in
      guard let name = paint.className, let color = paint.dark else { return nil }
      return ".kf-\(name){fill:\(color)}.ks-\(name){stroke:\(color)}"
    }
    return "@media (prefers-color-scheme:dark){\(rules.joined())}"
  }()

  private func written(style: String, background: Bool) -> String {
    let size = "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
    let head =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" "
      + "role=\"img\" aria-label=\"\(Self.escaped(title))\" font-family=\"\(Self.fontFamily)\">"
    var lines = [head]
    if !style.isEmpty { lines.append(style) }
    if background { lines.append("<rect width=\"100%\" height=\"100%\" \(Self.fill(.page))/>") }
    return (lines + elements.map(Self.line) + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func fill(_ paint: Paint) -> String { attributes(fill: paint, stroke: nil) }

  /// Fill and stroke with one class attribute for both.
  private static func attributes(fill: Paint?, stroke: Paint?) -> String {
    let classes =
      [fill?.className.map { "kf-\($0)" }, stroke?.className.map { "ks-\($0)" }].compactMap { $0 }
    var text = classes.isEmpty ? "" : "class=\"\(classes.joined(separator: " "))\" "
    text += "fill=\"\(fill?.light ?? "none")\""
    if let stroke { text += " stroke=\"\(stroke.light)\"" }
    return text
  }

  private static func line(_ element: Element) -> String {
    switch element {
    case .rectangle(let at, let width, let height, let fill, let stroke):
      return "<rect x=\"\(number(at.x))\" y=\"\(number(at.y))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\" \(attributes(fill: fill, stroke: stroke))/>"
    case .line(let a, let b, let stroke):
      return "<line x1=\"\(number(a.x))\" y1=\"\(number(a.y))\" x2=\"\(number(b.x))\" y2=\"\(number(b.y))\" "
        + "\(attributes(fill: nil, stroke: stroke.paint)) stroke-width=\"\(number(stroke.width))\"\(dashes(stroke))/>"
    case .polyline(let points, let stroke):
      return "<polyline points=\"\(list(points))\" \(attributes(fill: nil, stroke: stroke.paint)) "
        + "stroke-width=\"\(number(stroke.width))\" stroke-linejoin=\"round\" stroke-linecap=\"round\"\(dashes(stroke))/>"
    case .polygon(let points, let fill, let opacity):
      return "<polygon points=\"\(list(points))\" \(Self.fill(fill)) fill-opacity=\"\(number(opacity))\"/>"
    case .marker(let shape, let at, let fill, let tooltip):
      let note = tooltip.isEmpty ? "" : "<title>\(escaped(tooltip))</title>"
      let outline = "\(attributes(fill: fill, stroke: .page)) stroke-width=\"1\""
      if shape == .circle {
        return "<circle cx=\"\(number(at.x))\" cy=\"\(number(at.y))\" r=\"4\" \(outline)>\(note)</circle>"
      }
      return "<polygon points=\"\(list(corners(shape, at)))\" \(outline)>\(note)</polygon>"
    case .text(let label):
      let weight = label.isBold ? " font-weight=\"600\"" : ""
      let turn =
        label.rotation == 0
        ? "" : " transform=\"rotate(\(number(label.rotation)) \(number(label.at.x)) \(number(label.at.y)))\""
      return "<text x=\"\(number(label.at.x))\" y=\"\(number(label.at.y))\" font-size=\"\(number(label.size))\" "
        + "\(fill(label.fill)) text-anchor=\"\(label.anchor.rawValue)\"\(weight)\(turn)>\(escaped(label.text))</text>"
    case .groupStart(let method, let slot):
      let place = slot.map { " data-slot=\"\(number($0.x)) \(number($0.y))\"" } ?? ""
      return "<g data-method=\"\(escaped(method))\"\(place)>"
    case .groupEnd: return "</g>"
    }
  }

  private static func dashes(_ stroke: Stroke) -> String {
    stroke.dash.isEmpty ? "" : " stroke-dasharray=\"\(stroke.dash.map(number).joined(separator: " "))\""
  }

  private static func list(_ points: [Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }
}
