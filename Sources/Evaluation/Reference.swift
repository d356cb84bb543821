/// What a scorer needs to know of a sample, no more than a store keeps: never the prompt's text or tokens.
public struct Reference: Sendable {
  /// The name of the sample inside its task.
  public let sampleID: SampleID
  /// The accepted answers; empty for a text that is only scored.
  public let expected: [String]
  /// What is recorded beside the scores, in a fixed order.
  public let facts: [(name: String, value: Value)]
  /// The number of the prompt's tokens.
  public let promptTokenCount: Int

  /// A reference from its parts.
  public init(
    sampleID: SampleID, expected: [String], facts: [(name: String, value: Value)], promptTokenCount: Int
  ) {
    self.sampleID = sampleID
    self.expected = expected
    self.facts = facts
    self.promptTokenCount = promptTokenCount
  }

  /// The value of a fact, or nil where none has the name.
  public func fact(_ name: String) -> Value? { facts.first { $0.name == name }?.value }
}
