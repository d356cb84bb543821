public import Text

extension CheckpointError: FaultReporting {
  /// A missing file or a damaged one.
  public var fault: Fault {
    switch self {
    case .cannotRead, .notFound: .missingInput
    default: .damagedInput
    }
  }
}
