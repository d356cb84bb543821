import Evaluation
import Foundation
import Metrics
import Synchronization
import Text

/// Which methods of a table can be told from the best of their column, by the paired test; one correction (Holm) for
/// all tests of the table.
struct Distinctions {
  /// What the tests say of one column.
  struct Column {
    /// The best number; nil where no method has units enough for a test.
    var best: String?
    /// Methods that no test tells from the best, the best among them.
    var alike: [String] = []
    /// Methods that are worse, with their corrected p-values.
    var worse: [(method: String, p: Double)] = []
    /// Methods with too few units.
    var untested: [String] = []

    /// True where at least one method is worse: else there is nothing to mark.
    var tellsApart: Bool { !worse.isEmpty }
    func isMarked(_ method: String) -> Bool { tellsApart && alike.contains(method) }
  }

  private(set) var columns: [String: Column] = [:]
  /// The tests that were corrected together.
  private(set) var testCount = 0

  static let level = 0.05

  init(_ grid: Grid) {
    var tests: [(column: String, method: String, p: Double)] = []
    for column in grid.columns {
      var found = Column()
      var numbers: [(method: String, value: Double)] = []
      for method in grid.methods {
        let cells = grid.cells(method, column)
        if cells.isEmpty { continue }
        let aggregate = cells.aggregate(column.metric)
        guard aggregate.isTestable, let value = aggregate.value, value.isFinite else {
          found.untested.append(method)
          continue
        }
        numbers.append((method, value))
      }
      let best = numbers.reduce(nil) { (best: (method: String, value: Double)?, next) in
        guard let best else { return next }
        // Of equal numbers that of the smallest setting: what is tested against it is what a reader wants to know.
        if next.value == best.value { return LengthFinding.isSmaller(next.method, best.method) ? next : best }
        return (next.value > best.value) == column.metric.higherIsBetter ? next : best
      }
      if let best, numbers.count > 1 {
        found.best = best.method
        for (method, _) in numbers where method != best.method {
          let test = Pairing.difference(grid.cells(best.method, column), grid.cells(method, column), column.metric)
          // No interval is too few units, or no difference at all.
          guard let p = test.pValue, test.interval != nil || p == 1, test.count >= Statistics.minimumUnitCount else {
            found.untested.append(method)
            continue
          }
          tests.append((column.value, method, p))
        }
      }
      columns[column.value] = found
    }
    testCount = tests.count
    for (test, p) in zip(tests, HolmCorrection.adjusted(tests.map(\.p))) {
      if p < Self.level {
        columns[test.column]?.worse.append((test.method, p))
      } else {
        columns[test.column]?.alike.append(test.method)
      }
    }
    for column in columns.keys {
      guard let best = columns[column]?.best else { continue }
      columns[column]?.alike.append(best)
      columns[column]?.alike.sort(by: StoredMethod.isBefore)
    }
  }

  subscript(column: Grid.Column) -> Column { columns[column.value] ?? Column() }

  /// True where the tests could not have told any method from the best, whatever the numbers: none was made, or there are
  /// too few units for as many as there are.
  func isBlind(_ grid: Grid, _ column: Grid.Column) -> Bool {
    let found = self[column]
    guard found.best != nil, found.alike.count + found.worse.count > 1 else { return true }
    return !found.tellsApart && (bestP(grid, column) ?? 1) >= Self.level
  }

  /// The smallest corrected p that a test over the units of a column could give; nil where nothing was tested.
  ///
  /// What a sign test says where all units agree, times the number of tests.
  func bestP(_ grid: Grid, _ column: Grid.Column) -> Double? {
    let units = grid.methods.map { grid.cells($0, column).aggregate(column.metric).estimate.unitCount }.max() ?? 0
    return testCount == 0 ? nil : Double(testCount) * pow(2, Double(1 - units))
  }
}

/// Each method against the one that all are compared with, paired by sample; one correction for the whole table.
struct AgainstReference {
  struct Entry {
    let difference: PairedEstimate
    /// Corrected for all tests of the table; nil where there is no test.
    var p: Double?
    /// True where the test says so; a number over too few units is none.
    var isClear: Bool { (p ?? 1) < Distinctions.level && difference.interval != nil }
  }

  let reference: String
  private var entries: [String: [String: Entry]] = [:]

  init?(_ grid: Grid) {
    guard let reference = grid.reference, grid.methods.count > 1 else { return nil }
    self.reference = reference
    var tested: [(method: String, column: String, p: Double)] = []
    for method in grid.methods where method != reference {
      for column in grid.columns {
        let (a, b) = (grid.cells(method, column), grid.cells(reference, column))
        guard !a.isEmpty, !b.isEmpty else { continue }
        let difference = Pairing.difference(a, b, column.metric)
        entries[method, default: [:]][column.value] = Entry(difference: difference, p: nil)
        if let p = difference.pValue, difference.interval != nil { tested.append((method, column.value, p)) }
      }
    }
    for (test, p) in zip(tested, HolmCorrection.adjusted(tested.map(\.p))) {
      entries[test.method]?[test.column]?.p = p
    }
  }

  subscript(method: String, column: Grid.Column) -> Entry? { entries[method]?[column.value] }
}

/// What the tests of a table say, found once: several parts of a report ask for it.
final class GridFindings: Sendable {
  private let distinctions = Mutex<Distinctions?>(nil)
  private let against = Mutex<AgainstReference??>(nil)

  func distinctions(of grid: Grid) -> Distinctions {
    distinctions.withLock { known in
      if let known { return known }
      let made = Distinctions(grid)
      known = made
      return made
    }
  }

  func against(of grid: Grid) -> AgainstReference? {
    against.withLock { known in
      if let known { return known }
      let made = AgainstReference(grid)
      known = .some(made)
      return made
    }
  }
}

extension Grid {
  /// Which methods can be told from the best.
  var distinctions: Distinctions { findings.distinctions(of: self) }
  /// Each method against the one that all are compared with; nil where there is none.
  var againstReference: AgainstReference? { findings.against(of: self) }
}

/// A p-value as it is shown: below its resolution it is said to be smaller.
enum PValueText {
  static func text(_ p: Double) -> String {
    p < 0.0001 ? "p < 0.0001" : "p = \(fixed(p))"
  }
  /// Without the letter, for a column of its own.
  static func bare(_ p: Double) -> String { p < 0.0001 ? "< 0.0001" : fixed(p) }

  private static func fixed(_ p: Double) -> String { NumberText.fixed(p, 4) }
}
