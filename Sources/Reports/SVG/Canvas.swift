import Evaluation
import Text

/// An SVG picture under construction: coordinates in pixels, from the top left.
///
/// The panel is explicitly white and the text explicitly dark, so that a picture reads the same on a dark page.
struct Canvas {
  let width: Double
  let height: Double
  private var elements: [String] = []
  private let title: String

  static let ink = "#1c2430"
  static let muted = "#5b6675"
  static let gridLine = "#e3e7ec"
  static let fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

  init(width: Double, height: Double, title: String) {
    self.width = width.rounded(.up)
    self.height = height.rounded(.up)
    self.title = title
  }

  enum Anchor: String { case start, middle, end }

  struct Point {
    var x: Double
    var y: Double
    init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  mutating func rectangle(
    at origin: Point, width: Double, height: Double, fill: String, stroke: String = "none", radius: Double = 0
  ) {
    let corner = radius > 0 ? " rx=\"\(Self.number(radius))\"" : ""
    elements.append(
      "<rect x=\"\(Self.number(origin.x))\" y=\"\(Self.number(origin.y))\" width=\"\(Self.number(width))\" "
        + "height=\"\(Self.number(height))\"\(corner) fill=\"\(fill)\" stroke=\"\(stroke)\"/>")
  }

  mutating func line(from a: Point, to b: Point, stroke: String, width: Double = 1, dash: String = "") {
    let dashes = dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
    elements.append(
      "<line x1=\"\(Self.number(a.x))\" y1=\"\(Self.number(a.y))\" x2=\"\(Self.number(b.x))\" "
        + "y2=\"\(Self.number(b.y))\" stroke=\"\(stroke)\" stroke-width=\"\(Self.number(width))\"\(dashes)/>")
  }

  mutating func polyline(_ points: [Point], stroke: String, width: Double, dash: String = "") {
    let dashes = dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
    elements.append(
      "<polyline points=\"\(Self.list(points))\" fill=\"none\" stroke=\"\(stroke)\" "
        + "stroke-width=\"\(Self.number(width))\" stroke-linejoin=\"round\" stroke-linecap=\"round\"\(dashes)/>")
  }

  mutating func polygon(_ points: [Point], fill: String, opacity: Double) {
    elements.append(
      "<polygon points=\"\(Self.list(points))\" fill=\"\(fill)\" fill-opacity=\"\(Self.number(opacity))\"/>")
  }

  mutating func marker(_ shape: Int, at point: Point, fill: String, tooltip: String) {
    let size = 4.0
    let (x, y) = (point.x, point.y)
    let outline = "fill=\"\(fill)\" stroke=\"#ffffff\" stroke-width=\"1\""
    let note = tooltip.isEmpty ? "" : "<title>\(Self.escaped(tooltip))</title>"
    switch shape % 4 {
    case 0:
      elements.append(
        "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(size))\" \(outline)>\(note)</circle>"
      )
    case 1:
      elements.append(
        "<rect x=\"\(Self.number(x - size + 0.4))\" y=\"\(Self.number(y - size + 0.4))\" "
          + "width=\"\(Self.number(2 * size - 0.8))\" height=\"\(Self.number(2 * size - 0.8))\" \(outline)>\(note)</rect>"
      )
    case 2:
      let points = [
        Point(x, y - size - 1), Point(x + size + 0.6, y + size - 0.6), Point(x - size - 0.6, y + size - 0.6),
      ]
      elements.append("<polygon points=\"\(Self.list(points))\" \(outline)>\(note)</polygon>")
    default:
      let points = [Point(x, y - size - 1), Point(x + size + 1, y), Point(x, y + size + 1), Point(x - size - 1, y)]
      elements.append("<polygon points=\"\(Self.list(points))\" \(outline)>\(note)</polygon>")
    }
  }

  mutating func text(
    _ text: String, at point: Point, size: Double = 12, fill: String = Canvas.ink, anchor: Anchor = .start,
    bold: Bool = false, rotation: Double = 0
  ) {
    let weight = bold ? " font-weight=\"600\"" : ""
    let turn =
      rotation == 0
      ? "" : " transform=\"rotate(\(Self.number(rotation)) \(Self.number(point.x)) \(Self.number(point.y)))\""
    elements.append(
      "<text x=\"\(Self.number(point.x))\" y=\"\(Self.number(point.y))\" font-size=\"\(Self.number(size))\" "
        + "fill=\"\(fill)\" text-anchor=\"\(anchor.rawValue)\"\(weight)\(turn)>\(Self.escaped(text))</text>")
  }

  /// The width that a text takes, estimated: no font is measured here.
  static func width(of text: String, size: Double) -> Double {
    text.reduce(0) { sum, character in
      switch character {
      case "i", "l", "j", ".", ",", ":", "'", "|", " ", "t", "f", "r", "(", ")", "[", "]": sum + 0.34 * size
      case "m", "w", "M", "W", "%", "@": sum + 0.88 * size
      case let c where c.isUppercase: sum + 0.68 * size
      default: sum + 0.57 * size
      }
    }
  }

  /// The file's text.
  var svg: String {
    let size = "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
    let head =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" "
      + "role=\"img\" aria-label=\"\(Self.escaped(title))\" font-family=\"\(Self.fontFamily)\">"
    let panel = "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    return ([head, panel] + elements + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  /// One decimal of a pixel is enough, and the same on every machine.
  static func number(_ value: Double) -> String {
    let text = NumberText.fixed(value, 2)
    guard text.contains(".") else { return text }
    var short = text[...]
    while short.hasSuffix("0") { short = short.dropLast() }
    return String(short.hasSuffix(".") ? short.dropLast() : short)
  }

  private static func list(_ points: [Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in VisibleText.escaped(text).unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      // These two may not stand in XML, like the control characters, which are shown.
      case "\u{fffe}", "\u{ffff}": escaped += "\u{fffd}"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
