import Checkpoints
import TestSupport
import Testing

/// A field that could change numbers is never ignored: it is used, known to be harmless, or refused by name.
@Suite struct KnownFieldsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ type: String, _ more: String) throws -> Hyperparameters {
    try folder.write(
      """
      {"model_type": "\(type)", "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4,
       "num_key_value_heads": 4, "num_hidden_layers": 2, "vocab_size": 100, "head_dim": 8,
       "max_position_embeddings": 1024\(more.isEmpty ? "" : ", ")\(more)}
      """, to: "config.json")
    return try Checkpoint.openHyperparameters(folder.path)
  }

  private var file: String { "\(folder.path)/config.json" }

  private static let families = [
    "llama", "mistral", "phi", "phi3", "gemma", "gemma2", "gemma3_text", "qwen2", "qwen3",
  ]

  @Test("an unknown key of config.json is refused by name in every family", arguments: families)
  func unknownKey(type: String) throws {
    _ = try read(type, "")
    for (key, value, found) in [
      ("residual_multiplier", "0.22", "0.22"), ("num_experts", "8", "8"), ("rope_condense_ratio", "8", "8"),
      ("logits_scaling", "{\"a\": 1}", "an object"),
    ] {
      #expect(throws: CheckpointError.unknownField(file: file, field: key, found: found)) {
        try read(type, "\"\(key)\": \(value)")
      }
    }
    // What the reference takes for absent.
    _ = try read(type, "\"residual_multiplier\": null")
  }

  @Test("keys that change nothing here are taken", arguments: families)
  func harmless(type: String) throws {
    let plain = try read(type, "")
    let keys = """
      "architectures": ["X"], "torch_dtype": "bfloat16", "use_cache": false, "attention_dropout": 0.1,
      "transformers_version": "4.40.0", "_name_or_path": "x", "pad_token_id": 0, "auto_map": {"AutoConfig": "x"},
      "initializer_range": 0.02, "attention_bias": false, "repetition_penalty": 1.1, "id2label": {"0": "a"}
      """
    #expect(try read(type, keys) == plain)
  }

  @Test(
    "keys are harmless only while they say what the model computes anyway",
    arguments: [
      ("phi3", "\"lm_head_bias\": true"), ("phi3", "\"full_attn_mod\": 2"), ("mistral", "\"attention_bias\": true"),
      ("qwen2", "\"use_mrope\": true"), ("llama", "\"is_encoder_decoder\": true"),
      ("gemma", "\"hidden_activation\": \"silu\""), ("llama", "\"sliding_window\": 128"),
      ("mistral", "\"layer_types\": [\"full_attention\", \"sliding_attention\"]"),
      ("gemma", "\"use_bidirectional_attention\": true"), ("gemma2", "\"use_bidirectional_attention\": true"),
      ("llama", "\"partial_rotary_factor\": 0.5"), ("qwen2", "\"partial_rotary_factor\": 0.5"),
      ("qwen2", "\"layer_types\": [\"full_attention\", \"sliding_attention\"]"),
      ("gemma3_text", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}"),
      ("gemma2", "\"sliding_window\": null"), ("phi", "\"qk_layernorm\": true"),
    ])
  func conditional(type: String, more: String) throws {
    #expect(throws: CheckpointError.self) { try read(type, more) }
  }

  @Test("a key of the rotary settings that its type does not read is refused, and so are two that contradict")
  func rotaryKeys() throws {
    for more in [
      "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2, \"extra\": 1}",
      "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 5, \"mrope_section\": [1, 2]}",
      "\"rope_parameters\": {\"full_attention\": {\"rope_type\": \"linear\", \"factor\": 2}}",
      "\"rope_parameters\": {\"rope_type\": \"default\"}, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}",
    ] {
      #expect(throws: CheckpointError.self, "\(more)") { try read("llama", more) }
    }
    // A flat object says nothing to a family with two kinds of layers.
    #expect(throws: CheckpointError.unknownField(file: file, field: "rope_parameters.rope_theta", found: "5")) {
      try read("gemma3_text", "\"rope_parameters\": {\"rope_theta\": 5}")
    }
  }

  @Test("rotary settings of each kind of layer")
  func kindsOfLayer() throws {
    let model = try read(
      "gemma3_text",
      """
      "layer_types": ["sliding_attention", "full_attention"], "rope_parameters": {
        "full_attention": {"rope_type": "default", "rope_theta": 500000.0},
        "sliding_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 20000.0}}
      """)
    #expect(model.ropeScaling(layer: 0) == .linear(factor: 2))
    #expect(model.ropeScaling(layer: 1) == .none)
    #expect((0..<2).map(model.ropeTheta(layer:)) == [20000, 500_000])
  }

  @Test("LongRoPE's factor, YaRN's zero mscale_all_dim, and numbers inside the object before those beside it")
  func scalings() throws {
    let lists = "\"short_factor\": [1, 1, 1, 1], \"long_factor\": [2, 2, 2, 2]"
    // sqrt(1 + ln 4 / ln 16) = sqrt(1.5); without a factor ln(1024 / 16) / ln 16 = 1.5.
    for (factor, expected) in [(", \"factor\": 4", 1.5), ("", 2.5), (", \"factor\": 4, \"attention_factor\": 3", 9)] {
      let scaling = try read(
        "llama",
        "\"rope_scaling\": {\"type\": \"longrope\", \(lists), \"original_max_position_embeddings\": 16\(factor)}"
      ).ropeScaling
      guard case .longRope(_, _, 16, let attention) = scaling else {
        Issue.record("\(scaling)")
        return
      }
      #expect(abs(attention * attention - expected) < 1e-12)
    }
    let yarn = "\"type\": \"yarn\", \"factor\": 4, \"original_max_position_embeddings\": 256, \"mscale\": 0.5"
    // 0.1 ln 4 + 1, as without either.
    guard
      case .yarn(_, _, _, _, let attention?) =
        try read("llama", "\"rope_scaling\": {\(yarn), \"mscale_all_dim\": 0}").ropeScaling
    else {
      Issue.record("no YaRN")
      return
    }
    #expect(abs(attention - 1.138_629_436_111_989) < 1e-12)
    #expect(
      try read("llama", "\"rope_theta\": 10, \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 77}")
        .ropeTheta == 77)
    // Phi-3's first releases call LongRoPE yarn.
    guard case .longRope = try read("phi3", "\"rope_scaling\": {\"type\": \"yarn\", \(lists)}").ropeScaling else {
      Issue.record("no LongRoPE")
      return
    }
    #expect(throws: CheckpointError.self) {
      try read("phi3", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}")
    }
  }

  // MARK: GGUF

  private func readGGUF(
    _ change: (inout GGUFFile) -> Void
  ) throws -> Hyperparameters {
    var file = TinyLlama.gguf()
    change(&file)
    return try Checkpoint.open(folder.write(file.encoded(), to: "test.gguf")).hyperparameters
  }

  @Test("an unknown key of a GGUF architecture is refused by name")
  func unknownGGUFKey() throws {
    for (key, value) in [
      ("llama.residual_scale", Float(0.5)), ("llama.attention.clamp_kqv", 8), ("llama.rope.scaling.attn_factor", 1.5),
      ("llama.logit_scale", 2), ("llama.rope.dimension_count_swa", 2), ("llama.future", 1),
    ] {
      #expect(throws: CheckpointError.unknownField(file: "\(folder.path)/test.gguf", field: key, found: "\(value)")) {
        try readGGUF { $0.set(key, value) }
      }
    }
    _ = try readGGUF { file in
      file.set("llama.attention.clamp_kqv", Float(0))
      file.set("llama.rope.scaling.finetuned", 7) { $0.add(UInt8(1)) }
      file.set("llama.attention.causal", 7) { $0.add(UInt8(1)) }
      file.set("general.anything", UInt32(4))
      file.set("llama.attention.sliding_window", UInt32(0))
    }
  }

  @Test("LongRoPE's tensors mean the same in every architecture, and do not go with another scaling")
  func longRopeTensors() throws {
    func add(_ file: inout GGUFFile) {
      file.addTensor("rope_factors_long.weight", [2], first: 2)
      file.addTensor("rope_factors_short.weight", [2], first: 1)
      file.set("llama.rope.scaling.original_context_length", UInt32(16))
    }
    let window = try readGGUF { add(&$0) }.ropeScaling
    // sqrt(1 + ln 2 / ln 16) = sqrt(1.25)
    guard case .longRope([1, 2], [2, 3], 16, let attention) = window else {
      Issue.record("\(window)")
      return
    }
    #expect(abs(attention * attention - 1.25) < 1e-12)
    guard
      case .longRope(_, _, _, let stated) =
        try readGGUF({ file in
          add(&file)
          file.set("llama.rope.scaling.type", "longrope")
          file.set("llama.rope.scaling.factor", Float(4))
        }).ropeScaling
    else {
      Issue.record("no LongRoPE")
      return
    }
    #expect(abs(stated * stated - 1.5) < 1e-12)
    let path = "\(folder.path)/test.gguf"
    #expect(throws: CheckpointError.missingTensor(file: path, tensor: "rope_factors_long.weight")) {
      try readGGUF { $0.set("llama.rope.scaling.type", "longrope") }
    }
    #expect(throws: CheckpointError.missingTensor(file: path, tensor: "rope_factors_short.weight")) {
      try readGGUF { $0.addTensor("rope_factors_long.weight", [2]) }
    }
    #expect(throws: CheckpointError.self) {
      try readGGUF { file in
        add(&file)
        file.set("llama.rope.scaling.type", "linear")
        file.set("llama.rope.scaling.factor", Float(2))
      }
    }
    #expect(throws: CheckpointError.self) {
      try readGGUF { file in
        file.addTensor("rope_freqs.weight", [2])
        file.set("llama.rope.scaling.type", "linear")
        file.set("llama.rope.scaling.factor", Float(2))
      }
    }
  }

  @Test("a bias of the output projection belongs to Phi alone")
  func outputBias() throws {
    #expect(
      throws: CheckpointError.unexpectedTensor(
        file: "\(folder.path)/test.gguf", tensor: "output.bias", architecture: "llama")
    ) { try readGGUF { $0.addTensor("output.bias", [6]) } }
  }

  @Test("which layers of a Gemma have the window may be a period or one flag per layer; no window may be zero")
  func slidingWindows() throws {
    func windows(_ change: @escaping (inout GGUFFile) -> Void) throws -> [Bool] {
      var file = GGUFFile()
      file.set("general.architecture", "gemma3")
      for (key, number) in [
        ("context_length", 128), ("embedding_length", 64), ("feed_forward_length", 96), ("block_count", 4),
        ("attention.head_count", 4), ("vocab_size", 10), ("attention.sliding_window", 32),
      ] as [(String, UInt32)] { file.set("gemma3.\(key)", number) }
      file.set("gemma3.attention.layer_norm_rms_epsilon", Float(1e-6))
      change(&file)
      let model = try Checkpoint.openHyperparameters(folder.write(file.encoded(), to: "gemma.gguf"))
      return (0..<4).map(model.usesSlidingWindow)
    }
    let key = "gemma3.attention.sliding_window_pattern"
    #expect(try windows { _ in } == [true, true, true, true])
    #expect(try windows { $0.set(key, UInt32(2)) } == [true, false, true, false])
    func flags(_ values: [UInt8]) -> (inout GGUFFile) -> Void {
      { file in
        file.set(key, 9) { value in
          value.add(UInt32(7))
          value.add(UInt64(values.count))
          for flag in values { value.add(flag) }
        }
      }
    }
    #expect(try windows(flags([0, 1, 1, 0])) == [false, true, true, false])
    #expect(throws: CheckpointError.self) { try windows(flags([0, 1])) }
  }
}
