import Checkpoints
import TestSupport
import Testing

/// Configurations as the families' releases write them, read without weights.
@Suite struct HyperparametersTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ config: String, generation: String? = nil) throws -> Hyperparameters {
    try folder.write(config, to: "config.json")
    if let generation { try folder.write(generation, to: "generation_config.json") }
    return try Checkpoint.openHyperparameters(folder.path)
  }

  @Test("Llama 2: keys of 2023, everything else by default")
  func llama2() throws {
    let model = try read(
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096,
       "intermediate_size": 11008, "num_attention_heads": 32, "num_hidden_layers": 32, "vocab_size": 32000,
       "max_position_embeddings": 4096, "rms_norm_eps": 1e-05, "rope_scaling": null, "hidden_act": "silu",
       "bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": false}
      """)
    var expected = Hyperparameters(
      architecture: .llama, contextWindow: 4096, hiddenSize: 4096, intermediateSize: 11008, layerCount: 32,
      headCount: 32, keyValueHeadCount: 32, headDimension: 128, vocabularySize: 32000)
    expected.normEpsilon = 1e-5
    expected.bosTokenID = 1
    expected.eosTokenIDs = [2]
    #expect(model == expected)
    #expect(model.ropeTheta == 10000)
    #expect(model.attentionScale == Float(1 / 128.0.squareRoot()))
    #expect(model.ropePairing == .halves)
    #expect(!model.usesSlidingWindow(layer: 0))
  }

  @Test("Llama 3.1: scaling of its own, several ends in generation_config.json")
  func llama31() throws {
    let model = try read(
      """
      {"model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32,
       "num_key_value_heads": 8, "num_hidden_layers": 32, "vocab_size": 128256,
       "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "eos_token_id": 128001,
       "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                        "original_max_position_embeddings": 8192, "rope_type": "llama3"}}
      """, generation: "{\"bos_token_id\": 128000, \"eos_token_id\": [128001, 128008, 128009]}")
    #expect(
      model.ropeScaling
        == .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192))
    #expect(model.ropeTheta == 500_000)
    #expect(model.keyValueWidth == 1024)
    #expect(model.bosTokenID == 128_000)
    #expect(model.eosTokenIDs == [128_001, 128_008, 128_009])
  }

  @Test("Mistral: a window in every layer, unless it is null")
  func mistral() throws {
    func config(_ window: String) -> String {
      """
      {"model_type": "mistral", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32,
       "num_key_value_heads": 8, "num_hidden_layers": 32, "vocab_size": 32000, "max_position_embeddings": 32768,
       "rms_norm_eps": 1e-05, "rope_theta": 10000.0\(window)}
      """
    }
    let first = try read(config(", \"sliding_window\": 4096"))
    #expect(first.architecture == .mistral)
    #expect(first.slidingWindow == 4096)
    #expect((0..<32).allSatisfy(first.usesSlidingWindow))
    #expect(try read(config(", \"sliding_window\": null")).slidingWindow == nil)
    #expect(try read(config("")).slidingWindow == 4096)
  }

  @Test("Phi-2: LayerNorm, parallel block, partial rotation")
  func phi2() throws {
    let model = try read(
      """
      {"model_type": "phi", "hidden_size": 2560, "intermediate_size": 10240, "num_attention_heads": 32,
       "num_hidden_layers": 32, "vocab_size": 51200, "max_position_embeddings": 2048, "layer_norm_eps": 1e-05,
       "partial_rotary_factor": 0.4, "rope_theta": 10000.0, "hidden_act": "gelu_new", "qk_layernorm": false,
       "num_key_value_heads": null}
      """)
    #expect(model.norm == .layer)
    #expect(model.normEpsilon == 1e-5)
    #expect(model.parallelBlock)
    #expect(!model.gatedFeedForward)
    #expect(model.activation == .geluTanh)
    #expect(model.headDimension == 80)
    #expect(model.rotaryDimension == 32)
    #expect(model.keyValueHeadCount == 32)
  }

  @Test("Phi-3: LongRoPE with the attention factor of its formula")
  func phi3() throws {
    let factors = "[\((0..<4).map { "\(1 + $0)" }.joined(separator: ","))]"
    let model = try read(
      """
      {"model_type": "phi3", "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4,
       "num_key_value_heads": 4, "num_hidden_layers": 2, "vocab_size": 100, "max_position_embeddings": 131072,
       "original_max_position_embeddings": 4096, "rms_norm_eps": 1e-05, "sliding_window": 262144,
       "rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.0, 1.5, 2], "long_factor": \(factors)}}
      """)
    guard case .longRope([1, 1, 1.5, 2], [1, 2, 3, 4], 4096, let factor) = model.ropeScaling else {
      Issue.record("\(model.ropeScaling)")
      return
    }
    // sqrt(1 + ln 32 / ln 4096) = sqrt(17 / 12)
    #expect(abs(factor - (17.0 / 12).squareRoot()) < 1e-12)
    #expect(model.slidingWindow == 262_144)
    #expect(model.gatedFeedForward)
  }

  @Test("Gemma: scaled embeddings, norms of 1 + w, the tangent form under both names")
  func gemma() throws {
    func config(_ activation: String) -> String {
      """
      {"model_type": "gemma", "hidden_size": 2048, "intermediate_size": 16384, "num_attention_heads": 8,
       "num_key_value_heads": 1, "num_hidden_layers": 18, "vocab_size": 256000, "head_dim": 256,
       "max_position_embeddings": 8192, "rms_norm_eps": 1e-06\(activation)}
      """
    }
    let model = try read(config(", \"hidden_act\": \"gelu\""))
    #expect(model.normWeightOffset == 1)
    #expect(model.embeddingScale == Float(2048).squareRoot())
    #expect(model.tiedEmbeddings)
    #expect(model.activation == .geluTanh)
    #expect(model.attentionScale == 0.0625)
    #expect(try read(config(", \"hidden_act\": \"gelu_pytorch_tanh\"")).activation == .geluTanh)
    let both = ", \"hidden_act\": \"gelu\", \"hidden_activation\": \"gelu_pytorch_tanh\""
    #expect(try read(config(both)).activation == .geluTanh)
    #expect(try read(config(", \"hidden_act\": \"gelu\", \"hidden_activation\": null")).activation == .geluTanh)
    #expect(try read(config("")).activation == .geluTanh)
  }

  @Test("shapes that the kernels do not take are refused by name", arguments: [(512, 8, 1), (64, 512, 1)])
  func limits(headSize: Int, heads: Int, keyValueHeads: Int) throws {
    let error = try #require(throws: CheckpointError.self) {
      try read(
        """
        {"model_type": "gemma", "hidden_size": 2048, "intermediate_size": 16384, "num_attention_heads": \(heads),
         "num_key_value_heads": \(keyValueHeads), "num_hidden_layers": 18, "vocab_size": 256000, "head_dim": \(headSize),
         "max_position_embeddings": 8192, "rms_norm_eps": 1e-06}
        """)
    }
    #expect("\(error)".contains("expected at most 256") && "\(error)".contains(headSize > 256 ? "dimension" : "count"))
  }

  @Test("Gemma 2: soft caps, its own attention scale, a window in even layers")
  func gemma2() throws {
    let model = try read(
      """
      {"model_type": "gemma2", "hidden_size": 4608, "intermediate_size": 36864, "num_attention_heads": 32,
       "num_key_value_heads": 16, "num_hidden_layers": 46, "vocab_size": 256000, "head_dim": 128,
       "hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 4096,
       "query_pre_attn_scalar": 144, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
       "max_position_embeddings": 8192, "rms_norm_eps": 1e-06}
      """)
    #expect(model.attentionScale == Float(1.0 / 12))
    #expect(model.attentionSoftcap == 50)
    #expect(model.finalSoftcap == 30)
    #expect((0..<4).map(model.usesSlidingWindow) == [true, false, true, false])
    #expect(model.queryWidth == 4096)
  }

  @Test("Gemma 3: text model inside a larger one, two bases, five local layers to a global one")
  func gemma3() throws {
    let model = try read(
      """
      {"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "eos_token_id": [1, 106],
       "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text",
         "num_hidden_layers": 34, "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024},
       "vision_config": {"hidden_size": 1152}}
      """)
    #expect(model.architecture == .gemma3)
    #expect(model.headCount == 8)
    #expect(model.keyValueHeadCount == 4)
    #expect(model.headDimension == 256)
    #expect(model.vocabularySize == 262_208)
    #expect(model.ropeTheta(layer: 0) == 10000)
    #expect(model.ropeTheta(layer: 5) == 1_000_000)
    #expect(model.ropeScaling(layer: 5) == .linear(factor: 8))
    #expect(model.ropeScaling(layer: 0) == .none)
    #expect((0..<12).filter { !model.usesSlidingWindow(layer: $0) } == [5, 11])
    #expect(model.eosTokenIDs == [1, 106])
    #expect(model.attentionSoftcap == nil)
  }

  @Test("Gemma 3 in the spelling of 2025: rope_parameters and layer_types")
  func gemma3Later() throws {
    let model = try read(
      """
      {"model_type": "gemma3_text", "hidden_size": 640, "intermediate_size": 2048, "num_attention_heads": 4,
       "num_key_value_heads": 1, "num_hidden_layers": 3, "head_dim": 256, "vocab_size": 262144,
       "max_position_embeddings": 32768, "sliding_window": 512, "use_bidirectional_attention": false,
       "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
       "rope_parameters": {"full_attention": {"rope_theta": 2000000.0, "rope_type": "linear", "factor": 4},
                           "sliding_attention": {"rope_theta": 20000.0, "rope_type": "default"}}}
      """)
    #expect((0..<3).map(model.ropeTheta(layer:)) == [20000, 2_000_000, 20000])
    #expect(model.ropeScaling == .linear(factor: 4))
    #expect((0..<3).map(model.usesSlidingWindow) == [true, false, true])
  }

  private func qwen(_ type: String, _ more: String) -> String {
    """
    {"model_type": "\(type)", "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14,
     "num_key_value_heads": 2, "num_hidden_layers": 4, "vocab_size": 151936, "max_position_embeddings": 32768,
     "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "tie_word_embeddings": true, "hidden_act": "silu"\(more)}
    """
  }

  @Test("Qwen2: the window only where it is in use, and from a layer on")
  func qwen2() throws {
    let off = try read(
      qwen("qwen2", ", \"sliding_window\": 32768, \"use_sliding_window\": false, \"max_window_layers\": 2"))
    #expect(off.slidingWindow == nil)
    #expect(off.tiedEmbeddings)
    #expect(off.headDimension == 64)
    let on = try read(
      qwen("qwen2", ", \"sliding_window\": 128, \"use_sliding_window\": true, \"max_window_layers\": 2"))
    #expect((0..<4).map(on.usesSlidingWindow) == [false, false, true, true])
  }

  @Test("Qwen3: heads wider than their share, YaRN as users add it")
  func qwen3() throws {
    let scaling = """
      , "head_dim": 128, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
        "original_max_position_embeddings": 32768}
      """
    let model = try read(qwen("qwen3", scaling))
    #expect(model.architecture == .qwen3)
    #expect(model.queryWidth == 14 * 128)
    guard case .yarn(4, 32768, 32, 1, let factor?) = model.ropeScaling else {
      Issue.record("\(model.ropeScaling)")
      return
    }
    #expect(abs(factor - 1.138_629_436_111_989) < 1e-12)
  }

  @Test("RoPE scalings in old and new spelling, and unknown ones by name")
  func scalings() throws {
    func scaling(_ text: String) throws -> RopeScaling {
      try read(qwen("llama", ", \"rope_scaling\": \(text)")).ropeScaling
    }
    #expect(try scaling("{\"type\": \"linear\", \"factor\": 2.5}") == .linear(factor: 2.5))
    #expect(try scaling("{\"rope_type\": \"dynamic\", \"factor\": 4}") == .dynamic(factor: 4))
    #expect(try scaling("{\"rope_type\": \"default\"}") == .none)
    #expect(
      try scaling(
        "{\"type\": \"yarn\", \"factor\": 2, \"beta_fast\": 16, \"beta_slow\": 2, \"attention_factor\": 1.5}")
        == .yarn(factor: 2, originalContext: 32768, betaFast: 16, betaSlow: 2, attentionFactor: 1.5))
    #expect(
      throws: CheckpointError.unsupported(
        file: "\(folder.path)/config.json", field: "rope_scaling.rope_type", found: "spiral",
        supported: ["default", "linear", "dynamic", "yarn", "llama3", "longrope"])
    ) { try scaling("{\"type\": \"spiral\"}") }
    #expect(throws: CheckpointError.missingField(file: "\(folder.path)/config.json", field: "rope_scaling.factor")) {
      try scaling("{\"type\": \"linear\"}")
    }
    for factor in ["0", "-1", "NaN", "Infinity", "\"2\"", "1e400"] {
      #expect(throws: CheckpointError.self, "\(factor)") {
        try scaling("{\"type\": \"linear\", \"factor\": \(factor)}")
      }
    }
    #expect(throws: CheckpointError.self) {
      try scaling("{\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1]}")
    }
  }

  @Test("an architecture that is not implemented is refused by name, with those that are")
  func unknownArchitecture() throws {
    #expect(
      throws: CheckpointError.unsupported(
        file: "\(folder.path)/config.json", field: "architecture", found: "mamba",
        supported: [
          "llama", "mistral", "phi", "phi3", "gemma", "gemma2", "gemma3_text", "gemma3", "qwen2", "qwen3",
        ])
    ) { try read("{\"model_type\": \"mamba\"}") }
    #expect(throws: CheckpointError.missingField(file: "\(folder.path)/config.json", field: "model_type")) {
      try read("{}")
    }
    let old = TinyLlama.config.replacing("\"model_type\": \"llama\"", with: "\"architectures\": [\"LlamaForCausalLM\"]")
    #expect(try read(old).architecture == .llama)
  }

  /// What is changed in the configuration, to what, and the start of the field that must be named.
  static let wrong: [(key: String, value: String, field: String)] = [
    ("hidden_size", "0", "'hidden_size'"), ("hidden_size", "-8", "'hidden_size'"),
    ("hidden_size", "8.5", "'hidden_size'"), ("hidden_size", "9223372036854775807", "'hidden_size'"),
    ("hidden_size", "99999999999999999999", "'hidden_size'"), ("hidden_size", "7", "'hidden_size'"),
    ("hidden_size", "\"8\"", "'hidden_size'"), ("num_hidden_layers", "100000", "the layer count"),
    ("num_attention_heads", "0", "'num_attention_heads'"), ("num_key_value_heads", "3", "the head count"),
    ("vocab_size", "true", "'vocab_size'"), ("rope_theta", "0", "'rope_theta'"),
    ("rope_theta", "NaN", "'rope_theta'"), ("rms_norm_eps", "-1e-5", "'rms_norm_eps'"),
    ("eos_token_id", "6", "a special token id"), ("bos_token_id", "\"<s>\"", "'bos_token_id'"),
    ("max_position_embeddings", "[]", "'max_position_embeddings'"),
  ]

  @Test("a value that cannot be is refused with the name of its field", arguments: wrong.indices)
  func impossible(index: Int) throws {
    let (key, value, field) = Self.wrong[index]
    let pattern = try Regex("\"\(key)\": [^,}]*")
    let config = TinyLlama.config.replacing(pattern, with: "\"\(key)\": \(value)")
    do {
      _ = try read(config)
      Issue.record("\(key) = \(value) was accepted")
    } catch CheckpointError.invalid(_, let found, _, _) {
      #expect(found == field)
    }
  }

  @Test("what is missing is named", arguments: ["hidden_size", "intermediate_size", "num_hidden_layers", "vocab_size"])
  func missing(key: String) throws {
    let config = TinyLlama.config.replacing("\"\(key)\"", with: "\"other\"")
    #expect(throws: CheckpointError.missingField(file: "\(folder.path)/config.json", field: key)) {
      try read(config)
    }
  }

  @Test("features that would change the computation silently are refused")
  func refusals() throws {
    let quantized = ", \"quantization_config\": {\"quant_method\": \"gptq\"}"
    for more in [quantized, ", \"hidden_act\": \"relu\"", ", \"partial_rotary_factor\": 2"] {
      let config = TinyLlama.config.dropLast(1) + more + "}"
      #expect(throws: CheckpointError.self, "\(more)") { try read(String(config)) }
    }
  }
}
