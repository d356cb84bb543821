import Foundation
import JSON
import Store
import Sweeps
import Text

/// `merge`: joins the stores of shards.
enum MergeCommand {
  private static let into = Option.value("--into", "DB", required: true, "the store that receives the results")
  private static let force = Option.flag("--force", "join stores of different configurations or seeds, too")
  private static let strict = Option.flag("--strict", "exit status 4 when samples are missing or failed")
  private static let config = Option.value(
    "--config", "CONFIG",
    "join only stores whose last run was of this configuration, and name the others; DB may have been joined of another"
  )

  static let command = Command(
    name: "merge", summary: "Join the stores of shards into one, and say what is missing",
    details: [
      "All stores are checked before anything is written, and a merge is whole or not there. Merging again copies only\n"
        + "what is new, so that it may run every minute beside the shards."
    ],
    positionals: [Positional(name: "DB", help: "stores to read, or folders of stores (*.sqlite)", repeats: true)],
    options: [into, force, strict, config, SweepArguments.set, SweepArguments.limit]
  ) { arguments in
    let configuration = try SweepArguments.configuration(arguments, of: config)
    let merged = try ResultStore.merge(
      arguments.positionals, into: arguments.required(into), options: Registry.storeOptions,
      force: arguments.has(force),
      configuration: configuration?.ofRuns)
    let isQuiet = arguments.has(GlobalOptions.quiet)
    let store = configuration.map { merged.store.limited(toConfiguration: $0.hash) } ?? merged.store
    let progress = try store.progress().limited(to: arguments.integer(SweepArguments.limit))
    // What has no cells has not even begun.
    let isComplete =
      !progress.cells.isEmpty && progress.missingCount == 0 && progress.failedCount == 0
      && progress.absentShards.isEmpty && (configuration == nil || !progress.parts.isEmpty)
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
    for other in merged.others {
      Terminal.message("\(other.first): left out, its last run was of another configuration: \(other.words)")
    }
    guard configuration == nil || !progress.parts.isEmpty else {
      Terminal.message("incomplete: no store is of \(configuration?.file ?? "")")
      return status
    }
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
      "left_out": .array(merged.others.map { .string($0.first) }),
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
