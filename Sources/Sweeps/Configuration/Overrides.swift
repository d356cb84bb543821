import Evaluation
import Text

/// A `key=value` argument of the command line that changes a configuration before it is checked.
///
/// The key is a path of words separated by dots: `seed`, `tasks.passkey.trials`, `models.0.path`. In a list of models
/// a word is a model's name or a number from 0, in a list of tasks or methods the task's or method's name or a number.
/// The value is YAML: `[4096, 8192]`, `5`, `true`, a text.
struct Override {
  let path: [String]
  let value: Node
  let location: TextLocation

  init(parsing argument: String) throws(SweepError) {
    location = TextLocation(file: "argument '\(argument)'", line: 0, column: 0)
    guard let equals = argument.firstIndex(of: "=") else { throw .argument(argument, expected: "key=value") }
    path = argument[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !path.contains("") else { throw .argument(argument, expected: "key=value with words separated by dots") }
    let text = String(argument[argument.index(after: equals)...])
    value = try YAMLReader.read(argument: text, location: location)
  }

  /// The node with the value put in.
  func applied(to node: Node) throws(SweepError) -> Node { try applied(to: node, path[...]) }

  private func applied(to node: Node, _ steps: ArraySlice<String>) throws(SweepError) -> Node {
    guard let step = steps.first else { return value }
    var result = node
    switch node.content {
    case .mapping(var entries):
      if let index = entries.firstIndex(where: { $0.key == step }) {
        entries[index].value = try applied(to: entries[index].value, steps.dropFirst())
      } else if steps.count == 1 {
        entries.append(Node.Entry(key: step, location: location, value: value))
      } else {
        let known = entries.map(\.key)
        throw .configuration(
          location, .noSuchPlace(step, suggestion: Suggestion.nearest(to: step, among: known), known: known))
      }
      result.content = .mapping(entries)
    case .sequence(var nodes):
      let matches = indices(of: step, in: nodes)
      guard !matches.isEmpty else {
        let known = nodes.compactMap { Self.label(of: $0) }
        throw .configuration(
          location, .noSuchPlace(step, suggestion: Suggestion.nearest(to: step, among: known), known: known))
      }
      for index in matches { nodes[index] = try appliedToMember(nodes[index], step, steps.dropFirst()) }
      result.content = .sequence(nodes)
    case .scalar:
      // A task that stood alone (`- passkey`) or without settings (`passkey:`) gets its first setting.
      return try applied(to: Node(content: .mapping([]), location: node.location), steps)
    }
    return result
  }

  /// Goes on inside a list's member; the member `passkey: {...}` is stepped into by its one key.
  private func appliedToMember(_ node: Node, _ step: String, _ rest: ArraySlice<String>) throws(SweepError) -> Node {
    if rest.isEmpty { return value }
    var result = node
    switch node.content {
    case .mapping(var entries) where entries.count == 1 && entries[0].key == step:
      entries[0].value = try applied(to: entries[0].value, rest)
      result.content = .mapping(entries)
      return result
    case .scalar(step, _):
      let inner = try applied(to: Node(content: .mapping([]), location: node.location), rest)
      result.content = .mapping([Node.Entry(key: step, location: node.location, value: inner)])
      return result
    default: return try applied(to: node, rest)
    }
  }

  private func indices(of step: String, in nodes: [Node]) -> [Int] {
    let named = nodes.indices.filter { Self.label(of: nodes[$0]) == step }
    if named.isEmpty, let index = Int(step), nodes.indices.contains(index) { return [index] }
    return named
  }

  /// The name by which a list's member is known.
  private static func label(of node: Node) -> String? {
    switch node.content {
    case .scalar(let text, _): text
    case .mapping(let entries):
      entries.first { $0.key == "name" }?.value.text ?? (entries.count == 1 ? entries[0].key : nil)
    case .sequence: nil
    }
  }
}
