/// What makes a file no acceptable YAML.
public enum YAMLProblem: Hashable, Sendable {
  /// The file is larger than a configuration may be.
  case tooLarge(byteCount: Int, limit: Int)
  /// The bytes are not UTF-8.
  case invalidUTF8
  /// The text is not YAML; the message is libyaml's.
  case syntax(String)
  /// A key stands twice in one mapping.
  case duplicateKey(String, firstLine: Int)
  /// A key that is a list or a mapping.
  case complexKey
  /// An anchor (`&name`) or alias (`*name`).
  case anchor(String)
  /// A merge key (`<<`).
  case mergeKey
  /// A tag (`!!name`).
  case tag(String)
  /// A second document in the file.
  case secondDocument
  /// No document in the file.
  case empty
  /// Lists and mappings nested deeper than the limit.
  case tooDeep(limit: Int)
  /// More values than the limit.
  case tooManyNodes(limit: Int)
}

extension YAMLProblem: CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .tooLarge(let byteCount, let limit):
      "the file has \(byteCount) bytes, a configuration may have \(limit)"
    case .invalidUTF8: "the text is not UTF-8; save the file as UTF-8"
    case .syntax(let message): "this is not YAML: \(message)"
    case .duplicateKey(let key, let firstLine):
      "the key '\(key)' stands twice, first on line \(firstLine); remove one"
    case .complexKey: "a key must be a word, not a list or a mapping"
    case .anchor(let name): "the anchor or alias '\(name)' is not supported; write the value out"
    case .mergeKey: "the merge key '<<' is not supported; write the keys out"
    case .tag(let tag): "the tag '\(tag)' is not supported; remove it, and quote the value where it is a text"
    case .secondDocument: "a second document begins here; a configuration is one document"
    case .empty: "the file holds no configuration"
    case .tooDeep(let limit): "lists and mappings are nested deeper than \(limit)"
    case .tooManyNodes(let limit): "the file has more than \(limit) values"
    }
  }
}
