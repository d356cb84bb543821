import Foundation
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
    layerNorms: ["ffn_norm"],
    configure: { (model, config) throws(CheckpointError) in
      guard let window = try config.optionalCount("sliding_window") else { return }
      model.setSlidingWindow(window) { _ in true }
    },
    configureGGUF: { (model, fields) throws(CheckpointError) in
      if let window = try fields.optionalCount("attention.sliding_window") {
        model.setSlidingWindow(window) { _ in true }
      }
      guard let long = try fields.smallTensor("rope_factors_long.weight"),
        let short = try fields.smallTensor("rope_factors_short.weight")
      else { return }
      let original = try fields.optionalCount("rope.scaling.original_context_length") ?? model.contextWindow
      model.ropeScaling = .longRope(
        shortFactors: short, longFactors: long, originalContext: original,
        attentionFactor: try fields.optionalPositive("rope.scaling.attn_factor")
          ?? longRopeAttentionFactor(contextWindow: model.contextWindow, originalContext: original))
    })

  /// sqrt(1 + ln(L / original) / ln(original)), and 1 for a window that was not extended.
  static func longRopeAttentionFactor(contextWindow: Int, originalContext: Int) -> Double {
    guard contextWindow > originalContext, originalContext > 1 else { return 1 }
    return (1 + log(Double(contextWindow) / Double(originalContext)) / log(Double(originalContext))).squareRoot()
  }
}
