public import Text

/// Which cells a command takes: `task=passkey,method=plain,length=4096`.
///
/// Different keys must all match; a key that is given more than once matches any of its values. Keys are `model`,
/// `method`, `task` and the coordinates of the tasks. A method is named by any of its spellings or by its name alone.
/// One reading for every command that selects.
public struct Selection: Hashable, Sendable {
  /// What a selection needs to know of methods, which this layer does not.
  public struct MethodSyntax: Sendable {
    /// The canonical spelling of a method with parameters; nil where the text is none.
    public var canonical: @Sendable (_ text: String) -> String?
    /// True where a key names a parameter of the method that a text begins with.
    public var isParameter: @Sendable (_ key: String, _ method: String) -> Bool

    /// A syntax from its parts.
    public init(
      canonical: @escaping @Sendable (_ text: String) -> String?,
      isParameter: @escaping @Sendable (_ key: String, _ method: String) -> Bool
    ) {
      self.canonical = canonical
      self.isParameter = isParameter
    }
  }

  /// What a cell is called by.
  public struct Label: Hashable, Sendable {
    /// The model's name.
    public var model: String
    /// The spellings of the method: the canonical one, the name alone, what `auto` was written as.
    public var methods: [String]
    /// The task's name.
    public var task: String
    /// The name of the task's entry: its own, or what tells it from another one.
    public var entry: String?
    /// Its place.
    public var place: Coordinates

    /// A label.
    public init(model: String, methods: [String], task: String, entry: String? = nil, place: Coordinates) {
      self.entry = entry
      self.model = model
      self.methods = methods
      self.task = task
      self.place = place
    }

    /// What the cell answers to under a key; empty where it has no such coordinate.
    func values(under key: String) -> [String] {
      switch key {
      case "model": [model]
      case "method": methods
      case "task": [task] + (entry.map { [$0] } ?? [])
      default: place.filter { $0.name == key }.map(\.text)
      }
    }
  }

  private var values: [String: [String]] = [:]

  /// A selection that keeps everything.
  public init() {}

  /// A selection of keys with one value each.
  public init(pairs: KeyValuePairs<String, String>) {
    for (key, value) in pairs { add(key, value) }
  }

  /// Reads the values of all `--only` options.
  ///
  /// - Parameters:
  ///   - texts: one text per option.
  ///   - syntax: how methods are written.
  /// - Throws: `SelectionError.form` where a part is not `key=value`.
  public init(parsing texts: [String], _ syntax: MethodSyntax) throws(SelectionError) {
    for text in texts { try add(text, syntax) }
  }

  private mutating func add(_ text: String, _ syntax: MethodSyntax) throws(SelectionError) {
    var last: (key: String, value: String)?
    for part in Self.parts(text) {
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else { throw .form(text) }
      // The parameters of a method are separated by commas too.
      if let open = last, open.key == "method", syntax.isParameter(sides[0], open.value) {
        last = ("method", open.value + "," + part)
      } else {
        keep(last, syntax)
        last = (sides[0], sides[1])
      }
    }
    keep(last, syntax)
  }

  /// The text between commas; those in the parentheses of an entry's name, `passkey (wording=unseen, trials=3)`, are its.
  private static func parts(_ text: String) -> [Substring] {
    var parts: [Substring] = []
    var (start, depth) = (text.startIndex, 0)
    for index in text.indices {
      switch text[index] {
      case "(": depth += 1
      case ")": depth -= 1
      case "," where depth == 0:
        parts.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    // Parentheses that do not pair mean nothing.
    guard depth == 0 else { return text.split(separator: ",") }
    return (parts + [text[start...]]).filter { !$0.isEmpty }
  }

  private mutating func keep(_ pair: (key: String, value: String)?, _ syntax: MethodSyntax) {
    guard let pair else { return }
    let isMethod = pair.key == "method" && pair.value.contains(":")
    add(pair.key, isMethod ? syntax.canonical(pair.value) ?? pair.value : pair.value)
  }

  /// Adds a value that a key may have.
  public mutating func add(_ key: String, _ value: String) { values[key, default: []].append(value) }

  /// True where everything is kept.
  public var isEmpty: Bool { values.isEmpty }

  /// The keys that are bound.
  public var keys: [String] { values.keys.sorted() }

  /// The values that are accepted under a key; nil where the key is free.
  public func accepted(under key: String) -> [String]? { values[key] }

  /// A part of the selection: only these keys, or all but these.
  public func without(_ keys: Set<String>) -> Selection {
    var other = self
    for key in keys { other.values[key] = nil }
    return other
  }

  /// True where the selection does not exclude a value under a key.
  public func accepts(_ name: String, under key: String) -> Bool { values[key].map { $0.contains(name) } ?? true }

  /// True where a cell is kept.
  public func accepts(_ label: Label) -> Bool {
    values.allSatisfy { key, accepted in
      let own = label.values(under: key)
      return accepted.contains { wanted in own.contains { Self.isSame($0, wanted) } }
    }
  }

  /// `0.5` and `0.50` are the same place.
  private static func isSame(_ a: String, _ b: String) -> Bool {
    if a == b { return true }
    guard let x = Double(a), let y = Double(b) else { return false }
    return x == y
  }

  /// Refuses keys and values that no cell has.
  ///
  /// - Parameters:
  ///   - labels: every cell that there is.
  ///   - isComplete: false where tasks are missing, whose coordinates are then unknown.
  /// - Throws: `SelectionError.unknown`.
  public func check(against labels: [Label], isComplete: Bool = true) throws(SelectionError) {
    let axes = ["model", "method", "task"]
    var known = axes
    for name in labels.flatMap({ $0.place.map(\.name) }) where !known.contains(name) { known.append(name) }
    for (key, accepted) in values.sorted(by: { $0.key < $1.key }) {
      if !isComplete, !axes.contains(key) { continue }
      guard known.contains(key) else {
        throw .unknown(key: key, value: nil, suggestion: Suggestion.nearest(to: key, among: known), known: known)
      }
      var seen: Set<String> = []
      let values = labels.flatMap { $0.values(under: key) }.filter { !$0.isEmpty && seen.insert($0).inserted }
      for value in accepted where !values.contains(where: { Self.isSame($0, value) }) {
        throw .unknown(
          key: key, value: value, suggestion: Suggestion.nearest(to: value, among: values), known: values)
      }
    }
  }
}

/// Why a selection cannot be followed.
public enum SelectionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A part is not `key=value`.
  case form(String)
  /// A key or a value that no cell has.
  case unknown(key: String, value: String?, suggestion: String?, known: [String])

  /// What is wrong and what there is.
  public var description: String {
    switch self {
    case .form(let text):
      return "argument '--only \(text)': expected key=value pairs separated by commas, for example task=passkey"
    case .unknown(let key, let value, let suggestion, let known):
      let subject = value.map { "--only \(key)=\($0): nothing has that \(key)" } ?? "--only: there is no key '\(key)'"
      let hint = suggestion.map { "; did you mean '\($0)'?" } ?? "; there is \(known.joined(separator: ", "))"
      return subject + hint
    }
  }
}

extension SelectionError: FaultReporting {
  /// A wrong argument.
  public var fault: Fault { .usage }
}
