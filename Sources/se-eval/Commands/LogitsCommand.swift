import Checkpoints
import Foundation
import JSON
import Text
import Transformer

/// `logits`: the raw output of the model, for comparison with another implementation.
enum LogitsCommand {
  private static let tokens = Option.value("--tokens", "IDS.json", required: true, "a JSON array of token ids")
  private static let output = Option.value(
    "--output", "F", required: true, "the file to write: .safetensors or .json, `logits` float32 [n, vocabulary]")
  private static let last = Option.value("--last", "K", "keep the last K rows only")

  static let command = Command(
    name: "logits", summary: "Write the logits of a token sequence to a file",
    options: [EngineOptions.model, tokens, output, last] + EngineOptions.all
  ) { arguments in
    let path = try arguments.required(output)
    guard path.hasSuffix(".safetensors") || path.hasSuffix(".json") else {
      throw UsageError("--output is '\(path)', expected a name that ends in .safetensors or .json")
    }
    let count = try arguments.integer(last)
    let ids = try EngineOptions.tokens(arguments.required(tokens))
    let session = try EngineOptions.makeSession(arguments, length: ids.count)
    let logits = try session.logits(ids, last: count)
    let columns = session.model.hyperparameters.vocabularySize
    let rows = logits.count / columns
    if path.hasSuffix(".safetensors") {
      try Files.write(SafetensorsWriter.file(name: "logits", shape: [rows, columns], values: logits), to: path)
    } else {
      let table = (0..<rows).map { Array(logits[$0 * columns..<($0 + 1) * columns]) }
      try Files.write(JSONValue(encoding: ["logits": table]), to: path)
    }
    return .complete
  }
}
