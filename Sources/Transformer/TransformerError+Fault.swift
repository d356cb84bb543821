import Checkpoints
public import Text

extension TransformerError: FaultReporting {
  /// The checkpoint's own fault, the caller's, or a signal's.
  public var fault: Fault {
    switch self {
    case .checkpoint(let error): error.fault
    case .tokenOutOfRange, .tooFewTokens: .usage
    case .nonFiniteLogits, .noMemory, .weightsTooLarge, .matrixTooLarge: .runtime
    case .device(let failure): failure.fault
    case .cancelled: .interrupted
    }
  }
}
