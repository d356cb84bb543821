/// Colours that can be told apart with the common kinds of colour blindness, and in grey by their lightness.
enum Palette {
  /// A line's colour on a light and on a dark page.
  struct LineColor: Hashable, Sendable {
    let light: String
    let dark: String
  }

  /// Grey for `plain`, then colours that differ in hue and, by turns dark and light, in lightness.
  ///
  /// Of the first eight no two are closer than 8 in CIE lightness on a light page, nor than 20 in colour with either kind of
  /// red-green blindness, which a test computes; texts are never written in them, as some are too pale for that. The first
  /// half of them is for group sizes, the second for methods of other kinds.
  static let lines: [LineColor] = [
    .init(light: "#8a8f98", dark: "#98a2b0"),
    .init(light: "#124fda", dark: "#045dfb"), .init(light: "#f3b023", dark: "#f4ac0c"),
    .init(light: "#28273b", dark: "#f0fc9d"), .init(light: "#ad4eb1", dark: "#c468e6"),
    .init(light: "#8d1102", dark: "#b50c33"), .init(light: "#12aeff", dark: "#aedbff"),
    .init(light: "#13004f", dark: "#3a8b6c"), .init(light: "#4f9a2e", dark: "#8fd06a"),
    .init(light: "#d4548c", dark: "#ff9cc8"), .init(light: "#00594a", dark: "#2fb79b"),
    .init(light: "#c8a06a", dark: "#e0c49a"), .init(light: "#5b3a6b", dark: "#9d7bb8"),
  ]
  /// Places in `lines`.
  static let groupColors = 1...6
  static let otherColors = 7...12
  /// Window by window, and then that of `plain`.
  static let dashes: [[Double]] = [[], [9, 4], [2, 4], [14, 3, 3, 3, 3, 3], [5, 3], [16, 5], [9, 3, 2, 3]]
  /// Places in `dashes`.
  static let windowDashes = 0..<6
  static let plainDash = 6

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

/// How the line of a method looks: colour and marker by group size, dashes by window; `plain` grey, dash-dotted and with
/// crosses; others a hue, a marker and dashes of their own.
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
      let (color, dash, marker): (Int, Int, Int)
      if method.isPlain {
        (color, dash, marker) = (0, Palette.plainDash, shapes.count)
      } else if let pair = method.groupAndWindow {
        let group = groups.firstIndex(of: pair.group) ?? 0
        color = Palette.groupColors.lowerBound + group % Palette.groupColors.count
        dash = (windows.firstIndex(of: pair.window) ?? 0) % Palette.windowDashes.count
        marker = group
      } else {
        color = Palette.otherColors.lowerBound + otherCount % Palette.otherColors.count
        dash = (otherCount + 1) % Palette.windowDashes.count
        marker = shapes.count - 1 - otherCount % shapes.count
        otherCount += 1
      }
      let style = free(color, dash, marker, used)
      used.insert(style)
      styles[method.spelling] = style
    }
    return styles
  }

  /// The markers but that of `plain`.
  private static let shapes = Canvas.MarkerShape.allCases.filter { $0 != .cross }

  /// What is wanted, with the first marker from there on that is free; other dashes where none is.
  private static func free(_ color: Int, _ dash: Int, _ marker: Int, _ used: Set<LineStyle>) -> LineStyle {
    func shape(_ index: Int) -> Canvas.MarkerShape { dash == Palette.plainDash ? .cross : shapes[index % shapes.count] }
    for step in 0..<Palette.dashes.count {
      let place = (dash + step) % Palette.dashes.count
      for turn in shapes.indices {
        let style = LineStyle(color: color, dash: place, marker: shape(marker + turn))
        if !used.contains(style) { return style }
      }
    }
    return LineStyle(color: color, dash: dash, marker: shape(marker))
  }
}
