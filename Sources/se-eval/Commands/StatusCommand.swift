import Foundation
import JSON
import Store
import Text

/// `status`: how far sweeps are, from their stores alone.
enum StatusCommand {
  private static let watch = Option.flag(
    "--watch", "show it again every two seconds until nothing runs; Ctrl-C ends it")

  static let command = Command(
    name: "status", summary: "Show how far a sweep and its shards are, from another terminal or machine",
    details: [
      "Reads only the stores, where every run leaves a sign of life at least every five seconds. A run that has not ended\n"
        + "and gives no sign for two minutes is called silent: it was killed, or its machine is lost.",
      "CONFIG means the shards in Results/<name>.shards where they are there, else Results/<name>.sqlite.",
    ],
    positionals: [
      Positional(name: "CONFIG-or-DB", help: "configurations, stores, or folders of stores", repeats: true)
    ], options: [watch]
  ) { arguments in
    while true {
      let width = Terminal.isTerminal ? Terminal.width(of: 1) : .max
      let now = Date().timeIntervalSince1970
      let stores = try read(arguments.positionals)
      let text =
        arguments.has(GlobalOptions.json)
        ? StatusText.json(stores, now: now).written(.compact) : StatusText.table(stores, now: now, width: width)
      guard arguments.has(watch) else {
        Terminal.print(text)
        return .complete
      }
      show(text)
      let runs = stores.flatMap(\.progress.parts).contains { $0.state(at: now) == .running }
      if !runs { return .complete }
      Thread.sleep(forTimeInterval: 2)
    }
  }

  private static func read(_ arguments: [String]) throws -> [(path: String, progress: StoreProgress)] {
    var stores: [(path: String, progress: StoreProgress)] = []
    for path in try arguments.flatMap({ try files($0) }) {
      let store: ResultStore
      do throws(StoreError) {
        store = try ResultStore.open(path, mode: .readOnly, options: .init(busyTimeoutSeconds: 10))
      } catch {
        // A shard that was started a moment ago has an empty file.
        guard case .empty = error else { throw error }
        continue
      }
      stores.append((path, try store.progress()))
    }
    return stores
  }

  /// The stores that an argument means; a folder without any is one whose shards have not begun.
  private static func files(_ argument: String) throws -> [String] {
    do {
      return try StorePlaces.stores(argument)
    } catch StoreError.missing(let path) where path.hasSuffix("/*.sqlite") {
      return []
    }
  }

  /// On a terminal the table stands still; in a log each is a block of its own.
  private static func show(_ text: String) {
    if Terminal.isTerminal { Terminal.clear() }
    Terminal.print(text)
  }
}
