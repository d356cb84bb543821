public import Evaluation

/// The next call of a sample: what the model is asked once it has answered.
///
/// A sample with one is evaluated call by call. Every call is an evaluation of its own in the store, with its own prompt
/// and identity, so that a sweep that was stopped between two calls goes on with the second. The last call is the one
/// that is scored; its facts name the identities of the calls before it.
public struct FollowUp: Sendable {
  private let expected: [Call]
  private let asksBaseline: Bool
  private let make: @Sendable (Outcome, Place) throws(TaskError) -> Sample?

  /// What is known of a call before there is an answer to make it of; for a plan.
  public struct Call: Hashable, Sendable {
    /// About as many tokens as its prompt will have, without what is not answered yet.
    public let promptTokenCount: Int
    /// The most new tokens.
    public let maxNewTokens: Int
    /// The sweep's judge is asked, and not the model.
    public let isJudgment: Bool

    /// A call.
    public init(promptTokenCount: Int, maxNewTokens: Int, isJudgment: Bool = false) {
      self.promptTokenCount = promptTokenCount
      self.maxNewTokens = maxNewTokens
      self.isJudgment = isJudgment
    }
  }

  /// What of the place of a sample its next call may depend on.
  public struct Place: Hashable, Sendable {
    /// The sample's model and method are those that a judge compares the others with.
    public let isBaseline: Bool

    /// A place.
    public init(isBaseline: Bool = false) { self.isBaseline = isBaseline }
  }

  /// A call of the model that follows.
  ///
  /// - Parameters:
  ///   - promptTokenCount: about as many tokens as its prompt will have.
  ///   - maxNewTokens: the most new tokens.
  ///   - make: makes it of what was answered; equal answers give equal samples.
  public init(
    promptTokenCount: Int, maxNewTokens: Int, make: @escaping @Sendable (Outcome) throws(TaskError) -> Sample
  ) {
    self.init(calls: [Call(promptTokenCount: promptTokenCount, maxNewTokens: maxNewTokens)]) {
      (outcome, _) throws(TaskError) in try make(outcome)
    }
  }

  /// Calls that follow where their place asks for them.
  ///
  /// - Parameters:
  ///   - calls: all that are still to come, the next one first.
  ///   - asksBaseline: false where nothing more is asked about what a judge compares the others with.
  ///   - make: makes the next one of what was answered, for a place; nil where the answer was the last call.
  public init(
    calls: [Call], asksBaseline: Bool = true,
    make: @escaping @Sendable (Outcome, Place) throws(TaskError) -> Sample?
  ) {
    expected = calls
    self.asksBaseline = asksBaseline
    self.make = make
  }

  /// The calls that are still to come.
  ///
  /// - Parameter place: whose sample it is.
  /// - Returns: the next one first; none where nothing more is asked.
  public func calls(at place: Place = Place()) -> [Call] { asks(at: place) ? expected : [] }

  /// The next call, given what was answered.
  ///
  /// - Parameters:
  ///   - outcome: what the model did in the call before.
  ///   - place: whose sample it is.
  /// - Returns: a sample, which may have a call after it too; nil where there is nothing more to ask.
  /// - Throws: `TaskError` where the prompt cannot be made.
  public func sample(after outcome: Outcome, at place: Place = Place()) throws(TaskError) -> Sample? {
    asks(at: place) ? try make(outcome, place) : nil
  }

  private func asks(at place: Place) -> Bool { asksBaseline || !place.isBaseline }
}
