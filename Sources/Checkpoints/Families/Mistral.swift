import JSON

extension Family {
  /// Mistral 7B.
  ///
  /// Reference: huggingface/transformers, models/mistral. GGUF files of it say `llama`.
  static let mistral = Family(
    architecture: .mistral, modelTypes: ["mistral"], ggufArchitectures: [],
    defaults: [
      "hidden_act": .string("silu"), "max_position_embeddings": .integer(131_072), "rms_norm_eps": .number(1e-6),
      "rope_theta": .number(10000), "tie_word_embeddings": .bool(false), "num_key_value_heads": .integer(8),
      "sliding_window": .integer(4096),
    ],
    outerNames: commonOuterNames, layerNames: commonLayerNames, layerNorms: ["ffn_norm"],
    harmless: ["attention_bias": .only([.bool(false)], "the family has none")],
    configure: { (model, config) throws(CheckpointError) in
      guard let window = try config.optionalCount("sliding_window") else { return }
      model.setSlidingWindow(window) { _ in true }
    },
    configureGGUF: sameAsLlamaGGUF)
}
