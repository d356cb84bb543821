public import Text

extension TokenizerError: FaultReporting {
  /// A missing file or a damaged one.
  public var fault: Fault {
    switch self {
    case .notFound, .unreadable: .missingInput
    default: .damagedInput
    }
  }
}
