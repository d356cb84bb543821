import JSON

/// What is particular to one family: its names in files, and how its configuration differs from Llama's.
///
/// A new family is one file here and one line in `all`, if its computation can be said in `Hyperparameters`.
struct Family: Sendable {
  typealias Configure = @Sendable (inout Hyperparameters, JSONObject) throws(CheckpointError) -> Void
  typealias Biases = @Sendable (JSONObject) throws(CheckpointError) -> Set<String>
  typealias Rope = @Sendable (JSONObject) throws(CheckpointError) -> RopeSettings
  typealias ConfigureGGUF = @Sendable (inout Hyperparameters, GGUFFields) throws(CheckpointError) -> Void

  let architecture: Architecture
  /// `model_type` in config.json.
  let modelTypes: [String]
  /// `general.architecture` in GGUF metadata.
  let ggufArchitectures: [String]
  /// What the reference implementation assumes for keys that config.json does not have.
  let defaults: [String: JSONValue]
  /// Canonical names of Hugging Face modules outside the layers.
  let outerNames: [String: String]
  /// Canonical names of Hugging Face modules inside a layer.
  let layerNames: [String: String]
  /// The norms that every layer must have, beyond `attn_norm`.
  let layerNorms: [String]
  /// The key of config.json that names the activation.
  var activationKey = "hidden_act"
  /// The key of config.json that holds the norms' epsilon.
  var normEpsilonKey = "rms_norm_eps"
  /// Whether `partial_rotary_factor` may leave a part of a head as it is.
  var rotatesPart = false
  /// The stems of the dense layers that have a bias, by config.json; a GGUF file's tensors say so themselves.
  var biases: Biases = noBiases
  /// The rotary settings of the layers, or of those with full attention where there are two kinds.
  var rope: Rope = { (config) throws(CheckpointError) in try RopeSettings(config) }
  /// Keys of config.json that change nothing in this family, beyond those that are harmless everywhere.
  var harmless: [String: HarmlessKeys.Rule] = [:]
  /// Applies the rest of config.json to a description that has every size and common field.
  let configure: Configure
  /// Applies the rest of the GGUF metadata to such a description.
  let configureGGUF: ConfigureGGUF

  /// Every family, in the order of messages.
  static let all: [Family] = [llama, mistral, phi, phi3, gemma, gemma2, gemma3, qwen2, qwen3]

  static func named(modelType: String, file: String) throws(CheckpointError) -> Family {
    if let family = all.first(where: { $0.modelTypes.contains(modelType) }) { return family }
    throw .unsupported(
      file: file, field: "architecture", found: modelType, supported: all.flatMap(\.modelTypes))
  }

  static func named(ggufArchitecture: String, file: String) throws(CheckpointError) -> Family {
    if let family = all.first(where: { $0.ggufArchitectures.contains(ggufArchitecture) }) { return family }
    throw .unsupported(
      file: file, field: "architecture", found: ggufArchitecture, supported: all.flatMap(\.ggufArchitectures))
  }

  // MARK: Names

  /// The modules of Llama outside the layers; most families share them.
  static let commonOuterNames = ["embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output"]

  /// The modules of a layer of Llama; most families share them.
  static let commonLayerNames = [
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
  ]

  /// What becomes of a Hugging Face tensor name.
  enum Translation: Equatable {
    /// The canonical name.
    case canonical(String)
    /// Not a weight of the text model: a buffer, or a part that sees images.
    case ignored
    /// A name the family does not know.
    case unknown
  }

  func translation(of name: String) -> Translation {
    if Self.ignoredSuffixes.contains(where: name.hasSuffix) { return .ignored }
    if Self.ignoredPrefixes.contains(where: name.hasPrefix) { return .ignored }
    var rest = name[...]
    for prefix in ["model.language_model.", "language_model.", "model."] where rest.hasPrefix(prefix) {
      rest = rest.dropFirst(prefix.count)
    }
    guard let dot = rest.lastIndex(of: ".") else { return .unknown }
    let (module, kind) = (rest[..<dot], rest[rest.index(after: dot)...])
    guard kind == "weight" || kind == "bias" else { return .unknown }
    if let outer = outerNames[String(module)] { return .canonical("\(outer).\(kind)") }
    let parts = module.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "layers", let layer = Int(parts[1]), layer >= 0,
      String(layer) == parts[1], let inner = layerNames[String(parts[2])]
    else { return .unknown }
    return .canonical("blk.\(layer).\(inner).\(kind)")
  }

  /// Buffers that old versions of the reference saved and the present one passes over, because the configuration gives
  /// their values.
  private static let ignoredSuffixes = [".rotary_emb.inv_freq"]

  /// The parts of a checkpoint that see images; a text does not reach them.
  private static let ignoredPrefixes = [
    "vision_tower.", "multi_modal_projector.", "model.vision_tower.", "model.multi_modal_projector.",
  ]
}

extension Family {
  /// No dense layer has a bias.
  static let noBiases: Biases = { (_) throws(CheckpointError) in [] }
  /// Attention has biases where `attention_bias` says so.
  static let attentionBiases: Biases = { (config) throws(CheckpointError) in
    try config.flag("attention_bias") ? ["attn_q", "attn_k", "attn_v", "attn_output"] : []
  }
  /// No difference from Llama in config.json.
  static let sameAsLlama: Configure = { (_, _) throws(CheckpointError) in }
  /// No difference from Llama in GGUF metadata.
  static let sameAsLlamaGGUF: ConfigureGGUF = { (_, _) throws(CheckpointError) in }
}
