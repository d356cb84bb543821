public import Text

extension JiebaError: FaultReporting {
  /// Missing data or damaged ones.
  public var fault: Fault {
    switch self {
    case .notFound: .missingInput
    case .damaged: .damagedInput
    }
  }
}

extension ScoringError: FaultReporting {
  /// A missing file, a damaged one, or a name that does not exist.
  public var fault: Fault {
    switch self {
    case .unreadable: .missingInput
    case .noRows: .damagedInput
    case .unknown: .usage
    }
  }
}

extension PerplexityError: FaultReporting {
  /// The convention does not fit what is asked.
  public var fault: Fault { .usage }
}
