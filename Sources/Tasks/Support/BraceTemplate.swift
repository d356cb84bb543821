/// A text with fields in braces, filled in as Python's `str.format` does it.
///
/// Only the braces of the template mean something: `{name}` is a field, `{{` and `}}` are braces. Braces inside the
/// values are text.
struct BraceTemplate: Hashable, Sendable {
  /// A piece of a template.
  private enum Part: Hashable, Sendable {
    case text(String)
    case field(String)
  }

  private let parts: [Part]

  private init(of parts: [Part]) { self.parts = parts }

  /// A template without text.
  static let empty = BraceTemplate(of: [])

  /// The names of the fields, in order, repeated as they are; an empty one for `{}`.
  var fields: [String] {
    parts.compactMap { if case .field(let name) = $0 { name } else { nil } }
  }

  /// A template from its text, or nil where a brace stands alone.
  init?(_ text: String) {
    var parts: [Part] = []
    var plain = ""
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "{" where rest.first == "{", "}" where rest.first == "}":
        plain.unicodeScalars.append(scalar)
        rest.removeFirst()
      case "{":
        guard let end = rest.firstIndex(of: "}"), !rest[..<end].contains("{") else { return nil }
        parts += [.text(plain), .field(String(rest[..<end]))]
        plain = ""
        rest = rest[rest.index(after: end)...]
      case "}": return nil
      default: plain.unicodeScalars.append(scalar)
      }
    }
    self.parts = parts + [.text(plain)]
  }

  /// The text with values in place of its fields; a field without a value becomes nothing.
  func filled(_ values: [String: String]) -> String {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .field(let name): result += values[name] ?? ""
      }
    }
    return result
  }
}
