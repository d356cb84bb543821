import JSON

/// The metadata of a GGUF model, read into hyperparameters.
///
/// Every key of the architecture is used, known to be harmless (`GGUFHarmlessKeys`), or the model is refused.
struct GGUFConfiguration {
  let family: Family
  let hyperparameters: Hyperparameters

  init(_ gguf: GGUFModel) throws(CheckpointError) {
    let header = gguf.header
    guard let architecture = try header.string("general.architecture") else {
      throw .missingField(file: header.path, field: "general.architecture")
    }
    family = try Family.named(ggufArchitecture: architecture, file: header.path)
    let fields = GGUFFields(model: gguf, architecture: architecture)
    if let experts = try header.integer(fields.name("expert_count")), experts > 0 {
      throw .unsupported(
        file: header.path, field: "\(architecture).expert_count", found: "\(experts)",
        supported: ["models without experts"])
    }
    var model = try Hyperparameters(fields: fields, architecture: family.architecture)
    try family.configureGGUF(&model, fields)
    try fields.refuseUnknownKeys()
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
    let rope = try GGUFRope(fields, contextWindow: contextWindow)
    ropeScaling = rope.scaling
    ropeFrequencyFactors = rope.frequencyFactors
    tiedEmbeddings = fields.model.info("output.weight") == nil
    bosTokenID = try Self.tokenID("bos", header)
    for kind in ["eos", "eot", "eom"] {
      guard let id = try Self.tokenID(kind, header), !eosTokenIDs.contains(id) else { continue }
      eosTokenIDs.append(id)
    }
  }

  /// The rows of the embedding; in a file without weights the declared size or the number of tokens.
  private static func vocabularySize(_ fields: GGUFFields) throws(CheckpointError) -> Int {
    let header = fields.header
    let declared = try fields.optionalCount("vocab_size")
    if let rows = fields.model.info("token_embd.weight")?.shape.first {
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
    guard !fields.model.tensorNames.contains(where: { $0.hasPrefix("blk.") }) else {
      throw .missingTensor(file: header.path, tensor: "token_embd.weight")
    }
    if let declared { return declared }
    guard let tokens = try header.strings("tokenizer.ggml.tokens"), !tokens.isEmpty else {
      throw .missingField(file: header.path, field: "\(fields.architecture).vocab_size")
    }
    return tokens.count
  }

  /// A special token; the greatest 32-bit number means that there is none.
  private static func tokenID(_ kind: String, _ header: GGUFHeader) throws(CheckpointError) -> Int? {
    guard let id = try header.integer("tokenizer.ggml.\(kind)_token_id"), id >= 0, id != Int(UInt32.max) else {
      return nil
    }
    return id
  }
}
