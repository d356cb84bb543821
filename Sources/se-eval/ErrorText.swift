import Checkpoints
import Metrics
import Positions
import Reports
import Store
import Sweeps
import Tasks
import Tokenizers
import Transformer

/// What an error of any layer means to the user: a sentence, and the exit status.
enum ErrorText {
  /// The text to print after `se-eval: `, and the status to exit with.
  static func explain(_ error: any Error) -> (text: String, status: ExitStatus) {
    switch error {
    case let error as UsageError: (error.message, .usage)
    case let error as FileError: ("\(error.path): \(error.problem)", error.isInput ? .missing : .runtimeError)
    case let error as MethodError: ("\(error)", .usage)
    case let error as CheckpointError: ("\(error)", .missing)
    case let error as TokenizerError: ("\(error)", .missing)
    case let error as TransformerError: ("\(error)", status(error))
    case let error as PerplexityError: ("\(error)", .usage)
    case let error as ScoringError: ("\(error)", status(error))
    case let error as JiebaError: ("\(error)", .missing)
    case let error as TaskError: ("\(error)", status(error))
    case let error as StoreError: ("\(error)", .runtimeError)
    case let error as ReportError: ("\(error)", status(error))
    case let error as SweepError: ("\(error)", ExitStatus(rawValue: error.status.rawValue) ?? .runtimeError)
    default: ("\(error)", .runtimeError)
    }
  }

  private static func status(_ error: TransformerError) -> ExitStatus {
    switch error {
    case .checkpoint: .missing
    case .tokenOutOfRange, .tooFewTokens: .usage
    case .nonFiniteLogits: .runtimeError
    case .cancelled: Interruption.status
    }
  }

  private static func status(_ error: ScoringError) -> ExitStatus {
    if case .unknown = error { return .usage }
    return .missing
  }

  private static func status(_ error: ReportError) -> ExitStatus {
    if case .damagedBaseline = error { return .missing }
    if case .nothingForPaper = error { return .usage }
    return .runtimeError
  }

  private static func status(_ error: TaskError) -> ExitStatus {
    switch error {
    case .setting, .impossibleSample: .usage
    case .missingData, .damagedData, .unverifiedData: .missing
    case .unwritable: .runtimeError
    }
  }
}
