import Backends
import Checkpoints
import Foundation
import JSON
import Kernels
import Positions
import Text
import Tokenizers
import Transformer

/// `model`: what a checkpoint holds.
enum ModelCommand {
  private struct Output: Encodable {
    let path: String
    let format: String
    let architecture: String
    let parameters: Int
    let weight_bytes: Int
    let types: [String: Int]
    let context_window: Int
    let layers: Int
    let hidden_size: Int
    let intermediate_size: Int
    let heads: Int
    let key_value_heads: Int
    let head_dimension: Int
    let vocabulary_size: Int
    let rope_theta: Double
    let rope_scaling: String
    let rotary_dimension: Int
    let sliding_window: Int?
    let tied_embeddings: Bool
    let tokenizer: String?
    let tokenizer_problem: String?
    let bos_token: Int?
    let eos_token: Int?
    let adds_bos: Bool?
    let kv_bytes_per_token: Int
    let self_extend_kv_bytes_per_token: Int
    let kv_bytes_per_token_float16: Int
    let self_extend_kv_bytes_per_token_float16: Int
  }

  static let command = Command(
    name: "model", summary: "Print what a checkpoint holds: architecture, types, tokenizer, RoPE, memory",
    details: [
      "With --server it asks an inference server what it is; with --tokenizer too, it tries what the server can do."
    ],
    positionals: [Positional(name: "MODEL", help: "a GGUF file or a Hugging Face folder", isRequired: false)],
    options: ServerText.options
  ) { arguments in
    if arguments.has(ServerText.server) { return try ServerText.print(arguments) }
    guard let path = arguments.positionals.first else { throw UsageError("'model' needs MODEL, or --server URL") }
    let output = try describe(path)
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(output)
    } else {
      Terminal.print(text(output))
    }
    return .complete
  }

  private static func describe(_ path: String) throws -> Output {
    let model = try Model.load(path: path, sharesWeights: true)
    let h = model.hyperparameters
    var types: [String: Int] = [:]
    for tensor in model.checkpoint.tensors.values { types[tensor.type.rawValue, default: 0] += 1 }
    var tokenizer: Tokenizer?
    var problem: String?
    do throws(TokenizerError) { tokenizer = try Tokenizer.load(modelPath: path) } catch { problem = "\(error)" }
    let description = ModelDescription(h)
    let selfExtend = Method.selfExtend(SelfExtend(groupSize: 2, neighborWindow: 1), logBase: nil)
    func cached(_ method: Method, _ type: KeyValueType) -> Int {
      description.cacheByteCount(perTokenUnder: method, type: type, on: model.device)
    }
    return Output(
      path: path, format: "\(model.checkpoint.format)", architecture: h.architecture.rawValue,
      parameters: model.parameterCount, weight_bytes: model.weightByteCount, types: types,
      context_window: h.contextWindow, layers: h.layerCount, hidden_size: h.hiddenSize,
      intermediate_size: h.intermediateSize, heads: h.headCount, key_value_heads: h.keyValueHeadCount,
      head_dimension: h.headDimension, vocabulary_size: h.vocabularySize, rope_theta: h.ropeTheta,
      rope_scaling: "\(h.ropeScaling)", rotary_dimension: h.rotaryDimension, sliding_window: h.slidingWindow,
      tied_embeddings: h.tiedEmbeddings, tokenizer: tokenizer?.kindName, tokenizer_problem: problem,
      bos_token: tokenizer?.bosToken, eos_token: tokenizer?.eosToken, adds_bos: tokenizer?.addsBOS,
      kv_bytes_per_token: cached(.plain, .float32), self_extend_kv_bytes_per_token: cached(selfExtend, .float32),
      kv_bytes_per_token_float16: cached(.plain, .float16),
      self_extend_kv_bytes_per_token_float16: cached(selfExtend, .float16))
  }

  private static func text(_ m: Output) -> String {
    let types = m.types.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    let window = m.sliding_window.map { ", sliding window \($0)" } ?? ""
    let bos = m.bos_token.map { "BOS \($0)\(m.adds_bos == true ? " (put in front)" : "")" } ?? "no BOS"
    let tokenizer = m.tokenizer.map { "\($0), \(bos), EOS \(m.eos_token.map(String.init) ?? "none")" }
    return """
      model        \(m.path)
      format       \(m.format)
      architecture \(m.architecture), \(NumberText.grouped(m.parameters)) parameters, \(NumberText.bytes(m.weight_bytes))
      tensors      \(types)
      shape        \(m.layers) layers, hidden \(m.hidden_size), feed-forward \(m.intermediate_size), \
      \(m.heads) heads of \(m.head_dimension), \(m.key_value_heads) key/value heads, \
      vocabulary \(m.vocabulary_size), \(m.tied_embeddings ? "tied embeddings" : "separate output")
      positions    window L = \(m.context_window)\(window), RoPE theta \(NumberText.short(m.rope_theta)) on \
      \(m.rotary_dimension) features, scaling \(m.rope_scaling)
      tokenizer    \(tokenizer ?? m.tokenizer_problem ?? "none")
      cache        \(NumberText.bytes(m.kv_bytes_per_token)) per token in float32 \
      (\(NumberText.bytes(m.self_extend_kv_bytes_per_token)) under Self-Extend), \
      \(NumberText.bytes(m.kv_bytes_per_token_float16)) in float16 \
      (\(NumberText.bytes(m.self_extend_kv_bytes_per_token_float16))); \
      at L: \(NumberText.bytes(m.kv_bytes_per_token * m.context_window))
      """
  }
}
