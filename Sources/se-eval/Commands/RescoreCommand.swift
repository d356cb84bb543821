import Evaluation
import Foundation
import JSON
import Store
import Sweeps
import Text

/// `rescore`: scores what is stored again, without a model.
enum RescoreCommand {
  private static let task = Option.value("--task", "NAME", "only this task")
  private static let dryRun = Option.flag("--dry-run", "say what would move and write nothing")

  static let command = Command(
    name: "rescore", summary: "Score what is stored again, without a model; says which numbers moved",
    details: [
      "Takes the accepted answers and facts that are stored with each sample and this program's scorers.",
      "`sweep` scores again by itself where a protocol, a reference or a scorer's version changed; this command looks at"
        + "\nevery sample, whatever the versions say.",
    ],
    positionals: [Positional(name: "CONFIG-or-DB", help: "a configuration, or a store such as Results/demo.sqlite")],
    options: [task, dryRun]
  ) { arguments in
    let source = arguments.positionals[0]
    let path = try ReportCommand.databasePath(source)
    let store = try ResultStore.open(
      path, mode: arguments.has(dryRun) ? .readOnly : .existing, options: Registry.storeOptions)
    let rescorer = try Rescorer(
      store, tasks: entries(source, store, path),
      options: .init(task: arguments.text(task), isDryRun: arguments.has(dryRun)))
    let isQuiet = arguments.has(GlobalOptions.quiet) || !Terminal.canDrawBar
    Interruption.wait(true)
    let summary = try rescorer.run(
      isCancelled: { Interruption.isRequested },
      onProgress: { count in if !isQuiet { Terminal.status("\r\(NumberText.grouped(count)) samples\u{1b}[K") } })
    Interruption.wait(false)
    if !isQuiet { Terminal.status("\r\u{1b}[K") }
    if arguments.has(GlobalOptions.json) {
      Terminal.print(json(summary).written(.compact))
    } else {
      Terminal.print(text(summary, isDryRun: arguments.has(dryRun)))
    }
    for cell in summary.skipped { Terminal.message("not rescored: \(cell)") }
    for sample in summary.damaged { Terminal.message("not rescored: \(sample): its evaluation does not fit it") }
    if !summary.isFinished { return Interruption.status }
    return summary.skipped.isEmpty && summary.damaged.isEmpty ? .complete : .incomplete
  }

  /// The tasks of the configuration that is named, or of the one that ran last in the store.
  private static func entries(
    _ source: String, _ store: ResultStore, _ path: String
  ) throws -> [Configuration.TaskEntry] {
    if source.hasSuffix(".yaml") || source.hasSuffix(".yml") {
      return try Configuration.load(path: source, taskTypes: Registry.tasks).tasks
    }
    guard let run = try store.latestRun() else {
      throw FileError(path: path, problem: "the store holds no run; run `se-eval sweep` first")
    }
    return try Configuration.tasks(ofResolved: run.record.configuration, store: path, taskTypes: Registry.tasks)
  }

  private static func name(_ record: CellRecord) -> String {
    "\(record.model) \(record.method) \(record.task) \(record.coordinates.label)"
  }

  private static func text(_ summary: RescoringSummary, isDryRun: Bool) -> String {
    var rows = [["cell", "metric", "samples", "moved", "before", "after"]]
    for cell in summary.cells {
      for metric in cell.metrics where metric.movedCount + metric.appearedCount > 0 {
        let count = Double(max(1, metric.count))
        rows.append([
          name(cell.record), metric.metric, "\(cell.sampleCount)", "\(metric.movedCount + metric.appearedCount)",
          NumberText.adaptive(metric.before / count), NumberText.adaptive(metric.after / count),
        ])
      }
    }
    let table = rows.count > 1 ? TextTable.lines(rows, side: { $0 < 2 ? .left : .right }) + [""] : []
    let written = isDryRun ? "nothing written" : "\(NumberText.grouped(summary.writtenCount)) scorings written"
    let last =
      "\(NumberText.grouped(summary.sampleCount)) samples scored again, "
      + "\(NumberText.grouped(summary.movedSampleCount)) moved, \(written)"
    return (table + [last]).joined(separator: "\n")
  }

  private static func json(_ summary: RescoringSummary) -> JSONValue {
    let cells = summary.cells.filter { $0.movedSampleCount > 0 }.map { cell in
      JSONValue.object([
        "cell": .string(name(cell.record)), "samples": .integer(cell.sampleCount),
        "moved": .integer(cell.movedSampleCount),
        "metrics": .array(
          cell.metrics.filter { $0.movedCount + $0.appearedCount > 0 }.map { metric in
            .object([
              "metric": .string(metric.metric), "moved": .integer(metric.movedCount),
              "appeared_or_gone": .integer(metric.appearedCount),
              "before": .number(metric.before / Double(max(1, metric.count))),
              "after": .number(metric.after / Double(max(1, metric.count))),
            ])
          }),
      ])
    }
    return .object([
      "samples": .integer(summary.sampleCount), "moved": .integer(summary.movedSampleCount),
      "written": .integer(summary.writtenCount), "cells": .array(cells),
      "skipped": .array(summary.skipped.map { .string($0) }), "damaged": .array(summary.damaged.map { .string($0) }),
    ])
  }
}
