public import Checkpoints

/// What can go wrong between a checkpoint and its logits.
public enum TransformerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The checkpoint cannot be read, or is not what it says.
  case checkpoint(CheckpointError)
  /// A token id that the model's vocabulary does not have.
  case tokenOutOfRange(token: Int, index: Int, vocabularySize: Int)
  /// There are too few tokens for what was asked.
  case tooFewTokens(count: Int, minimum: Int)
  /// The caller asked to stop; nothing of the unfinished work is kept.
  case cancelled

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .checkpoint(let error): "\(error)"
    case .tokenOutOfRange(let token, let index, let size):
      "token \(token) at index \(index) is not in the model's vocabulary of \(size) tokens; "
        + "tokenise the text with this model's own tokenizer"
    case .tooFewTokens(let count, let minimum): "\(count) tokens are too few; at least \(minimum) are needed"
    case .cancelled: "interrupted"
    }
  }
}
