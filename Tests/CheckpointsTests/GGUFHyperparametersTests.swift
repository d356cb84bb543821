import Checkpoints
import TestSupport
import Testing

@Suite struct GGUFHyperparametersTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A header of an architecture without weights: 24 layers of 4 heads, 64 features, 10 tokens.
  private func read(_ architecture: String, _ change: (inout GGUFFile) -> Void = { _ in }) throws -> Hyperparameters {
    var file = GGUFFile()
    file.set("general.architecture", architecture)
    for (key, number) in [
      ("context_length", 128), ("embedding_length", 64), ("feed_forward_length", 96), ("block_count", 24),
      ("attention.head_count", 4), ("vocab_size", 10),
    ] as [(String, UInt32)] { file.set("\(architecture).\(key)", number) }
    let epsilon = architecture == "phi2" ? "layer_norm_epsilon" : "layer_norm_rms_epsilon"
    file.set("\(architecture).attention.\(epsilon)", Float(1e-6))
    change(&file)
    return try Checkpoint.openHyperparameters(folder.write(file.encoded(), to: "test.gguf"))
  }

  @Test("only llama files pair neighbours; the others pair halves")
  func pairing() throws {
    #expect(try read("llama").ropePairing == .interleaved)
    for architecture in ["phi2", "phi3", "gemma", "gemma2", "qwen2", "qwen3"] {
      #expect(try read(architecture).ropePairing == .halves)
    }
  }

  @Test("absent keys have the format's defaults")
  func defaults() throws {
    let model = try read("llama")
    #expect(model.keyValueHeadCount == 4)
    #expect(model.headDimension == 16)
    #expect(model.rotaryDimension == 16)
    #expect(model.ropeTheta == 10000)
    #expect(model.ropeScaling == .none)
    #expect(model.tiedEmbeddings)
    #expect(model.eosTokenIDs.isEmpty)
  }

  @Test("Phi-2 and the Gemmas have what their configurations do not say")
  func families() throws {
    let phi = try read("phi2") { $0.set("phi2.rope.dimension_count", UInt32(8)) }
    #expect(phi.architecture == .phi)
    #expect(phi.norm == .layer && phi.parallelBlock && !phi.gatedFeedForward && phi.activation == .geluTanh)
    #expect(phi.rotaryDimension == 8)
    let gemma = try read("gemma")
    #expect(gemma.normWeightOffset == 0)
    #expect(gemma.embeddingScale == 8)
    #expect(gemma.activation == .geluTanh)
    let gemma2 = try read("gemma2")
    #expect(gemma2.attentionSoftcap == 50 && gemma2.finalSoftcap == 30 && gemma2.slidingWindow == 4096)
    #expect((0..<3).map(gemma2.usesSlidingWindow) == [true, false, true])
    let large = try read("gemma2") { file in
      file.set("gemma2.block_count", UInt32(46))
      file.set("gemma2.attention.key_length", UInt32(32))
    }
    #expect(large.attentionScale == 0.25)
    #expect(large.headDimension == 32)
    let gemma3 = try read("gemma3") { file in
      file.set("gemma3.attention.sliding_window", UInt32(32))
      file.set("gemma3.rope.freq_base", Float(1e6))
      file.set("gemma3.rope.scaling.type", "linear")
      file.set("gemma3.rope.scaling.factor", Float(8))
    }
    #expect(gemma3.ropeTheta(layer: 4) == 10000)
    #expect(gemma3.ropeTheta(layer: 5) == 1_000_000)
    #expect(gemma3.ropeScaling(layer: 4) == .none)
    #expect(gemma3.ropeScaling(layer: 5) == .linear(factor: 8))
  }

  @Test("scalings: linear in two spellings, YaRN, none by factor zero, unknown by name")
  func scalings() throws {
    #expect(try read("llama") { $0.set("llama.rope.scale_linear", Float(4)) }.ropeScaling == .linear(factor: 4))
    #expect(
      try read("llama") { file in
        file.set("llama.rope.scaling.type", "linear")
        file.set("llama.rope.scaling.factor", Float(0))
      }.ropeScaling == .none)
    let yarn = try read("qwen2") { file in
      file.set("qwen2.rope.scaling.type", "yarn")
      file.set("qwen2.rope.scaling.factor", Float(4))
      file.set("qwen2.rope.scaling.original_context_length", UInt32(32))
    }
    guard case .yarn(4, 32, 32, 1, let factor?) = yarn.ropeScaling else {
      Issue.record("\(yarn.ropeScaling)")
      return
    }
    #expect(abs(factor - 1.138_629_436_111_989) < 1e-12)
    #expect(
      throws: CheckpointError.unsupported(
        file: "\(folder.path)/test.gguf", field: "llama.rope.scaling.type", found: "spiral",
        supported: ["none", "linear", "yarn", "longrope"])
    ) { try read("llama") { $0.set("llama.rope.scaling.type", "spiral") } }
  }

  @Test("factors that are stored as tensors")
  func factorTensors() throws {
    #expect(try read("llama") { $0.addTensor("rope_freqs.weight", [8]) }.ropeFrequencyFactors == "rope_freqs.weight")
    let phi3 = try read("phi3") { file in
      file.addTensor("rope_factors_long.weight", [8], first: 2)
      file.addTensor("rope_factors_short.weight", [8], first: 1)
      file.set("phi3.rope.scaling.original_context_length", UInt32(64))
      file.set("phi3.rope.scaling.attn_factor", Float(1.25))
    }
    #expect(
      phi3.ropeScaling
        == .longRope(
          shortFactors: (1...8).map { Double($0) }, longFactors: (2...9).map { Double($0) }, originalContext: 64,
          attentionFactor: 1.25))
    #expect(throws: CheckpointError.self) {
      try read("phi3") { file in
        file.addTensor("rope_factors_long.weight", [7])
        file.addTensor("rope_factors_short.weight", [8])
      }
    }
  }

  @Test("more tokens than rows of the embedding are refused, fewer are not")
  func tokens() throws {
    func read(_ count: Int) throws -> Hyperparameters {
      try self.read("llama") { file in
        file.addTensor("token_embd.weight", [3, 64])
        file.set("tokenizer.ggml.tokens", 9) { value in
          value.add(UInt32(8))
          value.add(UInt64(count))
          for token in 0..<count { value.add("\(token)") }
        }
      }
    }
    #expect(try read(3).vocabularySize == 3)
    #expect(try read(2).vocabularySize == 3)
    #expect(
      throws: CheckpointError.invalid(
        file: "\(folder.path)/test.gguf", field: "the count of 'tokenizer.ggml.tokens'",
        expected: "at most 3, the rows of 'token_embd.weight'", found: "4")
    ) { try read(4) }
  }

  @Test("one number per layer is taken when all are equal")
  func perLayer() throws {
    func read(_ numbers: [Int32]) throws -> Hyperparameters {
      try self.read("llama") { file in
        file.set("llama.attention.head_count_kv", 9) { value in
          value.add(UInt32(5))
          value.add(UInt64(numbers.count))
          for number in numbers { value.add(number) }
        }
      }
    }
    #expect(try read([2, 2, 2]).keyValueHeadCount == 2)
    #expect(throws: CheckpointError.self) { try read([2, 4, 2]) }
  }

  @Test("what is not implemented is refused by name")
  func refusals() throws {
    #expect(
      throws: CheckpointError.unsupported(
        file: "\(folder.path)/test.gguf", field: "architecture", found: "gpt2",
        supported: ["llama", "phi2", "phi3", "gemma", "gemma2", "gemma3", "qwen2", "qwen3"])
    ) { try read("gpt2") }
    for (key, value) in [("llama.expert_count", 8), ("split.count", 3), ("llama.attention.value_length", 8)] {
      #expect(throws: CheckpointError.self, "\(key)") { try read("llama") { $0.set(key, UInt32(value)) } }
    }
    for key in ["llama.context_length", "llama.embedding_length", "llama.block_count", "llama.vocab_size"] {
      #expect(throws: CheckpointError.missingField(file: "\(folder.path)/test.gguf", field: key)) {
        try read("llama") { file in file.values.removeAll { $0.key == key } }
      }
      #expect(throws: CheckpointError.self) { try read("llama") { $0.set(key, UInt32(0)) } }
      #expect(throws: CheckpointError.self) { try read("llama") { $0.set(key, UInt32.max) } }
    }
    #expect(throws: CheckpointError.self) { try read("llama") { $0.set("llama.rope.freq_base", Float.infinity) } }
    #expect(throws: CheckpointError.self) { try read("llama") { $0.set("llama.rope.freq_base", -Float(1)) } }
  }

  @Test("special tokens: every end once, the greatest number for none")
  func specialTokens() throws {
    let model = try read("llama") { file in
      file.set("tokenizer.ggml.bos_token_id", UInt32.max)
      file.set("tokenizer.ggml.eos_token_id", UInt32(3))
      file.set("tokenizer.ggml.eot_token_id", UInt32(7))
      file.set("tokenizer.ggml.eom_token_id", UInt32(3))
    }
    #expect(model.bosTokenID == nil)
    #expect(model.eosTokenIDs == [3, 7])
  }
}
