import Evaluation
import Foundation
import JSON
import Store
import Text

/// The words and the JSON for how far stores are.
enum StatusText {
  /// What a joined store lacks: cells with missing and failed samples, and the shards to look at.
  static func gaps(_ progress: StoreProgress, now: Double) -> [String] {
    var lines: [String] = []
    let open = progress.cells.filter { $0.missingCount > 0 || $0.failedCount > 0 }
    guard !progress.cells.isEmpty || !progress.absentShards.isEmpty else {
      return ["incomplete: nothing is there, not one cell was begun"]
    }
    guard !open.isEmpty || !progress.absentShards.isEmpty else {
      return ["complete: \(NumberText.grouped(progress.doneCount)) samples in \(progress.cells.count) cells"]
    }
    lines.append(
      "incomplete: \(NumberText.grouped(progress.missingCount)) of \(NumberText.grouped(progress.sampleCount)) samples "
        + "are missing, \(NumberText.grouped(progress.failedCount)) failed, in \(open.count) of "
        + "\(progress.cells.count) cells")
    for cell in open.prefix(10) {
      lines.append("  \(name(cell.cell.record)): \(cell.missingCount) missing, \(cell.failedCount) failed")
    }
    if open.count > 10 { lines.append("  and \(open.count - 10) cells more") }
    for part in progress.parts where part.run.record.shard != nil {
      if case .ended(0) = part.state(at: now) { continue }
      lines.append("  \(label(part)): \(state(part, now: now))")
    }
    if !progress.absentShards.isEmpty {
      lines.append("  not there: shards \(progress.absentShards.map(String.init).joined(separator: ", "))")
    }
    return lines
  }

  private static func name(_ record: CellRecord) -> String {
    "\(record.model) \(record.method) \(record.task) \(record.coordinates.label)"
  }

  /// `shard 2/4`, or `whole`.
  static func label(_ part: PartProgress) -> String {
    part.run.record.shard.map { "shard \($0.index)/\($0.count)" } ?? "whole"
  }

  /// The samples that a part has: a sign of life may be older than the last results.
  private static func done(_ part: PartProgress, _ sign: Heartbeat) -> Int {
    min(sign.sampleCount, max(sign.doneSampleCount, part.resultCount))
  }

  /// What a run is at, in words.
  static func state(_ part: PartProgress, now: Double) -> String {
    switch part.state(at: now) {
    case .running: return "running"
    case .silent where part.lastSign > now:
      return
        "its last sign of life is \(NumberText.duration(part.lastSign - now)) ahead of this clock: killed, or one of "
        + "the clocks is wrong"
    case .silent:
      return "no sign of life for \(NumberText.duration(now - part.lastSign)): killed, or its machine is lost"
    case .ended(let status): return words(status)
    }
  }

  private static func words(_ status: Int32) -> String {
    switch ExitStatus(rawValue: status) {
    case .complete: "done"
    case .incomplete: "ended incomplete (4)"
    case .gateFailed: "done, a gate failed (3)"
    case .interrupted, .terminated: "interrupted (\(status)), goes on when it is started again"
    default: "ended with status \(status)"
    }
  }

  /// The seconds that a running part has left, by its own estimate less the time since.
  static func secondsLeft(_ part: PartProgress, now: Double) -> Double? {
    guard case .running = part.state(at: now), let sign = part.heartbeat, let left = sign.heartbeat.secondsLeft else {
      return nil
    }
    return max(0, left - (now - sign.updatedAt))
  }

  /// The table of some stores for a terminal; of a width that does not hold all columns some are left out.
  static func table(
    _ stores: [(path: String, progress: StoreProgress)], now: Double, width: Int = .max
  ) -> String {
    var rows = [["store", "part", "state", "cells", "samples", "failed", "work", "rate", "left", "where", "at"]]
    for (path, progress) in stores {
      for part in progress.parts { rows.append(row(path, progress, part, now: now)) }
      if progress.parts.isEmpty { rows.append([path, "-", "nothing ran"]) }
    }
    var lines = TextTable.lines(rows)
    for name in ["at", "where", "rate", "work", "cells", "part"] where lines.contains(where: { $0.count > width }) {
      guard let column = rows[0].firstIndex(of: name) else { continue }
      rows = rows.map { row in row.indices.filter { $0 != column }.map { row[$0] } }
      lines = TextTable.lines(rows)
    }
    lines += summary(stores.map(\.progress), now: now)
    return lines.joined(separator: "\n")
  }

  private static func row(_ path: String, _ progress: StoreProgress, _ part: PartProgress, now: Double) -> [String] {
    let beat = part.heartbeat?.heartbeat
    let rate = part.samplesPerSecond.map { "\(NumberText.adaptive($0)) samples/s" } ?? "-"
    let host = beat.map { "\($0.host):\($0.processID)" + ($0.job.map { " job \($0)" } ?? "") }
    return [
      path, label(part), state(part, now: now),
      beat.map { "\($0.doneCellCount)/\($0.cellCount)" } ?? "\(progress.doneCellCount)/\(progress.cells.count)",
      beat.map { "\(done(part, $0))/\($0.sampleCount)" } ?? "\(progress.doneCount)/\(progress.sampleCount)",
      "\(beat?.failedSampleCount ?? progress.failedCount)",
      beat.map { "\(NumberText.fixed(100 * $0.fraction, 1)) %" } ?? "-", rate,
      secondsLeft(part, now: now).map { NumberText.duration($0) } ?? "-", host ?? "-", beat?.currentCell ?? "-",
    ]
  }

