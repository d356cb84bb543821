import Evaluation
import JSON
import Positions
import Tasks
import Text

/// The cells that `--only` keeps: `task=passkey,method=plain,length=4096`.
///
/// Different keys must all match; a key that is given more than once matches any of its values. Keys are `model`,
/// `method`, `task` and the coordinates of the tasks. A method is named by its canonical spelling or by its name alone.
public struct Selection: Hashable, Sendable {
  private var values: [String: [String]] = [:]

  /// A selection that keeps everything.
  public init() {}

  /// Reads the values of all `--only` options.
  ///
  /// - Parameter texts: one text per option.
  /// - Throws: `SweepError.argument` where a part is not `key=value`.
  public init(parsing texts: [String]) throws(SweepError) {
    for text in texts { try add(text) }
  }

  private mutating func add(_ text: String) throws(SweepError) {
    var last: (key: String, value: String)?
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else {
        throw .argument("--only \(text)", expected: "key=value pairs separated by commas, for example task=passkey")
      }
      // The parameters of a method are separated by commas too.
      if let open = last, open.key == "method", Self.isParameter(sides[0], of: open.value) {
        last = ("method", open.value + "," + part)
      } else {
        keep(last)
        last = (sides[0], sides[1])
      }
    }
    keep(last)
  }

  private mutating func keep(_ pair: (key: String, value: String)?) {
    guard let pair else { return }
    var value = pair.value
    if pair.key == "method", value.contains(":"), let method = try? MethodChoice(parsing: value) {
      value = method.description
    }
    values[pair.key, default: []].append(value)
  }

  private static func isParameter(_ key: String, of method: String) -> Bool {
    guard let colon = method.firstIndex(of: ":") else { return false }
    return Method.parameters(of: String(method[..<colon])).contains { $0.name == key || $0.longName == key }
  }

  /// The values that are accepted under a key; nil where the key is free.
  func accepted(under key: String) -> [String]? { values[key] }

  /// The cells that are kept, in order.
  ///
  /// - Parameters:
  ///   - cells: the cells of the configuration.
  ///   - configuration: the configuration.
  ///   - isComplete: false where tasks are missing, whose coordinates are then unknown.
  /// - Returns: the cells that are kept.
  /// - Throws: `SweepError.selection` for a key or value that no cell has.
  func filter(
    _ cells: [Cell], in configuration: Configuration, isComplete: Bool
  ) throws(SweepError) -> [Cell] {
    try checkValues(cells, configuration, isComplete: isComplete)
    return cells.filter { cell in
      values.allSatisfy { key, accepted in
        Self.labels(of: cell, key, configuration).contains { accepted.contains($0) }
      }
    }
  }

  /// What a cell answers to under a key; empty where it has no such coordinate.
  private static func labels(of cell: Cell, _ key: String, _ configuration: Configuration) -> [String] {
    switch key {
    case "model": [configuration.models[cell.model].name]
    case "method": [cell.method.description, cell.method.name] + (cell.choice.map { [$0] } ?? [])
    case "task": [configuration.tasks[cell.task].name]
    default: cell.taskCell.coordinates.filter { $0.name == key }.map(\.value.spelling)
    }
  }

  private func checkValues(
    _ cells: [Cell], _ configuration: Configuration, isComplete: Bool
  ) throws(SweepError) {
    let axes = ["model", "method", "task"]
    var keys = axes
    for name in cells.flatMap({ $0.taskCell.coordinates.map(\.name) }) where !keys.contains(name) { keys.append(name) }
    for (key, accepted) in values.sorted(by: { $0.key < $1.key }) {
      if !isComplete, !axes.contains(key) { continue }
      guard keys.contains(key) else {
        throw .selection(key: key, value: nil, suggestion: Suggestion.nearest(to: key, among: keys), known: keys)
      }
      let known = Self.known(key, cells, configuration)
      for value in accepted where !known.contains(value) {
        throw .selection(key: key, value: value, suggestion: Suggestion.nearest(to: value, among: known), known: known)
      }
    }
  }

  /// Every value that a key can have, in the configuration's order.
  private static func known(_ key: String, _ cells: [Cell], _ configuration: Configuration) -> [String] {
    let all: [String] =
      switch key {
      case "model": configuration.models.map(\.name)
      case "method":
        configuration.methods.flatMap { [$0.description, $0.name] } + cells.map(\.method.description)
      case "task": configuration.tasks.map(\.name)
      default: cells.flatMap { labels(of: $0, key, configuration) }
      }
    var seen: Set<String> = []
    return all.filter { seen.insert($0).inserted }
  }
}
