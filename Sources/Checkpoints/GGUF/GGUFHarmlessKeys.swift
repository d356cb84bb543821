/// Keys of a GGUF architecture that nothing reads, because they change nothing in the models that this program runs.
///
/// A key that is neither read nor here is refused by name.
enum GGUFHarmlessKeys {
  /// Keys that are harmless whatever they say, with the reason.
  static let any: [String: String] = [
    "rope.scaling.finetuned": "says how the model was made",
    "rope.scaling.original_context_length": "read by the scalings that know an original context",
    "tensor_data_layout": "says how a converter found the tensors",
    "decoder_start_token_id": "for models with an encoder",
    "expert_used_count": "there are no experts: expert_count was checked",
    "expert_shared_count": "there are no experts",
    "expert_feed_forward_length": "there are no experts",
    "pooling_type": "how an embedding of the text is made of the last layer; logits do not need it",
    "features_length": "for models of sound",
    "classifier.output_labels": "names of classes; a classifier's tensors are refused",
  ]

  /// Keys that are harmless only while they say what the model computes anyway, as text, with the reason.
  static let only: [String: (values: [String], reason: String)] = [
    "attention.causal": (["true"], "every model here is causal"),
    "attention.clamp_kqv": (["0.0"], "no clamping"),
    "attention.max_alibi_bias": (["0.0"], "no ALiBi"),
    "attention.scale": (["0.0"], "zero stands for 1 / sqrt of the head's size"),
    "attention.sliding_window": (["0"], "no window"),
    "attn_logit_softcapping": (["0.0"], "no soft cap"),
    "final_logit_softcapping": (["0.0"], "no soft cap"),
    "expert_count": (["0"], "no experts"),
    "leading_dense_block_count": (["0"], "no experts"),
    "nextn_predict_layers": (["0"], "no layers that predict further tokens"),
    "logit_scale": (["0.0", "1.0"], "no scale"),
    "embedding_scale": (["0.0", "1.0"], "no scale of its own"),
    "residual_scale": (["0.0", "1.0"], "no scale"),
    "rope.scaling.attn_factor": (["1.0"], "no change of sine and cosine"),
    "rope.scaling.yarn_attn_factor": (["1.0"], "no change of sine and cosine"),
    "rope.scaling.yarn_ext_factor": (["1.0", "-1.0"], "the common value, and the sign for it"),
    "rope.scaling.yarn_log_multiplier": (["0.0"], "no change of sine and cosine"),
  ]

  /// Whether a key may be passed over.
  ///
  /// - Parameters:
  ///   - key: without the architecture.
  ///   - value: what the file says.
  /// - Returns: true where ignoring it changes nothing.
  static func isHarmless(_ key: Substring, _ value: GGUFValue) -> Bool {
    let key = String(key)
    return any[key] != nil || only[key]?.values.contains(value.text) == true
  }
}
