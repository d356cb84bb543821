import Checkpoints
import Digest
import Foundation
import TestSupport
import Testing

@Suite struct CheckpointTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func failure(_ path: String) -> CheckpointError? {
    do throws(CheckpointError) {
      _ = try Checkpoint.open(path)
      return nil
    } catch {
      return error
    }
  }

  @Test("both formats give the same tensors under the same names")
  func bothFormats() throws {
    let gguf = try Checkpoint.open(folder.write(TinyLlama.gguf().encoded(), to: "tiny.gguf"))
    let other = try TemporaryFolder()
    try TinyLlama.writeHuggingFace(to: other)
    let huggingFace = try Checkpoint.open(other.path)
    #expect(gguf.format == .gguf)
    #expect(huggingFace.format == .huggingFace)
    #expect(gguf.tensors.mapValues(\.shape) == huggingFace.tensors.mapValues(\.shape))
    #expect(Set(gguf.tensors.keys) == Set(TinyLlama.tensors.map(\.name)))
    #expect(gguf.parameterCount == 48 + 8 + 48 + 8 + 64 + 32 + 32 + 64 + 8 + 96 + 96 + 96)
    #expect(gguf.gguf != nil)
    #expect(huggingFace.gguf == nil)
    var expected = huggingFace.hyperparameters
    expected.ropePairing = .interleaved
    #expect(gguf.hyperparameters == expected)
    #expect(gguf.hyperparameters.eosTokenIDs == [2])
    #expect(gguf.hyperparameters.bosTokenID == 1)
  }

  @Test("a folder with one GGUF file is that file; with two or none it says what is there")
  func folders() throws {
    try folder.write(TinyLlama.gguf().encoded(), to: "a.gguf")
    #expect(try Checkpoint.open(folder.path + "/").path == "\(folder.path)/a.gguf")
    try folder.write(TinyLlama.gguf().encoded(), to: "b.gguf")
    #expect(
      failure(folder.path)
        == .notFound(
          path: folder.path, lookedFor: ["\(folder.path)/config.json", "exactly one \(folder.path)/*.gguf"],
          present: ["a.gguf", "b.gguf"]))
    let empty = try TemporaryFolder()
    #expect(
      failure(empty.path)
        == .notFound(
          path: empty.path, lookedFor: ["\(empty.path)/config.json", "\(empty.path)/*.gguf"], present: []))
  }

  @Test("hyperparameters need no weights, a checkpoint does")
  func withoutWeights() throws {
    try folder.write(TinyLlama.config, to: "config.json")
    try folder.write("", to: "pytorch_model.bin")
    #expect(try Checkpoint.openHyperparameters(folder.path).hiddenSize == 8)
    let found = failure(folder.path)
    let error = try #require(found)
    #expect(
      error
        == .notFound(
          path: folder.path,
          lookedFor: ["\(folder.path)/model.safetensors", "\(folder.path)/model.safetensors.index.json"],
          present: ["config.json", "pytorch_model.bin"]))
    #expect(error.description.contains("convert .bin weights"))
    let header = TinyLlama.gguf().encoded().prefix(1600)
    let cut = try folder.write(Array(header), to: "cut.gguf")
    #expect(try Checkpoint.openHyperparameters(cut).layerCount == 1)
    #expect(throws: CheckpointError.self) { try Checkpoint.open(cut) }
  }

  @Test("every tensor is needed", arguments: TinyLlama.tensors.map(\.name))
  func missing(name: String) throws {
    var file = TinyLlama.gguf()
    file.tensors.removeAll { $0.name == name }
    let path = try folder.write(file.encoded(), to: "tiny.gguf")
    if name == "output.weight" {
      #expect(try Checkpoint.open(path).hyperparameters.tiedEmbeddings)
    } else {
      #expect(failure(path) == .missingTensor(file: path, tensor: name))
    }
    let stored = try #require(TinyLlama.tensors.first { $0.name == name }).stored
    try TinyLlama.writeHuggingFace(to: folder, omitting: [stored])
    try folder.remove("tiny.gguf")
    #expect(failure(folder.path) == .missingTensor(file: folder.path, tensor: name))
  }

  @Test("every shape is compared with the hyperparameters", arguments: TinyLlama.tensors.indices)
  func shapes(index: Int) throws {
    let (name, _, shape) = TinyLlama.tensors[index]
    guard name != "token_embd.weight" else { return }
    var file = GGUFFile()
    file.values = TinyLlama.gguf().values
    let wrong = [shape[0] + 1] + shape.dropFirst()
    for tensor in TinyLlama.tensors { file.addTensor(tensor.name, tensor.name == name ? wrong : tensor.shape) }
    let path = try folder.write(file.encoded(), to: "tiny.gguf")
    #expect(failure(path) == .wrongShape(file: path, tensor: name, expected: shape, found: wrong))
  }

  @Test("a tensor that the model does not know is refused, buffers are passed over")
  func unexpected() throws {
    try TinyLlama.writeHuggingFace(
      to: folder, adding: [("model.layers.0.self_attn.rotary_emb.inv_freq", [2])])
    #expect(failure(folder.path) == nil)
    for name in [
      "model.layers.0.self_attn.q_norm.weight", "model.layers.1.input_layernorm.weight",
      "model.layers.00.input_layernorm.weight", "model.layers.0.input_layernorm.bias", "score.weight",
    ] {
      try TinyLlama.writeHuggingFace(to: folder, adding: [(name, [8])])
      #expect(
        failure(folder.path)
          == .unexpectedTensor(file: "\(folder.path)/model.safetensors", tensor: name, architecture: "llama"))
    }
  }

  @Test("biases are those that the configuration announces, all of them and no other")
  func biases() throws {
    let attention: [(String, [Int])] = [
      ("q_proj", [8]), ("k_proj", [4]), ("v_proj", [4]), ("o_proj", [8]),
    ].map { ("model.layers.0.self_attn.\($0.0).bias", $0.1) }
    let config = String(TinyLlama.config.dropLast(1) + ", \"attention_bias\": true, \"mlp_bias\": false}")
    try TinyLlama.writeHuggingFace(to: folder, config: config, adding: attention)
    #expect(try Checkpoint.open(folder.path).tensor("blk.0.attn_k.bias").shape == [4])
    try TinyLlama.writeHuggingFace(to: folder, config: config, adding: Array(attention.dropFirst()))
    #expect(failure(folder.path) == .missingTensor(file: folder.path, tensor: "blk.0.attn_q.bias"))
    for (config, tensor) in [
      (TinyLlama.config, attention[0]), (config, ("model.layers.0.mlp.down_proj.bias", [8])),
      (TinyLlama.config, ("lm_head.bias", [6])),
    ] {
      let adding = config == TinyLlama.config ? [tensor] : attention + [tensor]
      try TinyLlama.writeHuggingFace(to: folder, config: config, adding: adding)
      #expect(
        failure(folder.path)
          == .unexpectedTensor(
            file: "\(folder.path)/model.safetensors", tensor: tensor.0, architecture: "llama"))
    }
  }

  @Test("a tied model needs no output projection and ignores one")
  func tied() throws {
    let config = TinyLlama.config.dropLast(1) + ", \"tie_word_embeddings\": true}"
    for omitted in [["lm_head"], []] {
      try TinyLlama.writeHuggingFace(to: folder, config: String(config), omitting: omitted)
      let checkpoint = try Checkpoint.open(folder.path)
      #expect(checkpoint.hyperparameters.tiedEmbeddings)
      #expect(checkpoint.tensors["output.weight"] == nil)
    }
  }

  @Test("a type that is not read is refused where it is needed")
  func elementType() throws {
    try folder.write(TinyLlama.config, to: "config.json")
    var file = SafetensorsBuilder()
    for (_, stored, shape) in TinyLlama.tensors {
      let isWide = stored == "model.norm.weight"
      file.add(stored, shape, type: isWide ? "F64" : "F32", elementByteCount: isWide ? 8 : 4)
    }
    try folder.write(file.encoded(), to: "model.safetensors")
    #expect(
      failure(folder.path)
        == .unsupported(
          file: "\(folder.path)/model.safetensors", field: "dtype of tensor 'model.norm.weight'", found: "F64",
          supported: ["F32", "F16", "BF16"]))
  }

  // MARK: Shards

  private func writeShards(_ map: (String) -> String) throws {
    try folder.write(TinyLlama.config, to: "config.json")
    var shards = [SafetensorsBuilder(), SafetensorsBuilder()]
    var entries: [String] = []
    for (index, tensor) in TinyLlama.tensors.enumerated() {
      shards[index % 2].add(tensor.stored, tensor.shape)
      entries.append("\"\(tensor.stored)\": \"\(map("model-\(index % 2).safetensors"))\"")
    }
    for (index, shard) in shards.enumerated() { try folder.write(shard.encoded(), to: "model-\(index).safetensors") }
    try folder.write(
      "{\"metadata\": {}, \"weight_map\": {\(entries.joined(separator: ","))}}", to: "model.safetensors.index.json")
  }

  @Test("shards are joined by their index")
  func shards() throws {
    try writeShards { $0 }
    let checkpoint = try Checkpoint.open(folder.path)
    #expect(checkpoint.files.map(\.path) == ["model-0", "model-1"].map { "\(folder.path)/\($0).safetensors" })
    #expect(checkpoint.tensors.count == TinyLlama.tensors.count)
    try folder.remove("model-1.safetensors")
    #expect(
      failure(folder.path)
        == .notFound(
          path: folder.path, lookedFor: ["\(folder.path)/model-1.safetensors"],
          present: ["config.json", "model-0.safetensors", "model.safetensors.index.json"]))
  }

  @Test("an index that lies is refused")
  func wrongIndex() throws {
    try writeShards { _ in "model-0.safetensors" }
    #expect(
      failure(folder.path)
        == .missingTensor(
          file: "\(folder.path)/model-0.safetensors", tensor: "model.layers.0.input_layernorm.weight"))
    for name in ["../model-0.safetensors", "/etc/passwd", "", ".."] {
      try writeShards { _ in name }
      guard case .invalid(_, _, "the name of a file in the same folder", _) = failure(folder.path) else {
        Issue.record("\(name)")
        return
      }
    }
    try folder.write("{\"weight_map\": {}}", to: "model.safetensors.index.json")
    #expect(
      failure(folder.path)
        == .invalid(
          file: "\(folder.path)/model.safetensors.index.json", field: "'weight_map'", expected: "at least one tensor",
          found: "none"))
  }

  // MARK: Identity

  @Test("the hash of one file is that file's SHA-256; of a folder it covers weights and configuration")
  func contentHash() throws {
    let bytes = TinyLlama.gguf().encoded()
    var digest = SHA256()
    digest.update(bytes)
    let first = try Checkpoint.open(folder.write(bytes, to: "tiny.gguf"))
    #expect(try first.contentHash() == digest.hexadecimal())

    let other = try TemporaryFolder()
    try TinyLlama.writeHuggingFace(to: other)
    let before = try Checkpoint.open(other.path)
    let hash = try before.contentHash()
    #expect(before.identityFiles.map(\.path) == ["config.json", "model.safetensors"].map { "\(other.path)/\($0)" })
    #expect(hash == Checkpoint.contentHash(digests: try before.identityFiles.map { try Checkpoint.digest(of: $0) }))
    let copy = try TemporaryFolder()
    try TinyLlama.writeHuggingFace(to: copy)
    #expect(try Checkpoint.open(copy.path).contentHash() == hash)
    try other.write(TinyLlama.config.replacing("10000.0", with: "20000.0"), to: "config.json")
    #expect(try Checkpoint.open(other.path).contentHash() != hash)
    #expect(throws: CheckpointError.self) {
      try other.write(TinyLlama.config + " ", to: "config.json")
      _ = try before.contentHash()
    }
  }

  // MARK: Rows

  @Test("rows of a fused tensor are tensors without copies")
  func rows() throws {
    let checkpoint = try Checkpoint.open(folder.write(TinyLlama.gguf().encoded(), to: "tiny.gguf"))
    let whole = try checkpoint.tensor("blk.0.ffn_up.weight")
    let part = whole.rows(3..<5)
    #expect(part.shape == [2, 8])
    #expect(part.elementCount == 16)
    #expect(part.floats() == Array((whole.floats() ?? [])[24..<40]))
    #expect(part.rows(1..<2).floats() == Array((whole.floats() ?? [])[32..<40]))
    #expect(whole.rows(0..<12).byteRange == whole.byteRange)
    #expect(whole.rows(4..<4).byteRange.isEmpty)
    let norm = try checkpoint.tensor("blk.0.ffn_norm.weight")
    #expect(norm.rows(2..<4).floats() == Array((norm.floats() ?? [])[2..<4]))
    #expect(part.withBytes { $0.count } == 64)
  }
}
