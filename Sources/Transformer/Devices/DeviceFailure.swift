public import Text

/// Why a device cannot compute: it is not there, has too little memory, or was lost.
public struct DeviceFailure: FaultReporting, Hashable, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String
  /// Whose fault it is.
  public let fault: Fault

  /// A failure.
  public init(_ description: String, fault: Fault = .runtime) {
    self.description = description
    self.fault = fault
  }
}
