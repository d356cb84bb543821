public import Checkpoints
import Text

/// What can go wrong between a checkpoint and its logits.
public enum TransformerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The checkpoint cannot be read, or is not what it says.
  case checkpoint(CheckpointError)
  /// A token id that the model's vocabulary does not have.
  case tokenOutOfRange(token: Int, index: Int, vocabularySize: Int)
  /// There are too few tokens for what was asked.
  case tooFewTokens(count: Int, minimum: Int)
  /// A logit is not a number or infinite, so that nothing can be concluded from it; `origin` is where the values stopped
  /// being finite, nil until that was looked for.
  case nonFiniteLogits(origin: NonFiniteOrigin?)
  /// The keys and values of a sequence are larger than the memory that there is.
  case noMemory(tokenCount: Int, byteCount: Int, availableByteCount: Int)
  /// The weights are larger than the memory of the device that they are copied to.
  case weightsTooLarge(byteCount: Int, availableByteCount: Int, device: String)
  /// A matrix is larger than what the device can hold in one piece.
  case matrixTooLarge(name: String, byteCount: Int, limit: Int, device: String)
  /// The device failed.
  case device(DeviceFailure)
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
    case .nonFiniteLogits(let origin):
      "the logits are not finite numbers; the values stop being finite \(origin?.description ?? "somewhere"). "
        + "Weights are damaged, or outgrow their type: check the model's files, or take them in another type"
    case .noMemory(let count, let bytes, let available):
      "the keys and values of \(count) tokens need \(NumberText.bytes(bytes)) of memory more, and "
        + "\(NumberText.bytes(available)) can be had; take shorter prompts, keys and values in float16, or a machine "
        + "with more memory"
    case .weightsTooLarge(let bytes, let available, let device):
      "the weights need \(NumberText.bytes(bytes)), and \(NumberText.bytes(available)) of \(device) can be had; take a "
        + "smaller quantisation, another device, or --device cpu"
    case .matrixTooLarge(let name, let bytes, let limit, let device):
      "\(name) has \(NumberText.bytes(bytes)), and \(device) holds at most \(NumberText.bytes(limit)) in one piece; take a "
        + "smaller quantisation, another device, or --device cpu"
    case .device(let failure): "\(failure)"
    case .cancelled: "interrupted"
    }
  }
}

/// Where in a forward pass the first value appears that is not a finite number.
public struct NonFiniteOrigin: Equatable, Sendable, CustomStringConvertible {
  /// The layers that were done, the embedding alone where it is 0; nil for the output behind all layers.
  public let layerCount: Int?
  /// The position in the sequence; nil for the output.
  public let position: Int?

  /// The place in words.
  public var description: String {
    guard let layerCount, let position else { return "in the output projection" }
    return layerCount == 0
      ? "in the embedding, at position \(position)" : "in layer \(layerCount - 1), at position \(position)"
  }
}
