import JSON

extension Family {
  /// Gemma 3, text only: five local layers, then a global one.
  ///
  /// Reference: huggingface/transformers, models/gemma3.
  ///
  /// The configuration of a model that also sees images holds that of the text model under `text_config`, and leaves
  /// out whatever equals the defaults below.
  static let gemma3 = Family(
    architecture: .gemma3, modelTypes: ["gemma3_text", "gemma3"], ggufArchitectures: ["gemma3"],
    defaults: [
      "hidden_activation": .string("gelu_pytorch_tanh"), "max_position_embeddings": .integer(131_072),
      "rms_norm_eps": .number(1e-6), "rope_theta": .number(1_000_000), "rope_local_base_freq": .number(10000),
      "tie_word_embeddings": .bool(true), "head_dim": .integer(256), "num_attention_heads": .integer(8),
      "num_key_value_heads": .integer(4), "vocab_size": .integer(262_208), "hidden_size": .integer(2304),
      "intermediate_size": .integer(9216), "num_hidden_layers": .integer(26),
      "query_pre_attn_scalar": .integer(256), "sliding_window": .integer(4096),
    ],
    outerNames: commonOuterNames,
    layerNames: gemma2LayerNames.merging(
      ["self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm"], uniquingKeysWith: { _, new in new }),
    layerNorms: ["ffn_norm", "post_attention_norm", "post_ffw_norm", "attn_q_norm", "attn_k_norm"],
    activationKey: "hidden_activation", biases: attentionBiases,
    rope: { (config) throws(CheckpointError) in
      try RopeSettings(config, kind: "full_attention", thetaKey: "rope_theta")
    },
    harmless: gemma2Harmless.merging(
      [
        "_sliding_window_pattern": .any("the reference reads layer_types, or the key without the underscore"),
        "attn_logit_softcapping": .any("the reference keeps it and does not apply it"),
      ],
      uniquingKeysWith: { _, new in new }),
    configure: { (model, config) throws(CheckpointError) in
      try config.refuseBidirectionalAttention()
      model.configureGemma(normWeightOffset: 1)
      model.setAttentionScale(queryScalar: try config.positive("query_pre_attn_scalar"))
      model.finalSoftcap = try config.optionalPositive("final_logit_softcapping").map { Float($0) }
      let local = try RopeSettings(config, kind: "sliding_attention", thetaKey: "rope_local_base_freq")
      guard local.partialFactor == 1 else {
        throw .unsupported(
          file: config.file, field: "rope_parameters.sliding_attention.partial_rotary_factor",
          found: "\(local.partialFactor)", supported: ["1 in this family"])
      }
      model.localRopeTheta = local.theta
      model.localRopeScaling = try local.scaling(contextWindow: model.contextWindow)
      let pattern = try config.optionalCount("sliding_window_pattern") ?? 6
      try model.setSlidingWindow(config) { ($0 + 1) % pattern != 0 }
    },
    configureGGUF: { (model, fields) throws(CheckpointError) in
      model.configureGemma(normWeightOffset: 0)
      model.activation = .geluTanh
      // Only the 27B model (62 layers) divides by hidden size / heads; the files do not say so.
      if model.layerCount == 62 { model.setAttentionScale(queryScalar: Double(model.hiddenSize / model.headCount)) }
      if let scale = try fields.positiveOrZero("attention.scale") { model.attentionScale = Float(scale) }
      model.finalSoftcap = try fields.optionalPositive("final_logit_softcapping").map { Float($0) }
      model.localRopeTheta = try fields.optionalPositive("rope.freq_base_swa") ?? 10000
      let layers = try fields.slidingLayers(model.layerCount, period: 6)
      model.setSlidingWindow(try fields.count("attention.sliding_window")) { layers[$0] }
    })
}
