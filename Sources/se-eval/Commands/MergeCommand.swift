import Foundation
import JSON
import Store
import Text

/// `merge`: joins the stores of shards.
enum MergeCommand {
  private static let into = Option.value("--into", "DB", required: true, "the store that receives the results")
  private static let force = Option.flag("--force", "join stores of different configurations or seeds, too")
  private static let strict = Option.flag("--strict", "exit status 4 when samples are missing or failed")

  static let command = Command(
    name: "merge", summary: "Join the stores of shards into one, and say what is missing",
    details: [
      "All stores are checked before anything is written, and a merge is whole or not there. Merging again copies only\n"
        + "what is new, so that it may run every minute beside the shards."
    ],
    positionals: [Positional(name: "DB", help: "stores to read, or folders of stores (*.sqlite)", repeats: true)],
    options: [into, force, strict]
  ) { arguments in
    let merged = try ResultStore.merge(
      arguments.positionals, into: arguments.required(into), options: Registry.storeOptions, force: arguments.has(force)
    )
    let isQuiet = arguments.has(GlobalOptions.quiet)
    let progress = try merged.store.progress()
    // What has no cells has not even begun.
    let isComplete =
      !progress.cells.isEmpty && progress.missingCount == 0 && progress.failedCount == 0
      && progress.absentShards.isEmpty
    let status: ExitStatus = arguments.has(strict) && !isComplete ? .incomplete : .complete
    if arguments.has(GlobalOptions.json) {
      Terminal.print(json(merged, progress, isComplete: isComplete).written(.compact))
      return status
    }
    for (path, count) in merged.counts where !isQuiet {
      Terminal.message(
        "\(path): \(count.results) new results, \(count.same) known, \(count.superseded) superseded, "
          + "\(count.cells) new cells, \(count.runs) runs, \(count.failures) failures")
    }
    for path in merged.skipped { Terminal.message("\(path): nothing is in it yet") }
    for line in StatusText.gaps(progress, now: Date().timeIntervalSince1970) { Terminal.message(line) }
    return status
  }

  private static func json(_ merged: MergeSummary, _ progress: StoreProgress, isComplete: Bool) -> JSONValue {
    .object([
      "into": .string(merged.store.path), "complete": .bool(isComplete), "samples": .integer(progress.sampleCount),
      "done": .integer(progress.doneCount), "failed": .integer(progress.failedCount),
      "missing": .integer(progress.missingCount),
      "absent_shards": .array(progress.absentShards.map { .integer($0) }),
      "not_begun": .array(merged.skipped.map { .string($0) }),
      "stores": .array(
        merged.counts.map { path, count in
          .object([
            "path": .string(path), "new": .integer(count.results), "known": .integer(count.same),
            "superseded": .integer(count.superseded), "new_cells": .integer(count.cells),
            "runs": .integer(count.runs), "failures": .integer(count.failures),
          ])
        }),
    ])
  }
}
