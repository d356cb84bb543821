import JSON

extension Family {
  /// Gemma 2: even layers have the sliding window.
  ///
  /// Reference: huggingface/transformers, models/gemma2.
  static let gemma2 = Family(
    architecture: .gemma2, modelTypes: ["gemma2"], ggufArchitectures: ["gemma2"],
    defaults: [
      "hidden_activation": .string("gelu_pytorch_tanh"), "max_position_embeddings": .integer(8192),
      "rms_norm_eps": .number(1e-6), "rope_theta": .number(10000), "tie_word_embeddings": .bool(true),
      "head_dim": .integer(256), "query_pre_attn_scalar": .integer(256), "num_key_value_heads": .integer(4),
      "sliding_window": .integer(4096),
      "attn_logit_softcapping": .number(50), "final_logit_softcapping": .number(30),
    ],
    outerNames: commonOuterNames, layerNames: gemma2LayerNames,
    layerNorms: ["ffn_norm", "post_attention_norm", "post_ffw_norm"],
    activationKey: "hidden_activation", biases: attentionBiases,
    harmless: gemma2Harmless,
    configure: { (model, config) throws(CheckpointError) in
      try config.refuseBidirectionalAttention()
      model.configureGemma(normWeightOffset: 1)
      model.setAttentionScale(queryScalar: try config.positive("query_pre_attn_scalar"))
      model.attentionSoftcap = try config.optionalPositive("attn_logit_softcapping").map { Float($0) }
      model.finalSoftcap = try config.optionalPositive("final_logit_softcapping").map { Float($0) }
      try model.setSlidingWindow(config) { $0 % 2 == 0 }
    },
    configureGGUF: { (model, fields) throws(CheckpointError) in
      model.configureGemma(normWeightOffset: 0)
      model.activation = .geluTanh
      // Only the 27B model (46 layers) divides by hidden size / heads; the files do not say so.
      if model.layerCount == 46 { model.setAttentionScale(queryScalar: Double(model.hiddenSize / model.headCount)) }
      if let scale = try fields.positiveOrZero("attention.scale") { model.attentionScale = Float(scale) }
      model.attentionSoftcap = Float(try fields.optionalPositive("attn_logit_softcapping") ?? 50)
      model.finalSoftcap = Float(try fields.optionalPositive("final_logit_softcapping") ?? 30)
      let layers = try fields.slidingLayers(model.layerCount, period: 2)
      model.setSlidingWindow(try fields.slidingWindow() ?? 4096) { layers[$0] }
    })

  /// Keys of Gemma 2 and 3 that the reference does not read.
  static let gemma2Harmless: [String: HarmlessKeys.Rule] = [
    "hidden_act": .any("the reference reads hidden_activation"),
    "cache_implementation": .any("how keys and values are kept"),
  ]
}
