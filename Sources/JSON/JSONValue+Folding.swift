extension JSONValue {
  /// The value with the texts of some members as the objects and lists that they spell.
  ///
  /// A store keeps settings and facts as texts in the one spelling, which are compared; a program that reads an output
  /// wants them as what they are.
  ///
  /// - Parameter keys: the members' names, at any depth.
  /// - Returns: the value; a text that spells neither an object nor a list stays as it is.
  public func unfolded(_ keys: Set<String>) -> JSONValue {
    mapped(keys) { value in
      guard let text = value.text, let inner = JSONValue(json: text), inner.members != nil || inner.elements != nil
      else { return value }
      return inner
    }
  }

  /// The opposite: the objects and lists of some members as texts in the one spelling.
  ///
  /// - Parameter keys: the members' names, at any depth.
  /// - Returns: the value.
  public func folded(_ keys: Set<String>) -> JSONValue {
    mapped(keys) { $0.members != nil || $0.elements != nil ? .string($0.spelling) : $0 }
  }

  /// The JSON text of a value that no encoding refuses, with the texts of some members unfolded.
  ///
  /// - Parameters:
  ///   - value: any value.
  ///   - style: how it is spelled.
  ///   - keys: the members' names, at any depth.
  /// - Returns: the text; infinities and NaN are texts, `null` stands for a refusal.
  public static func text(of value: some Encodable, _ style: JSONStyle, unfolding keys: Set<String>) -> String {
    (try? JSONValue(encoding: value, nonFinite: .spelled))?.unfolded(keys).written(style) ?? "null"
  }

  private func mapped(_ keys: Set<String>, _ change: (JSONValue) -> JSONValue) -> JSONValue {
    switch self {
    case .object(let members):
      .object(
        members.map { member in
          let isNamed = keys.contains(member.key)
          return Member(key: member.key, value: isNamed ? change(member.value) : member.value.mapped(keys, change))
        })
    case .array(let elements): .array(elements.map { $0.mapped(keys, change) })
    default: self
    }
  }
}
