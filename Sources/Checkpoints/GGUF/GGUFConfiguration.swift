import Foundation
import JSON

/// The metadata of a GGUF file, read into hyperparameters.
struct GGUFConfiguration {
  let family: Family
  let hyperparameters: Hyperparameters

  init(_ header: GGUFHeader, file: MappedFile) throws(CheckpointError) {
    guard let architecture = try header.string("general.architecture") else {
      throw .missingField(file: header.path, field: "general.architecture")
    }
    family = try Family.named(ggufArchitecture: architecture, file: header.path)
    if let parts = try header.integer("split.count"), parts > 1 {
      throw .unsupported(
        file: header.path, field: "split.count", found: "\(parts)",
        supported: ["one file; join the parts with llama-gguf-split --merge"])
    }
    let fields = GGUFFields(header: header, file: file, architecture: architecture)
    if let experts = try header.integer("\(architecture).expert_count"), experts > 0 {
      throw .unsupported(
        file: header.path, field: "\(architecture).expert_count", found: "\(experts)",
        supported: ["models without experts"])
    }
    var model = try Hyperparameters(fields: fields, architecture: family.architecture)
    try family.configureGGUF(&model, fields)
    try model.validate(file: header.path)
    hyperparameters = model
  }
}

extension Hyperparameters {
  /// The fields that all families share.
  init(fields: GGUFFields, architecture: Architecture) throws(CheckpointError) {
    let header = fields.header
    let hiddenSize = try fields.count("embedding_length")
    let headCount = try fields.count("attention.head_count")
    let given = try fields.optionalCount("attention.key_length")
    guard given != nil || hiddenSize % headCount == 0 else {
      throw .invalid(
        file: header.path, field: "metadata '\(fields.architecture).embedding_length'",
        expected: "a multiple of the head count \(headCount), or a key length", found: "\(hiddenSize)")
    }
    let headDimension = given ?? hiddenSize / headCount
    if let valueLength = try fields.optionalCount("attention.value_length"), valueLength != headDimension {
      throw .unsupported(
        file: header.path, field: "\(fields.architecture).attention.value_length", found: "\(valueLength)",
        supported: ["the key length, \(headDimension)"])
    }
    self.init(
      architecture: architecture, contextWindow: try fields.count("context_length"), hiddenSize: hiddenSize,
      intermediateSize: try fields.count("feed_forward_length"), layerCount: try fields.count("block_count"),
      headCount: headCount, keyValueHeadCount: try fields.optionalCount("attention.head_count_kv") ?? headCount,
      headDimension: headDimension, vocabularySize: try Self.vocabularySize(fields))
    guard
      let epsilon = try fields.optionalPositive("attention.layer_norm_rms_epsilon")
        .orElse(fields.optionalPositive("attention.layer_norm_epsilon"))
    else { throw .missingField(file: header.path, field: "\(fields.architecture).attention.layer_norm_rms_epsilon") }
    normEpsilon = Float(epsilon)
    ropeTheta = try fields.optionalPositive("rope.freq_base") ?? 10000
    rotaryDimension = try fields.optionalCount("rope.dimension_count") ?? headDimension
    ropeScaling = try Self.ropeScaling(fields, contextWindow: contextWindow)
    if header.tensors.contains(where: { $0.name == "rope_freqs.weight" }) {
      ropeFrequencyFactors = "rope_freqs.weight"
    }
    tiedEmbeddings = !header.tensors.contains { $0.name == "output.weight" }
    bosTokenID = try Self.tokenID("bos", header)
    for kind in ["eos", "eot", "eom"] {
      guard let id = try Self.tokenID(kind, header), !eosTokenIDs.contains(id) else { continue }
      eosTokenIDs.append(id)
    }
  }

  /// The rows of the embedding; in a file without weights the declared size or the number of tokens.
  private static func vocabularySize(_ fields: GGUFFields) throws(CheckpointError) -> Int {
    let header = fields.header
    if let rows = header.tensors.first(where: { $0.name == "token_embd.weight" })?.shape.first {
      guard rows <= JSONObject.greatestCount else {
        throw .invalid(
          file: header.path, field: "rows of 'token_embd.weight'", expected: "at most \(JSONObject.greatestCount)",
          found: "\(rows)")
      }
      // A token beyond the embedding would read outside of it.
      if let tokens = try header.strings("tokenizer.ggml.tokens"), tokens.count > rows {
        throw .invalid(
          file: header.path, field: "the count of 'tokenizer.ggml.tokens'",
          expected: "at most \(rows), the rows of 'token_embd.weight'", found: "\(tokens.count)")
      }
      return rows
    }
    guard !header.tensors.contains(where: { $0.name.hasPrefix("blk.") }) else {
      throw .missingTensor(file: header.path, tensor: "token_embd.weight")
    }
    if let size = try fields.optionalCount("vocab_size") { return size }
    guard let tokens = try header.strings("tokenizer.ggml.tokens"), !tokens.isEmpty else {
      throw .missingField(file: header.path, field: "\(fields.architecture).vocab_size")
    }
    return tokens.count
  }

  private static func ropeScaling(_ fields: GGUFFields, contextWindow: Int) throws(CheckpointError) -> RopeScaling {
    let path = fields.header.path
    let key = "\(fields.architecture).rope.scaling.type"
    // Files of 2023 have only a linear factor under an older key.
    let type = try fields.header.string(key)
    let older = try positiveOrZero("\(fields.architecture).rope.scale_linear", fields.header)
    let factor = try positiveOrZero("\(fields.architecture).rope.scaling.factor", fields.header) ?? older
    switch type ?? (factor == nil ? "none" : "linear") {
    case "none", "longrope": return .none
    case "linear":
      guard let factor, factor != 1 else { return .none }
      return .linear(factor: factor)
    case "yarn":
      guard let factor else { throw .missingField(file: path, field: "\(fields.architecture).rope.scaling.factor") }
      let magnitude = factor <= 1 ? 1 : 0.1 * log(factor) + 1
      return .yarn(
        factor: factor,
        originalContext: try fields.optionalCount("rope.scaling.original_context_length") ?? contextWindow,
        betaFast: try fields.optionalPositive("rope.scaling.yarn_beta_fast") ?? 32,
        betaSlow: try fields.optionalPositive("rope.scaling.yarn_beta_slow") ?? 1,
        attentionFactor: magnitude * (try fields.optionalPositive("rope.scaling.attn_factor") ?? 1))
    case let other:
      throw .unsupported(
        file: path, field: key, found: other, supported: ["none", "linear", "yarn", "longrope"])
    }
  }

  /// A factor, where zero means that there is none.
  private static func positiveOrZero(_ key: String, _ header: GGUFHeader) throws(CheckpointError) -> Double? {
    guard let number = try header.number(key), number != 0 else { return nil }
    guard number.isFinite, number > 0 else {
      throw .invalid(
        file: header.path, field: "metadata '\(key)'", expected: "a finite number from 0", found: "\(number)")
    }
    return number
  }

  /// A special token; the greatest 32-bit number means that there is none.
  private static func tokenID(_ kind: String, _ header: GGUFHeader) throws(CheckpointError) -> Int? {
    guard let id = try header.integer("tokenizer.ggml.\(kind)_token_id"), id >= 0, id != Int(UInt32.max) else {
      return nil
    }
    return id
  }
}
