import JSON

/// config.json and generation_config.json of a Hugging Face directory, read into hyperparameters.
struct HuggingFaceConfiguration: Sendable {
  let family: Family
  let hyperparameters: Hyperparameters

  init(directory: String) throws(CheckpointError) {
    let path = "\(directory)/config.json"
    let whole = try JSONObject.read(path)
    family = try Family.named(modelType: Self.modelType(whole), file: path)
    if let quantization = try whole.object("quantization_config") {
      throw .unsupported(
        file: path, field: "quantization_config.quant_method",
        found: try quantization.text("quant_method") ?? "unnamed",
        supported: ["weights in F32, F16 or BF16", "quantised weights in a GGUF file"])
    }
    // A model that also sees images keeps the text model's configuration in an object of its own.
    var config = try whole.object("text_config") ?? whole
    config.members.merge(family.defaults) { own, _ in own }
    var model = try Hyperparameters(config: config, architecture: family.architecture)
    try family.configure(&model, config)
    let generation = try Self.generationConfig(directory)
    model.bosTokenID =
      try config.tokenIDs("bos_token_id").first.orElse(whole.tokenIDs("bos_token_id").first)
      .orElse(generation?.tokenIDs("bos_token_id").first)
    let ends: [[Int]] = [
      try generation?.tokenIDs("eos_token_id") ?? [], try whole.tokenIDs("eos_token_id"),
      try config.tokenIDs("eos_token_id"),
    ]
    model.eosTokenIDs = ends.first { !$0.isEmpty } ?? []
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
  init(config: JSONObject, architecture: Architecture) throws(CheckpointError) {
    let hiddenSize = try config.count("hidden_size")
    let headCount = try config.count("num_attention_heads")
    let given = try config.optionalCount("head_dim")
    guard given != nil || hiddenSize % headCount == 0 else {
      throw config.mismatch(
        "hidden_size", "a multiple of num_attention_heads, \(headCount), or a head_dim", .integer(hiddenSize))
    }
    self.init(
      architecture: architecture, contextWindow: try config.count("max_position_embeddings"), hiddenSize: hiddenSize,
      intermediateSize: try config.count("intermediate_size"), layerCount: try config.count("num_hidden_layers"),
      headCount: headCount, keyValueHeadCount: try config.optionalCount("num_key_value_heads") ?? headCount,
      headDimension: given ?? hiddenSize / headCount, vocabularySize: try config.count("vocab_size"))
    let epsilon = config.present("layer_norm_eps") == nil ? "rms_norm_eps" : "layer_norm_eps"
    normEpsilon = Float(try config.positive(epsilon))
    let key = config.present("hidden_act") == nil ? "hidden_activation" : "hidden_act"
    guard let name = try config.text(key) else { throw .missingField(file: config.file, field: "hidden_act") }
    activation = try Activation(name: name, field: key, file: config.file)
    let rope = try RopeSettings(config)
    ropeTheta = rope.theta
    let rotated = (rope.partialFactor * Double(headDimension)).rounded(.towardZero)
    guard rope.partialFactor <= 1 else {
      throw config.mismatch("partial_rotary_factor", "a number up to 1", .number(rope.partialFactor))
    }
    rotaryDimension = Int(rotated)
    ropeScaling = try rope.scaling(contextWindow: contextWindow)
    tiedEmbeddings = try config.flag("tie_word_embeddings")
  }

  /// Gives layers a sliding window: those that `layer_types` names, and without that key those of the rule.
  mutating func setSlidingWindow(
    _ window: Int, _ config: JSONObject, where rule: (Int) -> Bool
  ) throws(CheckpointError) {
    guard let types = try config.texts("layer_types") else { return setSlidingWindow(window, where: rule) }
    guard types.count == layerCount, types.allSatisfy({ ["full_attention", "sliding_attention"].contains($0) }) else {
      throw .invalid(
        file: config.file, field: "'\(config.prefix)layer_types'",
        expected: "'full_attention' or 'sliding_attention' for each of \(layerCount) layers", found: "\(types)")
    }
    setSlidingWindow(window) { types[$0] == "sliding_attention" }
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
    case "gelu": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_tanh": self = .geluTanh
    default:
      throw .unsupported(
        file: file, field: field, found: name,
        supported: ["silu", "swish", "gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast"])
    }
  }
}
