import JSON

extension Family {
  /// Gemma 1.
  ///
  /// Reference: huggingface/transformers, models/gemma.
  ///
  /// `hidden_act` decides, and its "gelu", a legacy of the first releases, means the form with the hyperbolic tangent.
  static let gemma = Family(
    architecture: .gemma, modelTypes: ["gemma"], ggufArchitectures: ["gemma"],
    defaults: [
      "hidden_act": .string("gelu_pytorch_tanh"), "max_position_embeddings": .integer(8192),
      "rms_norm_eps": .number(1e-6), "rope_theta": .number(10000), "tie_word_embeddings": .bool(true),
      "head_dim": .integer(256), "num_key_value_heads": .integer(16),
    ],
    outerNames: commonOuterNames, layerNames: commonLayerNames, layerNorms: ["ffn_norm"],
    biases: attentionBiases,
    harmless: [
      "hidden_activation": .only(
        [.string("gelu_pytorch_tanh"), .string("gelu")], "the reference reads hidden_act; both mean the same")
    ],
    configure: { (model, config) throws(CheckpointError) in
      try config.refuseBidirectionalAttention()
      model.configureGemma(normWeightOffset: 1)
      if model.activation == .gelu { model.activation = .geluTanh }
    },
    configureGGUF: { (model, _) throws(CheckpointError) in
      model.configureGemma(normWeightOffset: 0)
      model.activation = .geluTanh
    })

  /// The modules of a layer of Gemma 2, and of Gemma 3 with two more.
  static let gemma2LayerNames = commonLayerNames.merging(
    [
      "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
      "post_feedforward_layernorm": "post_ffw_norm",
    ], uniquingKeysWith: { _, new in new })
}

extension JSON.JSONObject<CheckpointError> {
  /// Refuses a Gemma whose tokens see those behind them.
  func refuseBidirectionalAttention() throws(CheckpointError) {
    guard try flag("use_bidirectional_attention") else { return }
    throw .unsupported(
      file: file, field: field("use_bidirectional_attention"), found: "true", supported: ["false"])
  }
}

extension Hyperparameters {
  /// What every Gemma has; the GGUF converter has already added 1 to the norm weights.
  mutating func configureGemma(normWeightOffset offset: Float) {
    normWeightOffset = offset
    embeddingScale = Float(Double(hiddenSize).squareRoot())
  }

  /// 1 / sqrt(`query_pre_attn_scalar`).
  mutating func setAttentionScale(queryScalar: Double) { attentionScale = Float(1 / queryScalar.squareRoot()) }
}
