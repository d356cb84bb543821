import JSON

/// Names of files and anchors from names of models, tasks and methods; each given out once.
struct SlugMaker {
  private var used: Set<String> = []

  /// Lower-case letters, digits, `.` and `-`; a number is added when the name was given out before.
  mutating func slug(_ parts: [String]) -> String {
    let base = Self.plain(parts.filter { !$0.isEmpty }.joined(separator: "-"))
    var name = base
    var number = 2
    while used.contains(name) {
      name = "\(base)-\(number)"
      number += 1
    }
    used.insert(name)
    return name
  }

  private static func plain(_ text: String) -> String {
    var slug = ""
    for character in text.lowercased() {
      if character.isASCII, character.isLetter || character.isNumber || character == "." {
        slug.append(character)
      } else if !slug.hasSuffix("-") {
        slug.append("-")
      }
    }
    // A file's name has at most 255 bytes.
    slug = String(slug.prefix(160))
    while slug.hasSuffix("-") || slug.hasSuffix(".") { slug.removeLast() }
    while slug.hasPrefix("-") || slug.hasPrefix(".") { slug.removeFirst() }
    return slug.isEmpty ? "unnamed" : slug
  }
}
