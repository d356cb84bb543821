import Checkpoints
import Foundation
import Kernels
import Positions
import TestSupport
import Testing
import Transformer

/// The same tiny models as GGUF files: written here from their Hugging Face folders by the rules of llama.cpp's converter.
@Suite struct FormatTests {
  /// qwen-2.5's fixture has a window in some layers, and gemma-3-local's a scaling in some, which GGUF cannot say.
  static let names = [
    "llama-3.1", "llama-yarn", "mistral-0.1", "mistral-0.3", "phi-1.5", "phi-3", "phi-3-window", "phi-4-mini",
    "gemma-1", "gemma-2", "gemma-3", "qwen-1.5", "qwen-3", "phi-3-factor", "llama-longrope", "gemma-1-gelu", "phi-tied",
  ]

  @Test("a model gives the same logits from both formats", arguments: names)
  func sameLogits(name: String) throws {
    let folder = Fixture.folder().appendingPathComponent("families/\(name)").path
    let file = try TemporaryFolder.untilExit() + "/model.gguf"
    try Data(GGUFCopy(Checkpoint.open(folder)).bytes).write(to: URL(fileURLWithPath: file))
    var random = SplitMix64(seed: 3)
    let tokens = (0..<180).map { _ in Int.random(in: 3..<96, using: &random) }
    for method in ["plain", "self-extend:G=4,W=24"] {
      func logits(_ path: String) throws -> [Float] {
        let session = Session(
          model: try Model.load(path: path), method: try Method(parsing: method), workers: Workers(threads: 2))
        return try session.logits(tokens)
      }
      let (a, b) = (try logits(folder), try logits(file))
      let worst = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
      #expect(a.count == b.count && worst < 2e-4, "\(method): \(worst)")
    }
  }
}

/// A GGUF file with the tensors of an opened checkpoint, in float32.
private struct GGUFCopy {
  private(set) var bytes: [UInt8] = []
  private var values: [[UInt8]] = []
  private var entries: [[UInt8]] = []
  private var data: [UInt8] = []
  private let architecture: String

  init(_ source: Checkpoint) throws {
    let h = source.hyperparameters
    architecture =
      switch h.architecture {
      case .llama, .mistral: "llama"
      case .phi: "phi2"
      default: h.architecture.rawValue
      }
    let isGemma = [.gemma, .gemma2, .gemma3].contains(h.architecture)
    values.append(Self.text("general.architecture") + Self.number(UInt32(8)) + Self.text(architecture))
    addSizes(h)
    addRope(h)
    for name in source.tensors.keys.sorted() {
      let tensor = try source.tensor(name)
      var floats = Self.floats(tensor)
      if isGemma, name.hasSuffix("norm.weight") { floats = floats.map { $0 + 1 } }
      if architecture == "llama", name.contains("attn_q.") || name.contains("attn_k.") {
        floats = Self.interleaved(floats, rows: tensor.shape[0], headDimension: h.headDimension)
      }
      add(name, tensor.shape, floats)
    }
    bytes = Array("GGUF".utf8) + Self.number(UInt32(3)) + Self.number(UInt64(entries.count))
    bytes += Self.number(UInt64(values.count)) + values.joined() + entries.joined()
    bytes += [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32) + data
  }

  private mutating func addSizes(_ h: Hyperparameters) {
    for (key, value) in [
      ("context_length", h.contextWindow), ("embedding_length", h.hiddenSize), ("block_count", h.layerCount),
      ("feed_forward_length", h.intermediateSize), ("attention.head_count", h.headCount),
      ("attention.head_count_kv", h.keyValueHeadCount), ("attention.key_length", h.headDimension),
      ("attention.value_length", h.headDimension), ("vocab_size", h.vocabularySize),
      ("rope.dimension_count", h.rotaryDimension),
    ] { set(key, value) }
    set("attention.\(h.norm == .layer ? "layer_norm_epsilon" : "layer_norm_rms_epsilon")", h.normEpsilon)
    if let window = h.slidingWindow { set("attention.sliding_window", window) }
    if let cap = h.attentionSoftcap { set("attn_logit_softcapping", cap) }
    if let cap = h.finalSoftcap { set("final_logit_softcapping", cap) }
    if ["gemma2", "gemma3"].contains(architecture) { set("attention.scale", h.attentionScale) }
    if architecture == "gemma3" { set("attention.sliding_window_pattern", 3) }
  }

