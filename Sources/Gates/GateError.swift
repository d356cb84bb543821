public import Store
public import Text

/// Why a gate cannot be judged; facts only, worded by `description`.
public enum GateError: Error, Hashable, Sendable {
  /// The store cannot be read.
  case store(StoreError)
  /// The store holds no cells: nothing was planned or evaluated.
  case nothingStored(path: String)
  /// A baseline is not what `se-eval baseline` writes.
  case damagedBaseline(path: String, problem: String)
  /// A tolerance with which nothing could fail.
  case idleTolerance(String)
}

extension GateError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .store(let error): error.description
    case .nothingStored(let path): "\(path): the store holds no cells. Run `se-eval sweep` first."
    case .idleTolerance(let problem): "the tolerance would let everything pass: \(problem)"
    case .damagedBaseline(let path, let problem):
      "\(path): the baseline cannot be used: \(problem). Make it again with `se-eval baseline`."
    }
  }
}

extension GateError: FaultReporting {
  /// A baseline that is none is a damaged input.
  public var fault: Fault {
    switch self {
    case .store(let error): error.fault
    case .nothingStored: .runtime
    case .damagedBaseline: .damagedInput
    case .idleTolerance: .usage
    }
  }
}
