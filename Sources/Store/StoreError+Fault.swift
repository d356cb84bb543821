public import Text

extension StoreError: FaultReporting {
  /// A store that is not there is a missing input; whatever else goes wrong with one is a runtime error.
  public var fault: Fault {
    if case .missing = self { return .missingInput }
    return .runtime
  }
}
