/// One of RULER's needle tasks: what hides what in which text.
struct RulerVariant: Hashable, Sendable {
  /// The text around the needles.
  enum Text: String, CaseIterable, Sendable {
    /// One line of short sentences, again and again.
    case noise
    /// Essays.
    case essay
    /// Other needles.
    case needle
  }

  let name: String
  let text: Text
  let keyKind: RulerValue
  let valueKind: RulerValue
  /// Keys that are hidden.
  let keys: Int
  /// Values of each key.
  let values: Int
  /// Keys that are asked for.
  let queries: Int

  /// RULER's eight variants of niah, under the names of its configuration without `niah_`.
  static let known = [
    RulerVariant("single-1", .noise, .word, .number, keys: 1, values: 1, queries: 1),
    RulerVariant("single-2", .essay, .word, .number, keys: 1, values: 1, queries: 1),
    RulerVariant("single-3", .essay, .word, .uuid, keys: 1, values: 1, queries: 1),
    RulerVariant("multikey-1", .essay, .word, .number, keys: 4, values: 1, queries: 1),
    RulerVariant("multikey-2", .needle, .word, .number, keys: 1, values: 1, queries: 1),
    RulerVariant("multikey-3", .needle, .uuid, .uuid, keys: 1, values: 1, queries: 1),
    RulerVariant("multivalue", .essay, .word, .number, keys: 1, values: 4, queries: 1),
    RulerVariant("multiquery", .essay, .word, .number, keys: 4, values: 1, queries: 4),
  ]

  init(
    _ name: String, _ text: Text, _ keyKind: RulerValue, _ valueKind: RulerValue, keys: Int, values: Int, queries: Int
  ) {
    self.name = name
    self.text = text
    self.keyKind = keyKind
    self.valueKind = valueKind
    self.keys = max(keys, queries)
    self.values = values
    self.queries = queries
  }

  /// What a report says of it.
  var note: String {
    "\(name): haystack \(text.rawValue), \(keys) key\(keys == 1 ? "" : "s") (\(keyKind.rawValue)), \(values) "
      + "value\(values == 1 ? "" : "s") each (\(valueKind.rawValue)), \(queries) asked for"
  }
}
