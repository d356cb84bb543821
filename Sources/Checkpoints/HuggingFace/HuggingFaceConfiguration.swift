import JSON

/// config.json and generation_config.json of a Hugging Face directory, read into hyperparameters.
///
/// Every key is used, known to be harmless (`HarmlessKeys`), or the model is refused.
struct HuggingFaceConfiguration: Sendable {
  let family: Family
  let hyperparameters: Hyperparameters
  /// The stems of the layers that have a bias, such as `attn_q`; `output` where the output projection has one.
  let biased: Set<String>

  init(directory: String) throws(CheckpointError) {
    let path = "\(directory)/config.json"
    let reads = ReadKeys()
    let whole = try JSONObject.read(path, reads: reads)
    family = try Family.named(modelType: Self.modelType(whole), file: path)
    if let quantization = try whole.object("quantization_config") {
      throw .unsupported(
        file: path, field: "quantization_config.quant_method",
        found: try quantization.text("quant_method") ?? "unnamed",
        supported: ["weights in F32, F16 or BF16", "quantised weights in a GGUF file"])
    }
    // A model that also sees images keeps the text model's configuration in an object of its own.
    let text = try whole.object("text_config")
    let config = (text ?? whole).completed(by: family.defaults)
    var model = try Hyperparameters(config: config, family: family)
    try family.configure(&model, config)
    biased = try family.biases(config)
    let generation = try Self.generationConfig(directory)
    model.bosTokenID =
      try config.tokenIDs("bos_token_id").first.orElse(whole.tokenIDs("bos_token_id").first)
      .orElse(generation?.tokenIDs("bos_token_id").first)
    let ends: [[Int]] = [
      try generation?.tokenIDs("eos_token_id") ?? [], try whole.tokenIDs("eos_token_id"),
      try config.tokenIDs("eos_token_id"),
    ]
    model.eosTokenIDs = ends.first { !$0.isEmpty } ?? []
    try HarmlessKeys(family: family).refuseOthers(in: whole, text: text, reads)
    try model.validate(file: path)
    hyperparameters = model
  }

  /// `model_type`, or for old configurations the name of the class without its ending.
  private static func modelType(_ config: JSONObject) throws(CheckpointError) -> String {
    if let type = try config.text("model_type") { return type }
    guard let name = try config.texts("architectures")?.first else {
      throw .missingField(file: config.file, field: "model_type")
    }
    let ending = "ForCausalLM"
    return (name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : name).lowercased()
  }

  private static func generationConfig(_ directory: String) throws(CheckpointError) -> JSONObject? {
    do {
      return try JSONObject.read("\(directory)/generation_config.json")
    } catch {
      if case .notFound = error { return nil }
      throw error
    }
  }
}

extension Hyperparameters {
  /// The fields that all families share.
  init(config: JSONObject, family: Family) throws(CheckpointError) {
    let hiddenSize = try config.count("hidden_size")
    let headCount = try config.count("num_attention_heads")
    let given = try config.optionalCount("head_dim")
    guard given != nil || hiddenSize % headCount == 0 else {
      throw config.mismatch(
        "hidden_size", "a multiple of num_attention_heads, \(headCount), or a head_dim", .integer(hiddenSize))
    }
    self.init(
      architecture: family.architecture, contextWindow: try config.count("max_position_embeddings"),
      hiddenSize: hiddenSize,
      intermediateSize: try config.count("intermediate_size"), layerCount: try config.count("num_hidden_layers"),
      headCount: headCount, keyValueHeadCount: try config.optionalCount("num_key_value_heads") ?? headCount,
      headDimension: given ?? hiddenSize / headCount, vocabularySize: try config.count("vocab_size"))
    normEpsilon = Float(try config.positive(family.normEpsilonKey))
    guard let name = try config.text(family.activationKey) else {
      throw .missingField(file: config.file, field: "\(config.prefix)\(family.activationKey)")
    }
    activation = try Activation(name: name, field: family.activationKey, file: config.file)
    let rope = try family.rope(config)
    ropeTheta = rope.theta
    guard rope.partialFactor == 1 || (family.rotatesPart && rope.partialFactor < 1) else {
      throw .unsupported(
        file: config.file, field: "\(config.prefix)partial_rotary_factor", found: "\(rope.partialFactor)",
        supported: [family.rotatesPart ? "a number up to 1" : "1 in this family"])
    }
    rotaryDimension = Int((rope.partialFactor * Double(headDimension)).rounded(.towardZero))
    ropeScaling = try rope.scaling(contextWindow: contextWindow, isLong: family.architecture == .phi3)
    tiedEmbeddings = try config.flag("tie_word_embeddings")
  }

  /// Gives layers the sliding window of a key: those that `layer_types` names, and without that key those of the rule.
  ///
  /// Without a window no layer may ask for one.
  mutating func setSlidingWindow(_ config: JSONObject, where rule: (Int) -> Bool) throws(CheckpointError) {
    let window = try config.optionalCount("sliding_window")
    let types =
      try config.texts("layer_types") ?? (0..<layerCount).map { rule($0) ? "sliding_attention" : "full_attention" }
    let known = ["full_attention", "sliding_attention"]
    guard types.count == layerCount, types.allSatisfy({ known.contains($0) }) else {
      throw .invalid(
        file: config.file, field: "'\(config.prefix)layer_types'",
        expected: "'full_attention' or 'sliding_attention' for each of \(layerCount) layers", found: "\(types)")
    }
    if let window { return setSlidingWindow(window) { types[$0] == "sliding_attention" } }
    guard !types.contains("sliding_attention") else {
      throw .missingField(file: config.file, field: "\(config.prefix)sliding_window")
    }
  }

  /// Gives the layers of a rule a sliding window.
  mutating func setSlidingWindow(_ window: Int, where rule: (Int) -> Bool) {
    slidingWindow = window
    slidingWindowLayers = (0..<layerCount).map(rule)
  }
}

extension Activation {
  /// The nonlinearity under a name of config.json.
  init(name: String, field: String, file: String) throws(CheckpointError) {
    switch name {
    case "silu", "swish": self = .silu
    case "gelu", "gelu_python": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh": self = .geluTanh
    default:
      throw .unsupported(
        file: file, field: field, found: name,
        supported: ["silu", "swish", "gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast"])
    }
  }
}
