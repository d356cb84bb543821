import JSON

/// A configuration as runs record it, to compare theirs with.
public struct RunConfiguration: Hashable, Sendable {
  /// What it is called in words: its file.
  public let name: String
  /// The SHA-256 of its resolved text.
  public let hash: String
  /// Its resolved text.
  public let resolved: String

  /// A configuration from its parts.
  public init(name: String, hash: String, resolved: String) {
    self.name = name
    self.hash = hash
    self.resolved = resolved
  }
}

extension ResultStore {
  /// Compares the configuration of the run that began last with another one.
  ///
  /// - Parameter configuration: The other one.
  /// - Returns: How they differ; nil where they do not, or nothing ran.
  /// - Throws: `StoreError` when the store cannot be read.
  public func difference(from configuration: RunConfiguration) throws(StoreError) -> ConfigurationDifference? {
    guard let run = try latestRun()?.record, run.configurationHash != configuration.hash else { return nil }
    return ConfigurationDifference(path, run.configuration, configuration.name, configuration.resolved)
  }
}

/// Two stores of different configurations that were to be joined.
public struct ConfigurationDifference: Hashable, Sendable, CustomStringConvertible {
  /// One store.
  public let first: String
  /// The other one.
  public let second: String
  /// The first place at which the configurations differ, for example `seed`.
  public let place: String
  /// What the first store's configuration says there.
  public let inFirst: String
  /// What the other one's says.
  public let inSecond: String

  init(_ first: String, _ firstConfiguration: String, _ second: String, _ secondConfiguration: String) {
    self.first = first
    self.second = second
    let found = Self.difference(JSONValue(json: firstConfiguration), JSONValue(json: secondConfiguration), at: "")
    place = found?.place ?? "the spelling"
    inFirst = found?.first ?? ""
    inSecond = found?.second ?? ""
  }

  /// Where it is, and what both say.
  public var words: String { "\(place) is \(inFirst) there and \(inSecond) in \(second)" }

  private static func difference(
    _ a: JSONValue?, _ b: JSONValue?, at place: String
  ) -> (place: String, first: String, second: String)? {
    if a == b { return nil }
    switch (a, b) {
    case (.object(let one)?, .object(let other)?):
      for key in Set(one.map(\.key) + other.map(\.key)).sorted() {
        let inside = place.isEmpty ? key : "\(place).\(key)"
        if let found = difference(a?[key], b?[key], at: inside) { return found }
      }
    case (.array(let one)?, .array(let other)?) where one.count == other.count:
      for (index, pair) in zip(one, other).enumerated() {
        if let found = difference(pair.0, pair.1, at: "\(place).\(index)") { return found }
      }
    default: break
    }
    return (place, text(a), text(b))
  }

  private static func text(_ value: JSONValue?) -> String {
    let text = value?.written(.compact) ?? "nothing"
    return text.count > 60 ? text.prefix(57) + "..." : text
  }

  /// What is wrong, where, and what to do.
  public var description: String {
    "\(first) and \(second) are of different configurations: \(place) is \(inFirst) in the one and \(inSecond) in the "
      + "other. Merge the shards of one configuration, or say --force to keep the cells of both in one store. Nothing "
      + "was merged."
  }
}
