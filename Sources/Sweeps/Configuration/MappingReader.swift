import Text

/// Reads the keys of one mapping and rejects those that mean nothing.
struct MappingReader {
  /// What the mapping describes, in an error's words.
  let owner: String
  let location: TextLocation
  let entries: [Node.Entry]

  init(_ node: Node, owner: String, keys: [String]) throws(SweepError) {
    guard case .mapping(let entries) = node.content else {
      throw .configuration(
        node.location,
        .wrongType(key: owner, found: node.kind, expected: "a mapping of \(keys.joined(separator: ", "))"))
    }
    for entry in entries where !keys.contains(entry.key) {
      throw .configuration(
        entry.location,
        .unknownKey(entry.key, of: owner, suggestion: Suggestion.nearest(to: entry.key, among: keys), known: keys))
    }
    self.owner = owner
    self.location = node.location
    self.entries = entries
  }

  func node(_ key: String) -> Node? { entries.first { $0.key == key }?.value }

  func required(_ key: String) throws(SweepError) -> Node {
    guard let node = node(key) else { throw .configuration(location, .missingKey(key, of: owner)) }
    return node
  }

  func text(_ key: String) throws(SweepError) -> String? {
    guard let node = node(key) else { return nil }
    return try node.requiredText(key)
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(SweepError) -> Int? {
    guard let node = node(key) else { return nil }
    guard let value = node.integer else { throw node.wrongType(key, "a whole number") }
    guard range.contains(value) else {
      throw node.impossible(key, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The members of a list that must be there and must not be empty; a single value counts as a list.
  func list(_ key: String) throws(SweepError) -> [Node] {
    let node = try required(key)
    let items: [Node]
    if case .sequence(let nodes) = node.content { items = nodes } else { items = [node] }
    guard !items.isEmpty else { throw node.impossible(key, "at least one") }
    return items
  }
}

extension Node {
  func wrongType(_ key: String, _ expected: String) -> SweepError {
    .configuration(location, .wrongType(key: key, found: kind, expected: expected))
  }

  func impossible(_ key: String, _ expected: String) -> SweepError {
    let found: String
    if case .sequence(let nodes) = content, nodes.isEmpty { found = "an empty list" } else { found = kind }
    return .configuration(location, .impossible(key: key, found: found, expected: expected))
  }

  func requiredText(_ key: String) throws(SweepError) -> String {
    guard let text else { throw wrongType(key, "a text") }
    return text
  }
}
