import Foundation
import JSON
import Store
import Sweeps
import Text

/// `status`: how far sweeps are, from their stores alone.
enum StatusCommand {
  private static let watch = Option.flag(
    "--watch", "show it again every two seconds until everything is done; it waits for stores, too; Ctrl-C ends it")

  static let command = Command(
    name: "status", summary: "Show how far a sweep and its shards are, from another terminal or machine",
    details: [
      "Reads only the stores, where every run leaves a sign of life at least every five seconds. A run that has not ended\n"
        + "and gives no sign for two minutes is called silent: it was killed, or its machine is lost.",
      "CONFIG means the shards in Results/<name>.shards where they are there, else Results/<name>.sqlite.\n"
        + "A store whose last run was of another configuration than CONFIG is named.",
    ],
    positionals: [
      Positional(name: "CONFIG-or-DB", help: "configurations, stores, or folders of stores", repeats: true)
    ], options: [watch]
  ) { arguments in
    while true {
      let width = Terminal.isTerminal ? Terminal.width(of: 1) : .max
      let now = Date().timeIntervalSince1970
      let found = try read(arguments.positionals, waits: arguments.has(watch))
      let stores = found.stores
      let text = arguments.has(GlobalOptions.json) ? json(found, now: now) : table(found, now: now, width: width)
      guard arguments.has(watch) else {
        Terminal.print(text)
        return .complete
      }
      show(text)
      if found.waiting.isEmpty, isOver(stores.map(\.progress), now: now) { return .complete }
      Thread.sleep(forTimeInterval: 2)
    }
  }

  /// What the arguments mean.
  private struct Found {
    var stores: [(path: String, progress: StoreProgress)] = []
    /// Stores whose last run was of another configuration than the argument.
    var others: [ConfigurationDifference] = []
    /// Arguments of which nothing is there yet.
    var waiting: [String] = []
  }

  private static func read(_ arguments: [String], waits: Bool) throws -> Found {
    var found = Found()
    for argument in arguments {
      let configuration = try StorePlaces.configuration(argument)
      let paths: [String]
      do { paths = try StorePlaces.stores(argument, configuration) } catch let error as any FaultReporting {
        if case .missing(let path)? = error as? StoreError, path.hasSuffix("/*.sqlite"), !waits {
          // A folder without any store is one whose shards have not begun.
          continue
        }
        guard waits, error.fault == .missingInput else { throw error }
        found.waiting.append(argument)
        continue
      }
      // What is a name and no file yet is waited for.
      let isThere = paths.filter { FileManager.default.fileExists(atPath: $0) }
      if waits, isThere.isEmpty { found.waiting.append(argument) }
      for path in waits ? isThere : paths {
        let store: ResultStore
        do throws(StoreError) {
          store = try ResultStore.open(path, mode: .readOnly, options: .init(busyTimeoutSeconds: 10))
        } catch {
          // A shard that was started a moment ago has an empty file.
          guard case .empty = error else { throw error }
          continue
        }
        found.stores.append((path, try store.progress()))
        if let difference = try configuration.flatMap({ try store.difference(from: $0.ofRuns) }) {
          found.others.append(difference)
        }
      }
    }
    return found
  }

  /// True where every shard is there and came to its end by itself: nothing is running, waiting to go on, or lost.
  static func isOver(_ stores: [StoreProgress], now: Double) -> Bool {
    guard !stores.isEmpty, StatusTotals(stores, now: now).absentShards.isEmpty else { return false }
    return stores.allSatisfy { store in
      !store.parts.isEmpty
        && store.parts.allSatisfy { part in
          guard case .ended(let status) = part.state(at: now) else { return false }
          // Samples that failed were tried: the sweep itself does not go on.
          return [ExitStatus.complete, .gateFailed, .incomplete].map(\.rawValue).contains(status)
        }
    }
  }

  private static func table(_ found: Found, now: Double, width: Int) -> String {
    var lines = [StatusText.table(found.stores, now: now, width: width)]
    for other in found.others {
      lines.append(
        "\(other.first): its last run was of another configuration: \(other.words) (settings of a command line count); "
          + "these numbers are of that run")
    }
    for argument in found.waiting { lines.append("waiting for \(argument): nothing has begun") }
    return lines.joined(separator: "\n")
  }

  private static func json(_ found: Found, now: Double) -> String {
    guard case .object(let members) = StatusText.json(found.stores, now: now) else { return "" }
    let more = [
      JSONValue.Member(key: "other_configuration", value: .array(found.others.map { .string($0.first) })),
      JSONValue.Member(key: "waiting", value: .array(found.waiting.map { .string($0) })),
    ]
    return JSONValue.object(members + more).written(.compact)
  }

  /// On a terminal the table stands still; in a log each is a block of its own.
  private static func show(_ text: String) {
    if Terminal.isTerminal { Terminal.clear() }
    Terminal.print(text)
  }
}