  /// The last lines: all stores together, and shards that are not there.
  private static func summary(_ stores: [StoreProgress], now: Double) -> [String] {
    let total = StatusTotals(stores, now: now)
    var line =
      "\(NumberText.grouped(total.doneCount)) of \(NumberText.grouped(total.sampleCount)) samples done, "
      + "\(NumberText.grouped(total.failedCount)) failed; \(total.running) running, \(total.ended) ended, "
      + "\(total.silent) silent"
    if let left = total.secondsLeft { line += "; about \(NumberText.duration(left)) left" }
    guard !total.absentShards.isEmpty else { return [line] }
    return [line, "not started: shards \(total.absentShards.map(String.init).joined(separator: ", "))"]
  }

  /// The same for programs.
  static func json(_ stores: [(path: String, progress: StoreProgress)], now: Double) -> JSONValue {
    let total = StatusTotals(stores.map(\.progress), now: now)
    return .object([
      "stores": .array(stores.map { json($0.path, $0.progress, now: now) }),
      "samples": .integer(total.sampleCount), "done": .integer(total.doneCount),
      "failed": .integer(total.failedCount), "running": .integer(total.running), "ended": .integer(total.ended),
      "silent": .integer(total.silent), "seconds_left": number(total.secondsLeft),
      "absent_shards": .array(total.absentShards.map { .integer($0) }),
    ])
  }

  private static func json(_ path: String, _ progress: StoreProgress, now: Double) -> JSONValue {
    let sign = progress.shardSign
    return .object([
      "path": .string(path), "name": JSONValue(progress.name),
      "cells": .integer(sign?.cellCount ?? progress.cells.count),
      "cells_done": .integer(sign?.doneCellCount ?? progress.doneCellCount),
      "samples": .integer(sign?.sampleCount ?? progress.sampleCount),
      "done": .integer(progress.doneCount), "failed": .integer(progress.failedCount),
      "parts": .array(progress.parts.map { json($0, now: now) }),
    ])
  }

  private static func json(_ part: PartProgress, now: Double) -> JSONValue {
    let beat = part.heartbeat?.heartbeat
    var members: [String: JSONValue] = [:]
    switch part.state(at: now) {
    case .running: members["state"] = .string("running")
    case .silent: members["state"] = .string("silent")
    case .ended(let status):
      members["state"] = .string("ended")
      members["status"] = .integer(Int(status))
    }
    members["shard"] = integer(part.run.record.shard?.index)
    members["shards"] = integer(part.run.record.shard?.count)
    members["host"] = JSONValue(beat?.host)
    members["pid"] = integer(beat?.processID)
    members["job"] = JSONValue(beat?.job)
    members["cells"] = integer(beat?.cellCount)
    members["cells_done"] = integer(beat?.doneCellCount)
    members["samples"] = integer(beat?.sampleCount)
    members["done"] = integer(beat.map { done(part, $0) })
    members["failed"] = integer(beat?.failedSampleCount)
    members["fraction"] = number(beat?.fraction)
    members["current_cell"] = JSONValue(beat?.currentCell)
    members["samples_per_second"] = number(part.samplesPerSecond)
    members["seconds_left"] = number(secondsLeft(part, now: now))
    members["started_at"] = .number(part.run.startedAt)
    members["last_sign_at"] = .number(part.lastSign)
    return .object(members)
  }

  private static func integer(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

  private static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}

extension StoreProgress {
  /// The counts of the one shard that a store is of: its cells have more samples than the shard has of them.
  fileprivate var shardSign: Heartbeat? {
    guard parts.count == 1, parts[0].run.record.shard != nil else { return nil }
    return parts[0].heartbeat?.heartbeat
  }
}

/// Several stores together.
struct StatusTotals {
  private(set) var sampleCount = 0
  private(set) var doneCount = 0
  private(set) var failedCount = 0
  private(set) var running = 0
  private(set) var silent = 0
  private(set) var ended = 0
  /// Until the slowest running part ends, by its own estimate.
  private(set) var secondsLeft: Double?
  private(set) var absentShards: [Int] = []

  init(_ stores: [StoreProgress], now: Double) {
    var present: Set<Int> = []
    var shardCount = 0
    for store in stores {
      sampleCount += store.shardSign?.sampleCount ?? store.sampleCount
      doneCount += store.doneCount
      failedCount += store.failedCount
      for part in store.parts {
        if let shard = part.run.record.shard {
          present.insert(shard.index)
          shardCount = max(shardCount, shard.count)
        }
        switch part.state(at: now) {
        case .running: running += 1
        case .silent: silent += 1
        case .ended: ended += 1
        }
        if let left = StatusText.secondsLeft(part, now: now) { secondsLeft = max(secondsLeft ?? 0, left) }
      }
    }
    absentShards = shardCount == 0 ? [] : (1...shardCount).filter { !present.contains($0) }
  }
}
