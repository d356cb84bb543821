import TestSupport

/// The smallest Llama: one layer, 2 heads of 4, 1 key/value head, 8 features, 12 in between, 6 tokens.
enum TinyLlama {
  /// Canonical name, Hugging Face name, shape.
  static let tensors: [(name: String, stored: String, shape: [Int])] = [
    ("token_embd.weight", "model.embed_tokens.weight", [6, 8]),
    ("output_norm.weight", "model.norm.weight", [8]),
    ("output.weight", "lm_head.weight", [6, 8]),
    ("blk.0.attn_norm.weight", "model.layers.0.input_layernorm.weight", [8]),
    ("blk.0.attn_q.weight", "model.layers.0.self_attn.q_proj.weight", [8, 8]),
    ("blk.0.attn_k.weight", "model.layers.0.self_attn.k_proj.weight", [4, 8]),
    ("blk.0.attn_v.weight", "model.layers.0.self_attn.v_proj.weight", [4, 8]),
    ("blk.0.attn_output.weight", "model.layers.0.self_attn.o_proj.weight", [8, 8]),
    ("blk.0.ffn_norm.weight", "model.layers.0.post_attention_layernorm.weight", [8]),
    ("blk.0.ffn_gate.weight", "model.layers.0.mlp.gate_proj.weight", [12, 8]),
    ("blk.0.ffn_up.weight", "model.layers.0.mlp.up_proj.weight", [12, 8]),
    ("blk.0.ffn_down.weight", "model.layers.0.mlp.down_proj.weight", [8, 12]),
  ]

  static let config = """
    {"model_type": "llama", "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1,
     "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 6, "max_position_embeddings": 32,
     "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "bos_token_id": 1, "eos_token_id": 2}
    """

  static func gguf(architecture: String = "llama") -> GGUFFile {
    var file = GGUFFile()
    file.set("general.architecture", architecture)
    for (key, number) in [
      ("context_length", 32), ("embedding_length", 8), ("feed_forward_length", 12), ("block_count", 1),
      ("attention.head_count", 2), ("attention.head_count_kv", 1), ("rope.dimension_count", 4),
    ] as [(String, UInt32)] { file.set("\(architecture).\(key)", number) }
    file.set("\(architecture).attention.layer_norm_rms_epsilon", Float(1e-5))
    file.set("tokenizer.ggml.bos_token_id", UInt32(1))
    file.set("tokenizer.ggml.eos_token_id", UInt32(2))
    for (name, _, shape) in tensors { file.addTensor(name, shape) }
    return file
  }

  /// Writes config.json and model.safetensors, without the tensors whose stored name contains one of `omitting`.
  static func writeHuggingFace(
    to folder: TemporaryFolder, config: String = config, omitting: [String] = [],
    adding: [(String, [Int])] = []
  ) throws {
    try folder.write(config, to: "config.json")
    var file = SafetensorsBuilder()
    for (_, stored, shape) in tensors where !omitting.contains(where: stored.contains) { file.add(stored, shape) }
    for (stored, shape) in adding { file.add(stored, shape) }
    try folder.write(file.encoded(), to: "model.safetensors")
  }
}
