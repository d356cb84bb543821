public import Text

extension RunnerError: FaultReporting {
  /// A signal's, or the engine's.
  public var fault: Fault {
    switch self {
    case .cancelled: .interrupted
    case .failed: .runtime
    }
  }
}
