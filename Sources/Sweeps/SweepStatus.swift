/// How a sweep ended; the raw value is the program's exit status.
public enum SweepStatus: Int32, Hashable, Sendable, CaseIterable {
  /// Everything asked for is in the store and every gate passed.
  case complete = 0
  /// An error that is none of the others, for example a store that cannot be written.
  case failed = 1
  /// A wrong argument or configuration.
  case usage = 2
  /// A gate did not pass.
  case gateFailed = 3
  /// Samples failed, or inputs that were missing were left out.
  case incomplete = 4
  /// A model or dataset is missing or damaged.
  case missingInput = 5
  /// Stopped by Ctrl-C; the same command resumes.
  case interrupted = 130
  /// Stopped by a termination signal; the same command resumes.
  case terminated = 143
}
