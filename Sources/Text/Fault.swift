/// Whose fault it is that something cannot be done, which decides the program's exit status.
public enum Fault: Hashable, Sendable, CaseIterable {
  /// The command line or the configuration asks for something that does not exist or cannot be.
  case usage
  /// A model, a dataset or another input is not there or cannot be read.
  case missingInput
  /// An input is there and not what it should be.
  case damagedInput
  /// Anything else that stopped the work: a full disk, a locked store.
  case runtime
  /// A gate did not pass.
  case gateFailed
  /// Samples failed or are missing.
  case incomplete
  /// A signal asked the work to stop.
  case interrupted
}

/// An error that says whose fault it is; every public error type of every layer does.
public protocol FaultReporting: Error {
  /// Whose fault it is.
  var fault: Fault { get }
}

extension Fault {
  /// The fault of any error; `runtime` where it does not say.
  public init(of error: any Error) { self = (error as? any FaultReporting)?.fault ?? .runtime }
}
