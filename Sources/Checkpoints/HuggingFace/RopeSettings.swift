import Foundation
import JSON

/// The rotary part of config.json, read as the reference reads it (transformers 5, `modeling_rope_utils`).
///
/// There are three spellings: `rope_theta` and `rope_scaling` beside the other keys; one object `rope_parameters`;
/// `rope_parameters` with one object per kind of layer, in families that have kinds. Numbers inside the object go before
/// those beside it, but for `original_max_position_embeddings`, where it is the other way round.
struct RopeSettings {
  /// The base of the frequencies.
  let theta: Double
  /// The part of a head that is rotated.
  let partialFactor: Double
  private let scaling: JSONObject?
  private let config: JSONObject
  /// Whether the object is that of one kind of layer.
  private let isOfKind: Bool

  /// The settings of a model whose layers are all alike.
  init(_ config: JSONObject) throws(CheckpointError) {
    let older = try config.object("rope_scaling")
    let newer = try config.object("rope_parameters")
    if let older, let newer, !older.values.isEmpty, older.values != newer.values {
      throw .invalid(
        file: config.file, field: "'\(config.prefix)rope_scaling'",
        expected: "what 'rope_parameters' says, or nothing", found: "something else")
    }
    let scaling = older.flatMap { $0.values.isEmpty ? nil : $0 } ?? newer
    try self.init(config, scaling, theta: config.optionalPositive("rope_theta"), isOfKind: false)
  }

  /// The settings of one kind of layer: the object of that name inside `rope_parameters`, to which `rope_scaling`
  /// belongs where the kind is `full_attention`.
  ///
  /// - Parameters:
  ///   - config: config.json.
  ///   - kind: `full_attention` or `sliding_attention`.
  ///   - thetaKey: the key that gives the base where the object does not.
  /// - Throws: `CheckpointError`.
  init(_ config: JSONObject, kind: String, thetaKey: String) throws(CheckpointError) {
    let own = try config.object("rope_parameters")?.object(kind)
    let older = kind == "full_attention" ? try config.object("rope_scaling") : nil
    if let older, let type = try older.text("type"), older["rope_type"] == nil {
      // The reference adds these keys to an object that has a `rope_type` already, and so does not see this one.
      throw .unsupported(
        file: config.file, field: "\(older.prefix)type", found: type, supported: ["the same under 'rope_type'"])
    }
    if let own, let older, !older.values.isEmpty, own.values != older.values {
      throw .invalid(
        file: config.file, field: "'\(config.prefix)rope_scaling'",
        expected: "what 'rope_parameters' says, or nothing", found: "something else")
    }
    try self.init(config, own ?? older, theta: config.optionalPositive(thetaKey), isOfKind: true)
  }

  private init(
    _ config: JSONObject, _ scaling: JSONObject?, theta: Double?, isOfKind: Bool
  ) throws(CheckpointError) {
    self.config = config
    self.scaling = scaling
    self.isOfKind = isOfKind
    guard let theta = try scaling?.optionalPositive("rope_theta") ?? theta else {
      throw .missingField(file: config.file, field: "\(config.prefix)rope_theta")
    }
    self.theta = theta
    let beside = try config.optionalPositive("partial_rotary_factor")
    partialFactor = try scaling?.optionalPositive("partial_rotary_factor") ?? beside ?? 1
  }

