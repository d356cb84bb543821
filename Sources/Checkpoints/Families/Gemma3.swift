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
    configure: { (model, config) throws(CheckpointError) in
      if try config.flag("use_bidirectional_attention") {
        throw .unsupported(
          file: config.file, field: "use_bidirectional_attention", found: "true", supported: ["false"])
      }
      model.configureGemma(normWeightOffset: 1)
      model.setAttentionScale(queryScalar: try config.positive("query_pre_attn_scalar"))
      model.attentionSoftcap = try config.optionalPositive("attn_logit_softcapping").map { Float($0) }
      model.finalSoftcap = try config.optionalPositive("final_logit_softcapping").map { Float($0) }
      model.localRopeTheta = try RopeSettings(config, layerType: "sliding_attention").theta
      guard let window = try config.optionalCount("sliding_window") else { return }
      let pattern =
        try config.optionalCount("sliding_window_pattern").orElse(config.optionalCount("_sliding_window_pattern")) ?? 6
      try model.setSlidingWindow(window, config) { ($0 + 1) % pattern != 0 }
    },
    configureGGUF: { (model, fields) throws(CheckpointError) in
      model.configureGemma(normWeightOffset: 0)
      model.activation = .geluTanh
      // Only the 27B model (62 layers) divides by hidden size / heads; the files do not say so.
      if model.layerCount == 62 { model.setAttentionScale(queryScalar: Double(model.hiddenSize / model.headCount)) }
      if let scale = try fields.optionalPositive("attention.scale") { model.attentionScale = Float(scale) }
      model.finalSoftcap = try fields.optionalPositive("final_logit_softcapping").map { Float($0) }
      model.localRopeTheta = try fields.optionalPositive("rope.freq_base_swa") ?? 10000
      let pattern = try fields.optionalCount("attention.sliding_window_pattern") ?? 6
      model.setSlidingWindow(try fields.count("attention.sliding_window")) { ($0 + 1) % pattern != 0 }
    })
}
