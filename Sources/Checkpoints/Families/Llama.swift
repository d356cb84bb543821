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
    configure: { (model, config) throws(CheckpointError) in
      // Written by SmolLM; the reference ignores it, but a model that sets it was trained so.
      if try config.flag("rope_interleaved") { model.ropePairing = .interleaved }
    },
    configureGGUF: { (model, fields) throws(CheckpointError) in
      // The converter permutes the rows of queries and keys of this architecture only.
      model.ropePairing = .interleaved
      if let window = try fields.optionalCount("attention.sliding_window") {
        model.setSlidingWindow(window) { _ in true }
      }
    })
}
