import Foundation
import Reports
import Sweeps

/// The failed samples of a sweep, a line for each cell: a log does not need the same reason a hundred times.
struct CellFailures {
  private struct Entry {
    let cell: CellProgress
    let sampleID: String
    let reason: String
    var count = 1
  }

  private var entries: [Int: Entry] = [:]

  /// No failures.
  init() {}

  /// Those that a sweep ended with.
  init(_ failures: [SweepSummary.Failure]) {
    for failure in failures { add(failure.sampleID, of: failure.cell, failure.reason) }
  }

  /// Notes one more; the first of a cell gives the reason.
  mutating func add(_ sampleID: String, of cell: CellProgress, _ reason: String) {
    if entries[cell.index] == nil {
      entries[cell.index] = Entry(cell: cell, sampleID: sampleID, reason: reason)
    } else {
      entries[cell.index]?.count += 1
    }
  }

  /// How many a cell has.
  func count(of cell: CellProgress) -> Int { entries[cell.index]?.count ?? 0 }

  /// The line of a cell that has any, which is forgotten then.
  mutating func take(_ cell: CellProgress) -> String? { entries.removeValue(forKey: cell.index).map(Self.line) }

  /// The lines of all cells, which are forgotten then.
  mutating func takeAll() -> [String] {
    defer { entries = [:] }
    return entries.sorted { $0.key < $1.key }.map { Self.line($0.value) }
  }

  private static func line(_ entry: Entry) -> String {
    let name = VisibleText.escaped(
      "\(entry.cell.model) \(entry.cell.method) \(entry.cell.task) \(entry.cell.coordinates)")
    if entry.count == 1 { return "failed: \(name) \(entry.sampleID): \(entry.reason)" }
    return "failed: \(name): \(entry.count) of \(entry.cell.sampleCount) samples; the first, \(entry.sampleID): "
      + entry.reason
  }
}
