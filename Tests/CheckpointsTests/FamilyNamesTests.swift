import Checkpoints
import TestSupport
import Testing

/// One layer of each family, written with Hugging Face's names and opened under the canonical ones.
@Suite struct FamilyNamesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let type: String
    /// Stored name inside the layer, canonical name inside the layer, shape.
    let layer: [(stored: String, name: String, shape: [Int])]
    var finalNorm = "norm"
    var more = ""
    var biases: [String] = []
    var prefix = "model."
    var testDescription: String { type + prefix }
  }

  private static let attention: [(stored: String, name: String, shape: [Int])] = [
    ("input_layernorm", "attn_norm", [8]), ("self_attn.q_proj", "attn_q", [8, 8]),
    ("self_attn.k_proj", "attn_k", [4, 8]), ("self_attn.v_proj", "attn_v", [4, 8]),
  ]
  private static let output: [(stored: String, name: String, shape: [Int])] = [
    ("self_attn.o_proj", "attn_output", [8, 8]), ("mlp.gate_proj", "ffn_gate", [12, 8]),
    ("mlp.up_proj", "ffn_up", [12, 8]), ("mlp.down_proj", "ffn_down", [8, 12]),
  ]
  private static let twoNorms = [("post_attention_layernorm", "ffn_norm", [8])]
  private static let fourNorms = [
    ("post_attention_layernorm", "post_attention_norm", [8]), ("pre_feedforward_layernorm", "ffn_norm", [8]),
    ("post_feedforward_layernorm", "post_ffw_norm", [8]),
  ]
  private static let headNorms = [("self_attn.q_norm", "attn_q_norm", [4]), ("self_attn.k_norm", "attn_k_norm", [4])]

  static let cases = [
    Case(type: "llama", layer: attention + output + twoNorms),
    Case(type: "mistral", layer: attention + output + twoNorms),
    Case(type: "gemma", layer: attention + output + twoNorms),
    Case(type: "gemma2", layer: attention + output + fourNorms),
    Case(type: "gemma3_text", layer: attention + output + fourNorms + headNorms),
    Case(type: "gemma3", layer: attention + output + fourNorms + headNorms, prefix: "language_model.model."),
    Case(
      type: "qwen2", layer: attention + output + twoNorms,
      biases: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]),
    Case(type: "qwen3", layer: attention + output + twoNorms + headNorms),
    Case(
      type: "phi3",
      layer: [
        ("input_layernorm", "attn_norm", [8]), ("self_attn.qkv_proj", "attn_qkv", [16, 8]),
        ("self_attn.o_proj", "attn_output", [8, 8]), ("post_attention_layernorm", "ffn_norm", [8]),
        ("mlp.gate_up_proj", "ffn_up", [24, 8]), ("mlp.down_proj", "ffn_down", [8, 12]),
      ]),
    Case(
      type: "phi",
      layer: attention + [
        ("self_attn.dense", "attn_output", [8, 8]), ("mlp.fc1", "ffn_up", [12, 8]), ("mlp.fc2", "ffn_down", [8, 12]),
      ],
      finalNorm: "final_layernorm",
      biases: [
        "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.dense", "mlp.fc1",
        "mlp.fc2",
      ]),
  ]

  private func write(_ family: Case, to folder: TemporaryFolder, omitting omitted: String? = nil) throws {
    let text = """
      "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1, "num_attention_heads": 2,
      "num_key_value_heads": 1, "head_dim": 4, "vocab_size": 6, "max_position_embeddings": 32,
      "tie_word_embeddings": false
      """
    let config = family.type == "gemma3" ? "\"text_config\": {\(text)}" : text
    try folder.write("{\"model_type\": \"\(family.type)\", \(config)}", to: "config.json")
    var file = SafetensorsBuilder()
    file.add("\(family.prefix)embed_tokens.weight", [6, 8])
    file.add("\(family.prefix)\(family.finalNorm).weight", [8])
    file.add(family.type == "gemma3" ? "language_model.lm_head.weight" : "lm_head.weight", [6, 8])
    if family.type == "phi" {
      file.add("lm_head.bias", [6])
      file.add("model.final_layernorm.bias", [8])
    }
    if family.type == "gemma3" { file.add("vision_tower.vision_model.embeddings.weight", [2, 2]) }
    for (stored, _, shape) in family.layer where stored != omitted {
      file.add("\(family.prefix)layers.0.\(stored).weight", shape)
      if family.biases.contains(stored) { file.add("\(family.prefix)layers.0.\(stored).bias", [shape[0]]) }
    }
    try folder.write(file.encoded(), to: "model.safetensors")
  }

  @Test("names of a family become canonical, with the shapes of its hyperparameters", arguments: cases)
  func names(family: Case) throws {
    let folder = try TemporaryFolder()
    try write(family, to: folder)
    let checkpoint = try Checkpoint.open(folder.path)
    var expected: [String: [Int]] = [
      "token_embd.weight": [6, 8], "output_norm.weight": [8], "output.weight": [6, 8],
    ]
    if family.type == "phi" {
      expected["output.bias"] = [6]
      expected["output_norm.bias"] = [8]
    }
    for (stored, name, shape) in family.layer {
      expected["blk.0.\(name).weight"] = shape
      if family.biases.contains(stored) { expected["blk.0.\(name).bias"] = [shape[0]] }
    }
    #expect(checkpoint.tensors.mapValues(\.shape) == expected)
  }

  @Test("every module of a layer is needed", arguments: cases)
  func missing(family: Case) throws {
    for (stored, name, _) in family.layer {
      let folder = try TemporaryFolder()
      try write(family, to: folder, omitting: stored)
      // Without the fused tensor the checkpoint is taken for one with three.
      let expected = name == "attn_qkv" ? "attn_q" : name
      #expect(throws: CheckpointError.missingTensor(file: folder.path, tensor: "blk.0.\(expected).weight")) {
        try Checkpoint.open(folder.path)
      }
    }
  }
}
