import JSON
import Store

/// What a sample's task says of it; samples of several methods share one.
final class SampleFacts: Sendable {
  /// Each name once, in the order of the store.
  let members: [JSONValue.Member]
  /// The document that the sample comes from.
  let document: String?
  /// By name, where there are too many to look at each.
  private let many: [String: JSONValue]?
  private static let fewest = 16

  /// Facts by name, for tests and for what has none.
  convenience init(_ facts: [String: JSONValue]) {
    self.init(members: facts.map { JSONValue.Member(key: $0.key, value: $0.value) })
  }

  /// The facts of a stored object; nil for what is none.
  convenience init?(json: String) {
    guard case .object(let all)? = JSONValue(json: json) else { return nil }
    // Of a repeated name the last value counts.
    let isUnique =
      all.count < Self.fewest
      && all.indices.allSatisfy { index in !all[..<index].contains { $0.key == all[index].key } }
    self.init(
      members: isUnique
        ? all : Dictionary(all.map { ($0.key, $0.value) }) { $1 }.map { JSONValue.Member(key: $0, value: $1) })
  }

  private init(members: [JSONValue.Member]) {
    self.members = members
    many = members.count < Self.fewest ? nil : Dictionary(members.map { ($0.key, $0.value) }) { $1 }
    document = members.first { $0.key == "document" }?.value.plain
  }

  /// A fact by its name.
  subscript(name: String) -> JSONValue? {
    if let many { return many[name] }
    return members.first { $0.key == name }?.value
  }
}

/// Reads the facts of cells that have the same samples: what equals that of the cell before is not read again.
struct FactsReader {
  let path: String
  private var former: [LoadedSample] = []

  init(path: String) { self.path = path }

  /// The samples of a cell, in the order of its results.
  mutating func samples(_ results: [SampleResult], of cell: StoredCell) throws(ReportError) -> [LoadedSample] {
    var samples: [LoadedSample] = []
    samples.reserveCapacity(results.count)
    for (index, result) in results.enumerated() {
      // By bytes: a text's other spelling is another text in samples.csv.
      if index < former.count, former[index].result.facts.utf8.elementsEqual(result.facts.utf8) {
        samples.append(LoadedSample(result: result, facts: former[index].facts))
        continue
      }
      guard let facts = SampleFacts(json: result.facts) else {
        throw .damagedFacts(path: path, cell: "cell \(cell.id.rawValue)", sampleID: result.sampleID)
      }
      samples.append(LoadedSample(result: result, facts: facts))
    }
    former = samples
    return samples
  }
}
