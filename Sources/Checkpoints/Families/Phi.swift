import JSON

extension Family {
  /// Phi-1, Phi-1.5 and Phi-2.
  ///
  /// Reference: huggingface/transformers, models/phi.
  static let phi = Family(
    architecture: .phi, modelTypes: ["phi"], ggufArchitectures: ["phi2"],
    defaults: [
      "hidden_act": .string("gelu_new"), "max_position_embeddings": .integer(2048), "layer_norm_eps": .number(1e-5),
      "rope_theta": .number(10000), "tie_word_embeddings": .bool(false), "partial_rotary_factor": .number(0.5),
    ],
    outerNames: ["embed_tokens": "token_embd", "final_layernorm": "output_norm", "lm_head": "output"],
    layerNames: [
      "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
      "self_attn.v_proj": "attn_v", "self_attn.dense": "attn_output", "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down",
    ],
    layerNorms: [], normEpsilonKey: "layer_norm_eps", rotatesPart: true,
    biases: { (_) throws(CheckpointError) in
      ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down", "output"]
    },
    configure: { (model, config) throws(CheckpointError) in
      if try config.flag("qk_layernorm") {
        throw .unsupported(file: config.file, field: "qk_layernorm", found: "true", supported: ["false"])
      }
      model.configurePhi()
    },
    configureGGUF: { (model, _) throws(CheckpointError) in
      model.configurePhi()
      model.activation = .geluTanh
    })
}

extension Hyperparameters {
  /// What every Phi-1 and Phi-2 has.
  fileprivate mutating func configurePhi() {
    norm = .layer
    gatedFeedForward = false
    parallelBlock = true
  }
}
