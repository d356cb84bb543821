/// A value of a template, with Python's types and rules.
///
/// Lists and maps never change: the sandbox that transformers renders in forbids it. Namespaces do.
enum JinjaValue {
  /// Nothing: prints as nothing, is false and empty, and fails in everything else. The text says why it is there.
  case undefined(String)
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(JinjaText)
  case list(JinjaItems)
  case tuple(JinjaItems)
  case dictionary(JinjaDictionary)
  case range(JinjaRange)
  /// What `items`, `keys` and `values` of a map give: elements without indices.
  case view(JinjaItems, kind: String)
  /// What can be gone through once.
  case generator(JinjaGenerator)
  case namespace(JinjaNamespace)
  case loop(JinjaLoop)
  case function(JinjaFunction)

  static func text(_ text: String) -> JinjaValue { .text(JinjaText(text)) }

  /// The type's name in Python, for messages.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .integer: "int"
    case .number: "float"
    case .text: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .range: "range"
    case .view(_, let kind): kind
    case .generator: "generator"
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .function(let function): function.typeName
    }
  }

  /// Python's truth.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let items), .tuple(let items), .view(let items, _): !items.elements.isEmpty
    case .dictionary(let dictionary): !dictionary.keys.isEmpty
    case .range(let range): range.count > 0
    case .generator, .namespace, .loop, .function: true
    }
  }

  /// Levels of containers inside one another.
  var depth: Int {
    switch self {
    case .list(let items), .tuple(let items), .view(let items, _): items.depth
    case .dictionary(let dictionary): dictionary.depth
    case .generator(let generator): generator.depth
    case .function(.method(let receiver, _)): receiver.depth + 1
    default: 0
    }
  }

  /// A whole number, also where it is a truth value.
  var wholeNumber: Int? {
    switch self {
    case .integer(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }
}

/// The elements of a list or tuple.
struct JinjaItems {
  let elements: [JinjaValue]
  /// One more than the deepest element's.
  let depth: Int

  init(_ elements: [JinjaValue] = []) {
    self.elements = elements
    depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
  }
}

/// A map with the order of its keys.
struct JinjaDictionary {
  private(set) var keys: [JinjaValue] = []
  private(set) var values: [JinjaValue] = []
  private(set) var depth = 1
  private var places: [JinjaKey: Int] = [:]

  init() {}

  subscript(key: JinjaKey) -> JinjaValue? { places[key].map { values[$0] } }

  subscript(key: JinjaText) -> JinjaValue? { self[.text(key)] }

  /// Sets the value of a key, which keeps its place where it is there already.
  mutating func set(_ name: JinjaValue, _ key: JinjaKey, to value: JinjaValue) {
    depth = max(depth, value.depth + 1, name.depth + 1)
    if let place = places[key] {
      values[place] = value
    } else {
      places[key] = keys.count
      keys.append(name)
      values.append(value)
    }
  }

  mutating func set(_ name: String, to value: JinjaValue) {
    let text = JinjaText(name)
    set(.text(text), .text(text), to: value)
  }

  /// Pairs of keys and values.
  var pairs: [JinjaValue] { zip(keys, values).map { .tuple(JinjaItems([$0, $1])) } }
}

/// What makes two keys of a map the same.
enum JinjaKey: Hashable {
  case undefined
  case none
  case text(JinjaText)
  case integer(Int)
  case number(Double)
  case tuple([JinjaKey])
}

/// Python's `range`.
struct JinjaRange {
  let start: Int
  let stop: Int
  let step: Int

  var count: Int {
    if step > 0 { return start < stop ? (stop - start - 1) / step + 1 : 0 }
    return start > stop ? (start - stop - 1) / -step + 1 : 0
  }

  func element(_ index: Int) -> JinjaValue { .integer(start + index * step) }
}

/// Elements that are made when they are first asked for, and given out once.
final class JinjaGenerator {
  private var make: ((JinjaRenderer) throws(ChatTemplateError) -> [JinjaValue])?
  private var elements: [JinjaValue] = []
  private var next = 0
  let depth: Int

  init(depth: Int, _ make: @escaping (JinjaRenderer) throws(ChatTemplateError) -> [JinjaValue]) {
    self.depth = depth
    self.make = make
  }

  /// The next element; nil at the end.
  func pull(_ renderer: JinjaRenderer) throws(ChatTemplateError) -> JinjaValue? {
    if let make {
      self.make = nil
      elements = try make(renderer)
    }
    guard next < elements.count else { return nil }
    next += 1
    return elements[next - 1]
  }
}

/// What `namespace` makes: names whose values can be set from inside loops.
final class JinjaNamespace {
  var values: [String: JinjaValue] = [:]
}

/// What can be called.
indirect enum JinjaFunction {
  /// A macro, or the body of a `call` block, with the variables around it.
  case macro(JinjaMacro, JinjaScope)
  /// A function that every template has.
  case global(String)
  /// A method of a value.
  case method(JinjaValue, String)

  var typeName: String {
    switch self {
    case .macro: "Macro"
    case .global: "function"
    case .method: "builtin_function_or_method"
    }
  }
}

/// Variables of a block, and where others are looked for.
final class JinjaScope {
  var variables: [String: JinjaValue] = [:]
  let parent: JinjaScope?

  init(parent: JinjaScope? = nil) { self.parent = parent }

  func value(_ name: String) -> JinjaValue? {
    var scope: JinjaScope? = self
    while let current = scope {
      if let value = current.variables[name] { return value }
      scope = current.parent
    }
    return nil
  }
}

/// What `loop` is inside a loop.
final class JinjaLoop {
  private let items: [JinjaValue]
  private let accepts: ((JinjaValue) throws(ChatTemplateError) -> Bool)?
  private var place = 0
  private var ahead: [JinjaValue] = []
  private(set) var index0 = -1
  private(set) var current: JinjaValue?
  private(set) var before: JinjaValue?
  var changedValue: [JinjaValue]?
  let depth0: Int
  /// What calling the loop renders, where it is a recursive one.
  let recursion: (loop: JinjaForLoop, scope: JinjaScope)?

  init(
    _ items: [JinjaValue], depth0: Int, recursion: (loop: JinjaForLoop, scope: JinjaScope)?,
    accepts: ((JinjaValue) throws(ChatTemplateError) -> Bool)?
  ) {
    self.items = items
    self.depth0 = depth0
    self.recursion = recursion
    self.accepts = accepts
  }

  private func pull() throws(ChatTemplateError) -> JinjaValue? {
    while place < items.count {
      let item = items[place]
      place += 1
      guard let accepts else { return item }
      if try accepts(item) { return item }
    }
    return nil
  }

  /// The next element, or nil at the end; a filter looks at elements no earlier than they are needed.
  func advance() throws(ChatTemplateError) -> JinjaValue? {
    guard let item = ahead.isEmpty ? try pull() : ahead.removeFirst() else { return nil }
    index0 += 1
    before = current
    current = item
    return item
  }

  /// The element after this one.
  func following() throws(ChatTemplateError) -> JinjaValue? {
    if ahead.isEmpty, let item = try pull() { ahead.append(item) }
    return ahead.first
  }

  /// How many elements there are.
  func length() throws(ChatTemplateError) -> Int {
    if accepts == nil { return items.count }
    while let item = try pull() { ahead.append(item) }
    return index0 + 1 + ahead.count
  }
}
