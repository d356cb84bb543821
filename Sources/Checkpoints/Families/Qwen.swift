import JSON

extension Family {
  /// Qwen1.5, Qwen2 and Qwen2.5: biases on q, k and v.
  ///
  /// Reference: huggingface/transformers, models/qwen2.
  static let qwen2 = Family(
    architecture: .qwen2, modelTypes: ["qwen2"], ggufArchitectures: ["qwen2"],
    defaults: qwenDefaults,
    outerNames: commonOuterNames, layerNames: commonLayerNames, layerNorms: ["ffn_norm"],
    biases: { (_) throws(CheckpointError) in ["attn_q", "attn_k", "attn_v"] },
    harmless: ["use_mrope": .only([.bool(false)], "no positions of images")],
    configure: qwenWindow, configureGGUF: sameAsLlamaGGUF)

  /// Qwen3: no biases, norms on queries and keys.
  ///
  /// Reference: huggingface/transformers, models/qwen3.
  static let qwen3 = Family(
    architecture: .qwen3, modelTypes: ["qwen3"], ggufArchitectures: ["qwen3"],
    defaults: qwenDefaults.merging(["head_dim": .integer(128)], uniquingKeysWith: { _, new in new }),
    outerNames: commonOuterNames,
    layerNames: commonLayerNames.merging(
      ["self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm"], uniquingKeysWith: { _, new in new }),
    layerNorms: ["ffn_norm", "attn_q_norm", "attn_k_norm"],
    biases: attentionBiases,
    configure: qwenWindow, configureGGUF: sameAsLlamaGGUF)

  private static let qwenDefaults: [String: JSONValue] = [
    "hidden_act": .string("silu"), "max_position_embeddings": .integer(32768), "rms_norm_eps": .number(1e-6),
    "rope_theta": .number(10000), "tie_word_embeddings": .bool(false), "use_sliding_window": .bool(false),
    "sliding_window": .integer(4096), "max_window_layers": .integer(28), "num_key_value_heads": .integer(32),
  ]

  /// The window is in force only when `use_sliding_window` says so, and from layer `max_window_layers` on.
  private static let qwenWindow: Configure = { (model, config) throws(CheckpointError) in
    let hasWindow = config["sliding_window"] != nil
    let isInForce = try config.flag("use_sliding_window") && hasWindow
    let first = try config.optionalNumber("max_window_layers") ?? 0
    guard isInForce else {
      guard try config.texts("layer_types")?.contains("sliding_attention") != true else {
        throw .invalid(
          file: config.file, field: "'\(config.prefix)layer_types'",
          expected: "full attention, for use_sliding_window is false", found: "sliding attention")
      }
      return
    }
    try model.setSlidingWindow(config) { Double($0) >= first }
  }
}
