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
  private let make: @Sendable (Outcome, Place) throws(TaskError) -> Sample?

  /// What of the place of a sample its next call may depend on.
  public struct Place: Hashable, Sendable {
    /// The sample's model and method are those that a judge compares the others with.
    public let isBaseline: Bool

    /// A place.
    public init(isBaseline: Bool = false) { self.isBaseline = isBaseline }
  }

  /// A call that follows.
  ///
  /// - Parameters:
  ///   - promptTokenCount: about as many tokens as its prompt will have.
  ///   - maxNewTokens: the most new tokens.
  ///   - make: makes it of what was answered; equal answers give equal samples.
  public init(
    promptTokenCount: Int, maxNewTokens: Int, make: @escaping @Sendable (Outcome) throws(TaskError) -> Sample
  ) {
    self.init(promptTokenCount: promptTokenCount, maxNewTokens: maxNewTokens) {
      (outcome, _) throws(TaskError) in try make(outcome)
    }
  }

  /// A call that follows where its place asks for one.
  ///
  /// - Parameters:
  ///   - promptTokenCount: about as many tokens as its prompt will have.
  ///   - maxNewTokens: the most new tokens.
  ///   - make: makes it of what was answered, for a place; nil where the answer was the last call.
  public init(
    promptTokenCount: Int, maxNewTokens: Int, make: @escaping @Sendable (Outcome, Place) throws(TaskError) -> Sample?
  ) {
    self.promptTokenCount = promptTokenCount
    self.maxNewTokens = maxNewTokens
    self.make = make
  }

  /// The next call, given what was answered.
  ///
  /// - Parameters:
  ///   - outcome: what the model did in the call before.
  ///   - place: whose sample it is.
  /// - Returns: a sample, which may have a call after it too; nil where there is nothing more to ask.
  /// - Throws: `TaskError` where the prompt cannot be made.
  public func sample(after outcome: Outcome, at place: Place = Place()) throws(TaskError) -> Sample? {
    try make(outcome, place)
  }
}
