public import Text

extension StoreError: FaultReporting {
  /// A store that is not there is a missing input, a file that is none or is damaged a damaged one, a wrong name or
  /// division a wrong use; whatever else goes wrong with one is a runtime error.
  public var fault: Fault {
    switch self {
    case .missing: .missingInput
    case .notADatabase, .notAStore, .empty, .nothingReadable, .newerSchema, .impossibleSchema, .otherTables, .corrupt,
      .damagedRow:
      .damagedInput
    case .failed(path: _, let failure): failure.isOfSchema ? .damagedInput : .runtime
    case .noFile, .folder, .mergeWithItself, .otherShards, .otherConfigurations: .usage
    default: .runtime
    }
  }
}
