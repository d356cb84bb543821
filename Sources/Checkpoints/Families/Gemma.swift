import JSON

extension Family {
  /// Gemma 1.
  ///
  /// Reference: huggingface/transformers, models/gemma.
  ///
  /// `hidden_activation` wins over `hidden_act`, and both are obeyed to the letter: early releases say "gelu" and were
  /// computed by the reference of their time with the error function.
  static let gemma = Family(
    architecture: .gemma, modelTypes: ["gemma"], ggufArchitectures: ["gemma"],
    defaults: [
      "hidden_act": .string("gelu_pytorch_tanh"), "max_position_embeddings": .integer(8192),
      "rms_norm_eps": .number(1e-6), "rope_theta": .number(10000), "tie_word_embeddings": .bool(true),
      "head_dim": .integer(256),
    ],
    outerNames: commonOuterNames, layerNames: commonLayerNames, layerNorms: ["ffn_norm"],
    configure: { (model, config) throws(CheckpointError) in
      model.configureGemma(normWeightOffset: 1)
      if let name = try config.text("hidden_activation") {
        model.activation = try Activation(name: name, field: "hidden_activation", file: config.file)
      }
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

extension Hyperparameters {
  /// What every Gemma has; the GGUF converter has already added 1 to the norm weights.
  mutating func configureGemma(normWeightOffset offset: Float) {
    normWeightOffset = offset
    embeddingScale = Float(Double(hiddenSize).squareRoot())
  }

  /// 1 / sqrt(`query_pre_attn_scalar`).
  mutating func setAttentionScale(queryScalar: Double) { attentionScale = Float(1 / queryScalar.squareRoot()) }
}
