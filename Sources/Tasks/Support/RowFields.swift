import JSON
import Metrics

/// Why a row cannot be used: the field and what it should be.
struct RowFieldProblem: Error, Hashable, Sendable {
  /// What is wrong, for a person.
  let text: String
}

/// The fields of one row of a JSONL file, read by name and type.
struct RowFields: Sendable {
  /// The row.
  let value: JSONValue
  /// The row's line in its file, from 1.
  let line: Int

  /// A field that must be a text.
  func text(_ key: String) throws(RowFieldProblem) -> String {
    guard let text = value[key]?.text else { throw problem(key, "a text") }
    return text
  }

  /// A field that must be a list of texts.
  func texts(_ key: String) throws(RowFieldProblem) -> [String] {
    guard let texts = value[key]?.texts else { throw problem(key, "a list of texts") }
    return texts
  }

  /// A field that must be a whole number.
  func integer(_ key: String) throws(RowFieldProblem) -> Int {
    guard let number = value[key]?.number, let integer = Int(exactly: number) else {
      throw problem(key, "a whole number")
    }
    return integer
  }

  /// A field that is a text where it is there; null counts as absent.
  func optionalText(_ key: String) throws(RowFieldProblem) -> String? {
    isAbsent(key) ? nil : try text(key)
  }

  /// A field that is a list of texts where it is there; null counts as absent.
  func optionalTexts(_ key: String) throws(RowFieldProblem) -> [String]? {
    isAbsent(key) ? nil : try texts(key)
  }

  /// A field that is a whole number where it is there; null counts as absent.
  func optionalInteger(_ key: String) throws(RowFieldProblem) -> Int? {
    isAbsent(key) ? nil : try integer(key)
  }

  /// The problem of a field.
  func problem(_ key: String, _ expected: String) -> RowFieldProblem {
    RowFieldProblem(
      text: value[key] == nil ? "there is no `\(key)`, \(expected)" : "`\(key)` is \(kind(key)), expected \(expected)")
  }

  private func isAbsent(_ key: String) -> Bool { value[key] == nil || value[key] == .null }

  private func kind(_ key: String) -> String {
    switch value[key] {
    case nil: "missing"
    case .null?: "null"
    case .bool?: "true or false"
    case .integer?, .number?: "a number"
    case .string?: "a text"
    case .array?: "a list"
    case .object?: "an object"
    }
  }
}

extension JSONValue {
  /// A field's value as a prompt shows it: a text, or a number without `.0`; nil for a list, an object and null.
  var shown: String? {
    switch self {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .bool(let flag): flag ? "true" : "false"
    case .null, .array, .object: nil
    }
  }
}
