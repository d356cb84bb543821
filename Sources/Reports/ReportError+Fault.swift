import Store
public import Text

extension ReportError: FaultReporting {
  /// The store's own fault, or something that was asked for and is not there.
  public var fault: Fault {
    switch self {
    case .store(let error): error.fault
    case .selection, .noSuchCell, .nothingForPaper, .nothingForCard, .unknownMethod, .unknownConvention: .usage
    case .damagedFacts: .damagedInput
    case .nothingStored, .cannotWrite, .noRoom, .cannotRead: .runtime
    }
  }
}
