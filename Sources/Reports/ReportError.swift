public import Evaluation
import Foundation
public import Store
import Text

/// Why a report, a baseline or a listing cannot be made; facts only, worded by `description`.
public enum ReportError: Error, Hashable, Sendable {
  /// The store cannot be read.
  case store(StoreError)
  /// The store holds no cells: nothing was planned or evaluated.
  case nothingStored(path: String)
  /// A file or folder cannot be written.
  case cannotWrite(path: String, problem: String)
  /// The disk of a file is full.
  case noRoom(path: String)
  /// A file cannot be read.
  case cannotRead(path: String, problem: String)
  /// A sample's facts are not a JSON object.
  case damagedFacts(path: String, cell: String, sampleID: String)
  /// A selection names a key or a value that no cell has.
  case selection(SelectionError)
  /// No cell matches the filter.
  case noSuchCell(filter: String, path: String)
  /// No cell belongs to a table of the paper.
  case nothingForPaper(path: String, tasks: [String])
  /// No cell has a score at a length.
  case nothingForCard(path: String)
  /// There is no such perplexity convention.
  case unknownConvention(name: String, known: [String])
  /// A comparison names a method that the store does not have.
  case unknownMethod(method: String, known: [String])
}

extension ReportError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .store(let error):
      error.description
    case .nothingStored(let path):
      "\(path): the store holds no cells. Run `se-eval sweep` first."
    case .cannotWrite(let path, let problem):
      "\(path): cannot be written: \(problem). Check permissions and space, or name another place with --out."
    case .noRoom(let path):
      "\(path): cannot be written: no room is left. Free space on the disk, or name another with --out, and give the "
        + "same command again: what is stored is kept."
    case .cannotRead(let path, let problem):
      "\(path): cannot be read: \(problem)."
    case .damagedFacts(let path, let cell, let sampleID):
      "\(path): the facts of sample \(sampleID) in \(cell) are not a JSON object. Restore a copy of the store, or "
        + "leave out what is damaged with `se-eval doctor \(path) --recover NEW`."
    case .selection(let error): error.description
    case .noSuchCell(let filter, let path):
      "\(path): no cell matches \(filter). Leave parts of the filter away to see what there is."
    case .nothingForPaper(let path, let tasks):
      "\(path): the store holds no cell of \(tasks.joined(separator: " or ")), and the paper's tables are of these. "
        + "Sweep one of them, or leave --paper away."
    case .nothingForCard(let path):
      "\(path): the store holds no scores by length, which a card is made of. Give a task `lengths`, or leave --card away."
    case .unknownConvention(let name, let known):
      "there is no perplexity convention '\(name)'; there are \(known.joined(separator: ", ")), and sliding-S."
    case .unknownMethod(let method, let known):
      "no cell has the method '\(method)'; the store has \(known.joined(separator: ", "))."
    }
  }
}

extension ReportError {
  /// Why a file could not be written.
  init(writing path: String, _ failure: any Error) {
    let error = failure as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError
    let isFull = [error, cause].contains { error in
      guard let error else { return false }
      return error.domain == NSPOSIXErrorDomain
        ? [ENOSPC, EDQUOT].contains(Int32(error.code))
        : error.domain == NSCocoaErrorDomain && error.code == CocoaError.fileWriteOutOfSpace.rawValue
    }
    self = isFull ? .noRoom(path: path) : .cannotWrite(path: path, problem: SystemReason.text(failure))
  }
}

/// Runs a call into the store and gives its error the report's type.
func fromStore<Result>(_ body: () throws(StoreError) -> Result) throws(ReportError) -> Result {
  do { return try body() } catch { throw .store(error) }
}