  private mutating func addRope(_ h: Hyperparameters) {
    set("rope.freq_base", Float(h.ropeTheta))
    if let local = h.localRopeTheta { set("rope.freq_base_swa", Float(local)) }
    switch h.ropeScaling {
    case .linear(let factor):
      set("rope.scaling.type", "linear")
      set("rope.scaling.factor", Float(factor))
    case .yarn(let factor, let original, _, _, _):
      set("rope.scaling.type", "yarn")
      set("rope.scaling.factor", Float(factor))
      set("rope.scaling.original_context_length", original)
    case .llama3(let factor, let low, let high, let original):
      // The converter stores by what each frequency is divided.
      let scaling = RotaryScaling.llama3(
        factor: factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext: original)
      func frequencies(_ scaling: RotaryScaling) -> [Double] {
        RotaryEmbedding(dimension: h.rotaryDimension, theta: h.ropeTheta, scaling: scaling).frequencies(
          sequenceLength: 1)
      }
      add(
        "rope_freqs.weight", [h.rotaryDimension / 2],
        zip(frequencies(.none), frequencies(scaling)).map { Float($0 / $1) })
    case .longRope(let short, let long, let original, let attention):
      set("rope.scaling.attn_factor", Float(attention))
      set("rope.scaling.original_context_length", original)
      add("rope_factors_short.weight", [short.count], short.map { Float($0) })
      add("rope_factors_long.weight", [long.count], long.map { Float($0) })
    case .none, .dynamic: break
    }
  }

  private mutating func set(_ key: String, _ value: Int) {
    values.append(Self.text("\(architecture).\(key)") + Self.number(UInt32(4)) + Self.number(UInt32(value)))
  }

  private mutating func set(_ key: String, _ value: Float) {
    values.append(Self.text("\(architecture).\(key)") + Self.number(UInt32(6)) + Self.number(value.bitPattern))
  }

  private mutating func set(_ key: String, _ value: String) {
    values.append(Self.text("\(architecture).\(key)") + Self.number(UInt32(8)) + Self.text(value))
  }

  private mutating func add(_ name: String, _ shape: [Int], _ floats: [Float]) {
    entries.append(
      Self.text(name) + Self.number(UInt32(shape.count)) + shape.reversed().flatMap { Self.number(UInt64($0)) }
        + Self.number(UInt32(0)) + Self.number(UInt64(data.count)))
    for value in floats { data += Self.number(value.bitPattern) }
    data += [UInt8](repeating: 0, count: (32 - data.count % 32) % 32)
  }

  private static func floats(_ tensor: Tensor) -> [Float] {
    tensor.file.withBytes(tensor.byteRange) { bytes in
      (0..<tensor.elementCount).map { index in
        // The fixtures are bfloat16.
        Float(bitPattern: UInt32(bytes[2 * index]) << 16 | UInt32(bytes[2 * index + 1]) << 24)
      }
    }
  }

  /// Rows of queries or keys with the two of each rotated pair side by side.
  private static func interleaved(_ floats: [Float], rows: Int, headDimension: Int) -> [Float] {
    let columns = floats.count / rows
    return (0..<rows).flatMap { row in
      let (head, place) = (row / headDimension, row % headDimension)
      let source = head * headDimension + place / 2 + place % 2 * (headDimension / 2)
      return floats[source * columns..<(source + 1) * columns]
    }
  }

  private static func number(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func text(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count)) + Array(text.utf8) }
}
