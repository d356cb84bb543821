public import Text

extension MethodError: FaultReporting {
  /// What was written is wrong.
  public var fault: Fault { .usage }
}
