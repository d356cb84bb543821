public import Text

extension StoreError: FaultReporting {
  /// A store that is not there is a missing input, a wrong name or division a wrong use; whatever else goes wrong with one is a runtime error.
  public var fault: Fault {
    switch self {
    case .missing: .missingInput
    case .noFile, .mergeWithItself, .otherShards, .otherConfigurations: .usage
    default: .runtime
    }
  }
}
