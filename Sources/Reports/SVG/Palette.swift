/// Colours that can be told apart with the common kinds of colour blindness.
enum Palette {
  /// Lines and their markers: hues that also differ in lightness, after Okabe and Ito's recommendation.
  static let lines = ["#1c2430", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7f3fbf"]
  /// Lines that lie on each other show through each other's gaps; solid ones are drawn first.
  static let dashes = ["", "10 5", "3 5", "12 4 3 4"]

  static func line(_ index: Int) -> String { lines[index % lines.count] }
  static func dash(_ index: Int) -> String { dashes[dashKind(index)] }
  static func dashKind(_ index: Int) -> Int { (index + index / lines.count) % dashes.count }

  /// Where there is no number.
  static let missing = "#eef0f3"

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

    var textColor: String { luminance > 0.21 ? Canvas.ink : "#ffffff" }
  }

  /// From worst (dark indigo) to best (pale yellow), lightness rising all the way.
  private static let anchors: [(Double, Double, Double)] = [
    (0.20, 0.10, 0.36), (0.21, 0.25, 0.55), (0.16, 0.42, 0.60), (0.13, 0.58, 0.56), (0.36, 0.73, 0.44),
    (0.68, 0.85, 0.31), (0.97, 0.92, 0.42),
  ]

  /// The colour of a share of the scale, 0 worst and 1 best.
  static func sequential(_ share: Double) -> Color {
    let place = min(max(share, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 2)
    let t = place - Double(index)
    let (a, b) = (anchors[index], anchors[index + 1])
    return Color(red: a.0 + (b.0 - a.0) * t, green: a.1 + (b.1 - a.1) * t, blue: a.2 + (b.2 - a.2) * t)
  }
}
