/// The name that `JSONValue` has where identities, stored texts and plans are made; see `JSONStyle.canonical`.
public typealias CanonicalJSON = JSONValue

extension JSONValue {
  /// A text.
  public static func text(_ text: String) -> JSONValue { .string(text) }
  /// True or false.
  public static func flag(_ flag: Bool) -> JSONValue { .bool(flag) }
}
