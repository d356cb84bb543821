/// Colours that can be told apart with the common kinds of colour blindness, and in grey by their lightness.
enum Palette {
  /// A line's colour on a light and on a dark page.
  struct LineColor: Hashable, Sendable {
    let light: String
    let dark: String
  }

  /// Grey for `plain`, then colours that differ in hue and in lightness, after Okabe's and Ito's recommendation.
  ///
  /// The first half of them is for group sizes, the second for methods of other kinds.
  static let lines: [LineColor] = [
    .init(light: "#6b7280", dark: "#a3acb8"),
    .init(light: "#0072b2", dark: "#56b4e9"), .init(light: "#d55e00", dark: "#ff9340"),
    .init(light: "#00795a", dark: "#2fc79b"), .init(light: "#b0307f", dark: "#f08cc4"),
    .init(light: "#8a6500", dark: "#e0b93a"), .init(light: "#4b2e9e", dark: "#b39dff"),
    .init(light: "#7a1f1f", dark: "#ff8f8f"), .init(light: "#1f4e4e", dark: "#7fd6d6"),
    .init(light: "#3d5a1e", dark: "#b3d97f"), .init(light: "#1c2430", dark: "#e6e9ee"),
    .init(light: "#a0522d", dark: "#e0a982"), .init(light: "#5b3a6b", dark: "#cfa8e0"),
  ]
  /// Places in `lines`.
  static let groupColors = 1...6
  static let otherColors = 7...12
  /// Window by window.
  static let dashes: [[Double]] = [[], [9, 4], [2, 4], [12, 4, 3, 4], [5, 3], [16, 5]]

  struct Color: Hashable, Sendable {
    let red: Double
    let green: Double
    let blue: Double

    var hexadecimal: String {
      let digits = Array("0123456789abcdef")
      return [red, green, blue].reduce("#") { text, part in
        let value = Int((min(max(part, 0), 1) * 255).rounded())
        return text + String(digits[value >> 4]) + String(digits[value & 15])
      }
    }

    /// Relative luminance, to choose dark or light text on it (WCAG 2).
    var luminance: Double {
      func linear(_ part: Double) -> Double {
        // The transfer function's power, approximated by a polynomial: only a threshold hangs on it.
        part * (part * (part * 0.305306011 + 0.682171111) + 0.012522878)
      }
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Dark or light, the same on every page, as the colour below is.
    var textColor: String { luminance > 0.21 ? "#1c2430" : "#ffffff" }
  }

  /// From worst (dark indigo) to best (pale yellow), lightness rising all the way.
  private static let anchors: [(Double, Double, Double)] = [
    (0.20, 0.10, 0.36), (0.21, 0.25, 0.55), (0.16, 0.42, 0.60), (0.13, 0.58, 0.56), (0.36, 0.73, 0.44),
    (0.68, 0.85, 0.31), (0.97, 0.92, 0.42),
  ]
  /// From no difference (white) to the largest (dark red), lightness falling all the way.
  private static let differences: [(Double, Double, Double)] = [
    (1.0, 1.0, 1.0), (0.99, 0.86, 0.72), (0.97, 0.66, 0.42), (0.86, 0.41, 0.21), (0.60, 0.20, 0.10), (0.36, 0.08, 0.05),
  ]

  /// The colour of a share of the scale, 0 worst and 1 best.
  static func sequential(_ share: Double) -> Color { color(anchors, share) }

  /// The colour of a difference from the best, 0 none and 1 the largest.
  static func difference(_ share: Double) -> Color { color(differences, share) }

  private static func color(_ anchors: [(Double, Double, Double)], _ share: Double) -> Color {
    let place = min(max(share, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 2)
    let t = place - Double(index)
    let (a, b) = (anchors[index], anchors[index + 1])
    return Color(red: a.0 + (b.0 - a.0) * t, green: a.1 + (b.1 - a.1) * t, blue: a.2 + (b.2 - a.2) * t)
  }
}

/// How the line of a method looks: colour by group size, dashes and marker by window, `plain` grey, others a hue of
/// their own.
struct LineStyle: Hashable, Sendable {
  let color: Int
  let dash: Int
  let marker: Canvas.MarkerShape

  var paint: Paint { .series(color) }
  var dashes: [Double] { Palette.dashes[dash] }

  /// Styles of methods, no two alike.
  static func styles(of methods: [String]) -> [String: LineStyle] {
    let parsed = methods.sorted(by: StoredMethod.isBefore).map(StoredMethod.init)
    let groups = Set(parsed.compactMap { $0.groupAndWindow?.group }).sorted()
    let windows = Set(parsed.compactMap { $0.groupAndWindow?.window }).sorted()
    var used: Set<LineStyle> = []
    var styles: [String: LineStyle] = [:]
    var otherCount = 0
    for method in parsed {
      let (color, dash): (Int, Int)
      if method.isPlain {
        (color, dash) = (0, 0)
      } else if let pair = method.groupAndWindow {
        let group = groups.firstIndex(of: pair.group) ?? 0
        color = Palette.groupColors.lowerBound + group % Palette.groupColors.count
        dash = (windows.firstIndex(of: pair.window) ?? 0) % Palette.dashes.count
      } else {
        color = Palette.otherColors.lowerBound + otherCount % Palette.otherColors.count
        dash = otherCount / Palette.otherColors.count % Palette.dashes.count
        otherCount += 1
      }
      let style = free(color, dash, used)
      used.insert(style)
      styles[method.spelling] = style
    }
    return styles
  }

  /// The wanted colour and dashes with the first marker that is free; other dashes where none is.
  private static func free(_ color: Int, _ dash: Int, _ used: Set<LineStyle>) -> LineStyle {
    for step in 0..<Palette.dashes.count {
      let place = (dash + step) % Palette.dashes.count
      for turn in Canvas.MarkerShape.allCases.indices {
        let shapes = Canvas.MarkerShape.allCases
        let style = LineStyle(color: color, dash: place, marker: shapes[(place + turn) % shapes.count])
        if !used.contains(style) { return style }
      }
    }
    return LineStyle(color: color, dash: dash, marker: .circle)
  }
}
