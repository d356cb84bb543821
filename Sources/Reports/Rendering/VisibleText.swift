/// Text that came out of a model or a file, made harmless for a reader that acts on control characters.
public enum VisibleText {
  /// The text with its control characters written as `\u{1b}`.
  ///
  /// Tab and line feed stay. A carriage return stays before a line feed only, because alone it hides what stands before
  /// it. The marks that turn the direction of writing are shown too: they let a name read as another one.
  ///
  /// - Parameter text: any text.
  /// - Returns: the same text where it has no such character.
  public static func escaped(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.contains(where: isHidden) else { return text }
    var visible = String.UnicodeScalarView()
    for (index, scalar) in zip(scalars.indices, scalars) {
      let next = scalars.index(after: index)
      let endsLine = scalar == "\r" && next < scalars.endIndex && scalars[next] == "\n"
      if isHidden(scalar), !endsLine {
        visible.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      } else {
        visible.append(scalar)
      }
    }
    return String(visible)
  }

  /// The text on one line: line ends become spaces.
  static func line(_ text: String) -> String {
    escaped(text).replacing("\r\n", with: " ").replacing("\n", with: " ").replacing("\t", with: " ")
  }

  /// True for what a terminal or a browser obeys and does not show; all of them have at most four hexadecimal digits.
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x9, 0xA: false
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
