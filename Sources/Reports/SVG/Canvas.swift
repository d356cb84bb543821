import Evaluation
import Text

/// A picture under construction: shapes and texts in pixels from the top left, written as SVG or as PDF.
struct Canvas: Sendable {
  let width: Double
  let height: Double
  private(set) var elements: [Element] = []
  let title: String

  static let fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

  init(width: Double, height: Double, title: String) {
    self.width = width.rounded(.up)
    self.height = height.rounded(.up)
    self.title = title
  }

  enum Anchor: String, Sendable { case start, middle, end }

  struct Point: Sendable {
    var x: Double
    var y: Double
    init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// A line's colour, width and dashes.
  struct Stroke: Sendable {
    var paint: Paint
    var width = 1.0
    /// Lengths in pixels; empty for a solid line.
    var dash: [Double] = []
  }

  struct Label: Sendable {
    var text: String
    var at: Point
    var size: Double
    var fill: Paint
    var anchor: Anchor
    var isBold: Bool
    var rotation: Double
  }

  enum Element: Sendable {
    case rectangle(origin: Point, width: Double, height: Double, fill: Paint, stroke: Paint?)
    case line(Point, Point, Stroke)
    case polyline([Point], Stroke)
    case polygon([Point], fill: Paint, opacity: Double)
    case marker(MarkerShape, Point, fill: Paint, tooltip: String)
    case text(Label)
    /// What belongs to one method, so that a page can hide it; `slot`, where it is a panel that others may take the place of.
    case groupStart(method: String, slot: Point?)
    case groupEnd
  }

  enum MarkerShape: Int, CaseIterable, Sendable { case circle, square, triangle, diamond, wedge, pentagon, plus, cross }

  mutating func rectangle(at origin: Point, width: Double, height: Double, fill: Paint, stroke: Paint? = nil) {
    elements.append(.rectangle(origin: origin, width: width, height: height, fill: fill, stroke: stroke))
  }

  mutating func line(from a: Point, to b: Point, _ stroke: Stroke) { elements.append(.line(a, b, stroke)) }

  mutating func polyline(_ points: [Point], _ stroke: Stroke) { elements.append(.polyline(points, stroke)) }

  mutating func polygon(_ points: [Point], fill: Paint, opacity: Double) {
    elements.append(.polygon(points, fill: fill, opacity: opacity))
  }

  mutating func marker(_ shape: MarkerShape, at point: Point, fill: Paint, tooltip: String) {
    elements.append(.marker(shape, point, fill: fill, tooltip: tooltip))
  }

  mutating func text(
    _ text: String, at point: Point, size: Double = 12, fill: Paint = .ink, anchor: Anchor = .start,
    bold: Bool = false, rotation: Double = 0
  ) {
    elements.append(
      .text(Label(text: text, at: point, size: size, fill: fill, anchor: anchor, isBold: bold, rotation: rotation)))
  }

  /// Everything that is drawn by `content` belongs to a method.
  mutating func group(method: String, slot: Point? = nil, _ content: (inout Canvas) -> Void) {
    elements.append(.groupStart(method: method, slot: slot))
    content(&self)
    elements.append(.groupEnd)
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

  /// The corners of a marker; of a circle its middle alone.
  static func corners(_ shape: MarkerShape, _ at: Point) -> [Point] {
    let (x, y) = (at.x, at.y)
    switch shape {
    case .circle: return [at]
    case .square:
      return [Point(x - 3.6, y - 3.6), Point(x + 3.6, y - 3.6), Point(x + 3.6, y + 3.6), Point(x - 3.6, y + 3.6)]
    case .triangle: return [Point(x, y - 5), Point(x + 4.6, y + 3.4), Point(x - 4.6, y + 3.4)]
    case .diamond: return [Point(x, y - 5), Point(x + 5, y), Point(x, y + 5), Point(x - 5, y)]
    case .wedge: return [Point(x, y + 5), Point(x + 4.6, y - 3.4), Point(x - 4.6, y - 3.4)]
    case .pentagon:
      return [
        Point(x, y - 4.8), Point(x + 4.6, y - 1.5), Point(x + 2.8, y + 3.9), Point(x - 2.8, y + 3.9),
        Point(x - 4.6, y - 1.5),
      ]
    case .plus: return plus.map { Point(x + $0.0, y + $0.1) }
    case .cross: return plus.map { Point(x + 0.707 * ($0.0 - $0.1), y + 0.707 * ($0.0 + $0.1)) }
    }
  }

  private static let plus: [(Double, Double)] = [
    (-1.6, -5), (1.6, -5), (1.6, -1.6), (5, -1.6), (5, 1.6), (1.6, 1.6), (1.6, 5), (-1.6, 5), (-1.6, 1.6), (-5, 1.6),
    (-5, -1.6), (-1.6, -1.6),
  ]

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

  /// Two decimals of a pixel are enough, and the same on every machine.
  static func number(_ value: Double) -> String {
    let text = NumberText.fixed(value, 2)
    guard text.contains(".") else { return text }
    var short = text[...]
    while short.hasSuffix("0") { short = short.dropLast() }
    return String(short.hasSuffix(".") ? short.dropLast() : short)
  }
}

/// A colour by what it is for, so that a dark page has another one.
enum Paint: Hashable, Sendable {
  case ink, muted, gridLine, page, accent, missing
  /// A line's colour, by its place in `Palette.lines`.
  case series(Int)
  /// A colour of a scale, the same on every page.
  case fixed(String)

  /// On a light page, and in print.
  var light: String {
    switch self {
    case .ink: "#1c2430"
    case .muted: "#5b6675"
    case .gridLine: "#e3e7ec"
    case .page: "#ffffff"
    case .accent: "#b3261e"
    case .missing: "#eef0f3"
    case .series(let index): Palette.lines[index % Palette.lines.count].light
    case .fixed(let color): color
    }
  }

  /// On a dark page; nil where it is the same.
  var dark: String? {
    switch self {
    case .ink: "#e6e9ee"
    case .muted: "#9aa5b4"
    case .gridLine: "#2d3540"
    case .page: "#14181e"
    case .accent: "#ff8a80"
    case .missing: "#262d36"
    case .series(let index): Palette.lines[index % Palette.lines.count].dark
    case .fixed: nil
    }
  }

  /// The end of the names of its classes; nil for a fixed colour.
  var className: String? {
    switch self {
    case .ink: "i"
    case .muted: "m"
    case .gridLine: "g"
    case .page: "p"
    case .accent: "a"
    case .missing: "n"
    case .series(let index): "\(index % Palette.lines.count)"
    case .fixed: nil
    }
  }

  static let all: [Paint] =
    [.ink, .muted, .gridLine, .page, .accent, .missing] + Palette.lines.indices.map { .series($0) }
}