  /// How positions are stretched.
  ///
  /// - Parameters:
  ///   - contextWindow: `max_position_embeddings`.
  ///   - isLong: whether every scaling is LongRoPE, under whatever name (Phi-3).
  /// - Returns: the scaling.
  /// - Throws: `CheckpointError`.
  func scaling(contextWindow: Int, isLong: Bool = false) throws(CheckpointError) -> RopeScaling {
    guard let scaling else { return .none }
    let older = try scaling.text("type")
    var type = try scaling.text("rope_type") ?? older ?? "default"
    if isLong, type != "default" {
      guard ["longrope", "su", "yarn"].contains(type) else {
        throw unsupported(scaling, type, ["default", "longrope"])
      }
      type = "longrope"
    }
    switch type {
    case "default": return .none
    case "linear": return .linear(factor: try scaling.positive("factor"))
    case "dynamic": return .dynamic(factor: try scaling.positive("factor"))
    case "yarn": return try yarn(scaling, contextWindow)
    case "llama3":
      return .llama3(
        factor: try scaling.positive("factor"), lowFrequencyFactor: try scaling.positive("low_freq_factor"),
        highFrequencyFactor: try scaling.positive("high_freq_factor"),
        originalContext: try originalContext(scaling, contextWindow))
    case "longrope", "su": return try longRope(scaling, contextWindow)
    default: throw unsupported(scaling, type, ["default", "linear", "dynamic", "yarn", "llama3", "longrope"])
    }
  }

  /// The window before it was stretched.
  private func originalContext(_ scaling: JSONObject, _ contextWindow: Int) throws(CheckpointError) -> Int {
    let inside = try scaling.optionalCount("original_max_position_embeddings")
    let beside = isOfKind ? nil : try config.optionalCount("original_max_position_embeddings")
    return beside ?? inside ?? contextWindow
  }

  private func yarn(_ scaling: JSONObject, _ contextWindow: Int) throws(CheckpointError) -> RopeScaling {
    if scaling["truncate"] == .bool(false) {
      throw .unsupported(
        file: config.file, field: "\(scaling.prefix)truncate", found: "false", supported: ["true"])
    }
    let original = try originalContext(scaling, contextWindow)
    let factor = try scaling.optionalPositive("factor") ?? Double(contextWindow) / Double(original)
    let inferred = try yarnAttentionFactor(scaling, factor)
    return .yarn(
      factor: factor, originalContext: original, betaFast: try positiveOrZero(scaling, "beta_fast") ?? 32,
      betaSlow: try positiveOrZero(scaling, "beta_slow") ?? 1,
      attentionFactor: try scaling.optionalPositive("attention_factor") ?? inferred)
  }

  /// 0.1 m ln(factor) + 1, and the quotient of two of them where a model gives two m other than zero.
  private func yarnAttentionFactor(_ scaling: JSONObject, _ factor: Double) throws(CheckpointError) -> Double {
    func magnitude(_ m: Double) -> Double { factor <= 1 ? 1 : 0.1 * m * log(factor) + 1 }
    let numerator = try positiveOrZero(scaling, "mscale")
    let denominator = try positiveOrZero(scaling, "mscale_all_dim")
    guard let numerator, let denominator else { return magnitude(1) }
    return magnitude(numerator) / magnitude(denominator)
  }

  private func longRope(_ scaling: JSONObject, _ contextWindow: Int) throws(CheckpointError) -> RopeScaling {
    guard let short = try scaling.numbers("short_factor") else { throw scaling.missing("short_factor") }
    guard let long = try scaling.numbers("long_factor") else { throw scaling.missing("long_factor") }
    let original = try originalContext(scaling, contextWindow)
    let factor = try scaling.optionalPositive("factor") ?? Double(contextWindow) / Double(original)
    let stated = try scaling.optionalPositive("attention_factor")
    return .longRope(
      shortFactors: short, longFactors: long, originalContext: original,
      attentionFactor: stated
        ?? RopeScaling.longRopeAttentionFactor(factor: factor, originalContext: original))
  }

  /// A number above zero; nil when it is absent, null or zero, which the reference takes for absent.
  private func positiveOrZero(_ object: JSONObject, _ key: String) throws(CheckpointError) -> Double? {
    guard let number = try object.optionalNumber(key), number != 0 else { return nil }
    guard number > 0 else { throw object.mismatch(key, "a number from 0", .number(number)) }
    return number
  }

  private func unsupported(_ scaling: JSONObject, _ type: String, _ supported: [String]) -> CheckpointError {
    .unsupported(file: config.file, field: "\(scaling.prefix)rope_type", found: type, supported: supported)
  }
}
