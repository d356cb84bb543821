import JSON
import Text

/// What the entries of a configuration's tasks are called: each of them by a name of its own, everywhere.
///
/// An entry with `name:` has that name; the only entry of a task has the task's; others of one task are told apart by
/// the settings in which they differ, `passkey (wording=train)`: by one of them where one with a short value tells all apart.
public struct TaskEntries: Hashable, Sendable {
  private struct Entry: Hashable, Sendable {
    let task: String
    let settings: String
  }
  private let labels: [Entry: String]

  /// The setting that names an entry.
  public static let nameKey = "name"

  /// Names for the entries that there are.
  ///
  /// - Parameter entries: tasks with the canonical JSON of their settings; one may stand there often.
  public init(_ entries: some Sequence<(task: String, settings: String)>) {
    var settingsOf: [String: Set<String>] = [:]
    for entry in entries { settingsOf[entry.task, default: []].insert(entry.settings) }
    var labels: [Entry: String] = [:]
    for (task, all) in settingsOf {
      let sorted = all.sorted(by: NaturalOrder.isBefore)
      let members = sorted.map { JSONValue(json: $0)?.members ?? [:] }
      for (index, settings) in sorted.enumerated() {
        let label = Self.label(task, members, index)
        labels[Entry(task: task, settings: settings)] = label
      }
      // Two that read alike all the same are numbered.
      for (label, alike) in Dictionary(grouping: sorted, by: { labels[Entry(task: task, settings: $0)] ?? task })
      where alike.count > 1 {
        for (index, settings) in alike.enumerated() {
          labels[Entry(task: task, settings: settings)] = "\(label) \(index + 1)"
        }
      }
    }
    self.labels = labels
  }

  /// The name of an entry; the task's where the entry is none of those that were given.
  public func label(_ task: String, _ settings: String) -> String {
    labels[Entry(task: task, settings: settings)] ?? Self.name(in: settings) ?? task
  }

  /// The name that an entry's settings give it; nil for none.
  public static func name(in settings: String) -> String? {
    settings.contains("\"\(nameKey)\"") ? JSONValue(json: settings)?[nameKey]?.text : nil
  }

  /// A value of more characters is cut in a label.
  private static let shortLength = 24

  /// A value without JSON's marks, so that a name can be typed: `trec+lcc` for `["trec","lcc"]`.
  private static func readable(_ value: JSONValue) -> String {
    if let elements = value.elements { return elements.map(readable).joined(separator: "+") }
    if let members = value.members {
      return members.keys.sorted(by: NaturalOrder.isBefore).map { "\($0):\(members[$0].map(readable) ?? "")" }
        .joined(separator: "+")
    }
    return value.plain
  }

  private static func label(_ task: String, _ all: [[String: JSONValue]], _ index: Int) -> String {
    if let name = all[index][nameKey]?.text { return name }
    guard all.count > 1 else { return task }
    let keys = Set(all.flatMap(\.keys)).sorted(by: NaturalOrder.isBefore)
    let differing = keys.filter { key in Set(all.map { $0[key] }).count > 1 }
    let telling = differing.first { key in
      let values = all.compactMap { $0[key].map(readable) }
      return Set(values).count == all.count && values.allSatisfy { $0.count <= shortLength }
    }
    let parts = (telling.map { [$0] } ?? differing).compactMap { key -> String? in
      guard let value = all[index][key] else { return nil }
      let text = readable(value)
      return "\(key)=\(text.count > shortLength ? String(text.prefix(shortLength - 3)) + "..." : text)"
    }
    return parts.isEmpty ? task : "\(task) (\(parts.joined(separator: ", ")))"
  }
}
