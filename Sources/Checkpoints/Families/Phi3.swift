import JSON

extension Family {
  /// Phi-3, Phi-3.5 and Phi-4 mini.
  ///
  /// Reference: huggingface/transformers, models/phi3.
  ///
  /// `attn_qkv` holds the rows of queries, keys and values, `ffn_up` those of gate and up, in this order.
  static let phi3 = Family(
    architecture: .phi3, modelTypes: ["phi3"], ggufArchitectures: ["phi3"],
    defaults: [
      "hidden_act": .string("silu"), "max_position_embeddings": .integer(4096), "rms_norm_eps": .number(1e-5),
      "rope_theta": .number(10000), "tie_word_embeddings": .bool(false),
      "original_max_position_embeddings": .integer(4096),
    ],
    outerNames: commonOuterNames,
    layerNames: [
      "input_layernorm": "attn_norm", "self_attn.qkv_proj": "attn_qkv", "self_attn.o_proj": "attn_output",
      "post_attention_layernorm": "ffn_norm", "mlp.gate_up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    ],
    layerNorms: ["ffn_norm"], rotatesPart: true,
    harmless: [
      "attention_bias": .only([.bool(false)], "the family has none"),
      "mlp_bias": .only([.bool(false)], "the family has none"),
      "lm_head_bias": .only([.bool(false)], "the family has none"),
      "full_attn_mod": .only([.integer(1)], "no layer differs from the others"),
      "interpolate_factor": .only([.integer(1)], "no interpolation"),
    ],
    configure: { (model, config) throws(CheckpointError) in
      guard let window = try config.optionalCount("sliding_window") else { return }
      model.setSlidingWindow(window) { _ in true }
    },
    configureGGUF: { (model, fields) throws(CheckpointError) in
      if let window = try fields.slidingWindow() { model.setSlidingWindow(window) { _ in true } }
    })
}
