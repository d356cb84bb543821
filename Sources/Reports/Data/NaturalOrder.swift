import Text

extension NaturalOrder {
  /// The order of methods: the checkpoint as it is first, then by name and parameters.
  static func methodIsBefore(_ a: String, _ b: String) -> Bool {
    let (plainA, plainB) = (Method(a).isPlain, Method(b).isPlain)
    return plainA == plainB ? isBefore(a, b) : plainA
  }
}

/// A method's canonical spelling, taken apart: `self-extend:G=8,W=512,logn=4096`.
struct Method: Hashable, Sendable {
  let spelling: String
  let name: String
  let parameters: [(name: String, value: String)]

  init(_ spelling: String) {
    self.spelling = spelling
    let parts = spelling.split(separator: ":", maxSplits: 1)
    name = parts.first.map(String.init) ?? spelling
    parameters = (parts.count > 1 ? parts[1].split(separator: ",") : []).map { part in
      let pair = part.split(separator: "=", maxSplits: 1)
      return (String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
    }
  }

  var isPlain: Bool { name == "plain" }

  /// The place in a grid of group sizes and neighbor windows, nil for a method without them.
  var groupAndWindow: (group: Int, window: Int)? {
    guard let group = integer("G"), let window = integer("W") else { return nil }
    return (group, window)
  }

  /// What must be equal for two methods to stand in one grid: the name and all other parameters.
  var gridName: String {
    let others = parameters.filter { $0.name != "G" && $0.name != "W" }.map { "\($0.name)=\($0.value)" }
    return others.isEmpty ? name : name + ":" + others.joined(separator: ",")
  }

  private func integer(_ name: String) -> Int? { parameters.first { $0.name == name }.flatMap { Int($0.value) } }

  static func == (a: Method, b: Method) -> Bool { a.spelling == b.spelling }
  func hash(into hasher: inout Hasher) { hasher.combine(spelling) }
}
