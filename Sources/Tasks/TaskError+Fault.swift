public import Text

extension TaskError: FaultReporting {
  /// A wrong setting, data that are missing or damaged, or a folder that cannot be written.
  public var fault: Fault {
    switch self {
    case .setting, .impossibleSample: .usage
    case .missingData: .missingInput
    case .damagedData, .unverifiedData: .damagedInput
    case .unwritable: .runtime
    }
  }
}
