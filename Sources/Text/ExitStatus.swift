/// The program's exit statuses; scripts rely on them, and a store keeps with each run how it ended.
public enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
  /// Everything asked for is done and every gate passed.
  case complete = 0
  /// An error that is none of the others, for example a store that cannot be written.
  case failed = 1
  /// A wrong argument or configuration.
  case usage = 2
  /// A gate did not pass.
  case gateFailed = 3
  /// Samples failed or are missing.
  case incomplete = 4
  /// A model or dataset is missing or damaged.
  case missingInput = 5
  /// Stopped by Ctrl-C; the same command resumes.
  case interrupted = 130
  /// Stopped by a termination signal; the same command resumes.
  case terminated = 143

  /// The one map from faults to exit statuses.
  public init(_ fault: Fault) {
    self =
      switch fault {
      case .usage: .usage
      case .missingInput, .damagedInput: .missingInput
      case .runtime: .failed
      case .gateFailed: .gateFailed
      case .incomplete: .incomplete
      case .interrupted: .interrupted
      }
  }
}
