/// A place in a configuration file, or an argument of the command line.
public struct TextLocation: Hashable, Sendable, CustomStringConvertible {
  /// The file as it was named, or the argument in the form `argument 'seed=7'`.
  public let file: String
  /// The line, from 1; 0 for an argument.
  public let line: Int
  /// The column in characters, from 1; 0 for an argument.
  public let column: Int

  /// A place.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, or the argument alone.
  public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}

/// A value of a configuration file with the place where it stands.
public struct Node: Hashable, Sendable {
  /// What the node holds.
  public indirect enum Content: Hashable, Sendable {
    /// A text; `isPlain` is true where it stood without quotes and so may mean a number or a flag.
    case scalar(String, isPlain: Bool)
    /// A list.
    case sequence([Node])
    /// Keys with values, in file order, every key once.
    case mapping([Entry])
  }

  /// One key of a mapping with its value.
  public struct Entry: Hashable, Sendable {
    /// The key.
    public let key: String
    /// Where the key stands.
    public let location: TextLocation
    /// The value.
    public var value: Node
  }

  /// What the node holds.
  public var content: Content
  /// Where the node begins.
  public var location: TextLocation
}

extension Node {
  /// The node's type in the words of an error message.
  var kind: String {
    switch content {
    case .scalar(let text, _): text.isEmpty ? "nothing" : "'\(text)'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The scalar as an integer: decimal digits with an optional sign, no leading zeros.
  var integer: Int? {
    guard case .scalar(let text, isPlain: true) = content, let value = Int(text) else { return nil }
    let digits = text.drop { $0 == "-" || $0 == "+" }
    return digits.count > 1 && digits.first == "0" ? nil : value
  }

  /// The scalar as a finite number.
  var number: Double? {
    guard case .scalar(let text, isPlain: true) = content, let first = text.first,
      first.isNumber || "+-.".contains(first), !text.lowercased().contains("x"),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  /// The scalar as `true` or `false`, in the three spellings of YAML 1.2's core schema.
  var flag: Bool? {
    guard case .scalar(let text, isPlain: true) = content else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return nil
    }
  }

  /// The scalar's text, quoted or not; nil for an empty plain scalar, which means null in YAML.
  var text: String? {
    guard case .scalar(let text, let isPlain) = content else { return nil }
    return isPlain && ["", "~", "null", "Null", "NULL"].contains(text) ? nil : text
  }

  /// The members of a list; a scalar counts as a list of one.
  var items: [Node]? {
    switch content {
    case .sequence(let nodes): nodes
    case .scalar: [self]
    case .mapping: nil
    }
  }
}
