import JSON

extension Family {
  /// Llama 1 to 3.2.
  ///
  /// Reference: huggingface/transformers, models/llama.
  static let llama = Family(
    architecture: .llama, modelTypes: ["llama"], ggufArchitectures: ["llama"],
    defaults: [
      "hidden_act": .string("silu"), "max_position_embeddings": .integer(2048), "rms_norm_eps": .number(1e-6),
      "rope_theta": .number(10000), "tie_word_embeddings": .bool(false),
    ],
    outerNames: commonOuterNames, layerNames: commonLayerNames, layerNorms: ["ffn_norm"],
    biases: { (config) throws(CheckpointError) in
      let feedForward: Set<String> = try config.flag("mlp_bias") ? ["ffn_gate", "ffn_up", "ffn_down"] : []
      return try attentionBiases(config).union(feedForward)
    },
    harmless: [
      "pretraining_tp": .any("products in parts, which changes rounding only"),
      "rope_interleaved": .any("written by nanotron; the weights in the file are in the reference's order"),
      "is_llama_config": .any("written by nanotron"),
    ],
    configure: sameAsLlama,
    configureGGUF: { (model, fields) throws(CheckpointError) in
      // The converter permutes the rows of queries and keys of this architecture only.
      model.ropePairing = .interleaved
      if let window = try fields.slidingWindow() {
        model.setSlidingWindow(window) { _ in true }
      }
    })
}
