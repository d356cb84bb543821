import Metrics
import Positions
import Text

/// A method by the spelling that a store holds; one that this program does not know has a name and nothing else.
struct StoredMethod: Hashable, Sendable {
  let spelling: String
  private let method: Method?

  init(_ spelling: String) {
    self.spelling = spelling
    method = try? Method(parsing: spelling)
  }

  var name: String { method?.name ?? spelling.split(separator: ":").first.map(String.init) ?? spelling }
  /// The checkpoint as it is, with or without its own sliding window.
  var isPlain: Bool { method?.name == Method.plain.name }
  var isWindowOff: Bool { method == .plain(keepsWindow: false) }

  /// The place in a grid of group sizes and neighbor windows, nil for a method without them.
  var groupAndWindow: (group: Int, window: Int)? {
    method?.selfExtend.map { ($0.groupSize, $0.neighborWindow) }
  }

  /// What must be equal for two methods to stand in one grid: the spelling without G and W.
  var gridName: String {
    let parameters = spelling.dropFirst(name.count + 1).split(separator: ",")
      .filter { !$0.hasPrefix("G=") && !$0.hasPrefix("W=") }
    return parameters.isEmpty ? name : name + ":" + parameters.joined(separator: ",")
  }

  /// The order of methods: the checkpoint as it is first, then by name and parameters.
  static func isBefore(_ a: String, _ b: String) -> Bool {
    let (plainA, plainB) = (StoredMethod(a).isPlain, StoredMethod(b).isPlain)
    return plainA == plainB ? NaturalOrder.isBefore(a, b) : plainA
  }
}
