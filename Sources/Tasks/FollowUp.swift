public import Evaluation

/// The next call of a sample: what the model is asked once it has answered.
///
/// A sample with one is evaluated call by call. Every call is an evaluation of its own in the store, with its own prompt
/// and identity, so that a sweep that was stopped between two calls goes on with the second. The last call is the one
/// that is scored; its facts name the identities of the calls before it.
public struct FollowUp: Sendable {
  /// About as many tokens as the next prompt will have, for a plan; what is answered is not known then.
  public let promptTokenCount: Int
  /// The most new tokens of the next call.
  public let maxNewTokens: Int
  private let make: @Sendable (Outcome) throws(TaskError) -> Sample

  /// A call that follows.
  ///
  /// - Parameters:
  ///   - promptTokenCount: about as many tokens as its prompt will have.
  ///   - maxNewTokens: the most new tokens.
  ///   - make: makes it of what was answered; equal answers give equal samples.
  public init(
    promptTokenCount: Int, maxNewTokens: Int, make: @escaping @Sendable (Outcome) throws(TaskError) -> Sample
  ) {
    self.promptTokenCount = promptTokenCount
    self.maxNewTokens = maxNewTokens
    self.make = make
  }

  /// The next call, given what was answered.
  ///
  /// - Parameter outcome: what the model did in the call before.
  /// - Returns: a sample, which may have a call after it too.
  /// - Throws: `TaskError` where the prompt cannot be made.
  public func sample(after outcome: Outcome) throws(TaskError) -> Sample { try make(outcome) }
}
