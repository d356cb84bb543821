import Foundation
import JSON

/// The rotary part of config.json, in its three spellings: `rope_theta` and `rope_scaling` beside the other keys, one
/// object `rope_parameters`, or `rope_parameters` with one object per kind of layer.
struct RopeSettings {
  /// The base of the frequencies.
  let theta: Double
  /// The part of a head that is rotated.
  let partialFactor: Double
  private let scaling: JSONObject?
  private let config: JSONObject

  init(_ config: JSONObject, layerType: String = "full_attention") throws(CheckpointError) {
    self.config = config
    let parameters = try config.object("rope_parameters")
    let ofLayer = try parameters?.object(layerType) ?? parameters
    let isLocal = layerType == "sliding_attention"
    scaling = isLocal ? nil : try config.object("rope_scaling") ?? ofLayer
    let ownTheta = try ofLayer?.optionalPositive("rope_theta")
    theta = try ownTheta.otherwise(config.positive(isLocal ? "rope_local_base_freq" : "rope_theta"))
    let ownFactor = try ofLayer?.optionalPositive("partial_rotary_factor")
    partialFactor = try ownFactor.orElse(config.optionalPositive("partial_rotary_factor")) ?? 1
  }

  /// How positions are stretched.
  func scaling(contextWindow: Int) throws(CheckpointError) -> RopeScaling {
    guard let scaling else { return .none }
    let type = try scaling.text("rope_type").orElse(scaling.text("type")) ?? "default"
    switch type {
    case "default": return .none
    case "linear": return .linear(factor: try scaling.positive("factor"))
    case "dynamic": return .dynamic(factor: try scaling.positive("factor"))
    case "yarn": return try yarn(scaling, contextWindow)
    case "llama3":
      return .llama3(
        factor: try scaling.positive("factor"), lowFrequencyFactor: try scaling.positive("low_freq_factor"),
        highFrequencyFactor: try scaling.positive("high_freq_factor"),
        originalContext: try scaling.count("original_max_position_embeddings"))
    case "longrope", "su": return try longRope(scaling, contextWindow)
    default:
      throw .unsupported(
        file: config.file, field: "\(scaling.prefix)rope_type", found: type,
        supported: ["default", "linear", "dynamic", "yarn", "llama3", "longrope"])
    }
  }

  private func yarn(_ scaling: JSONObject, _ contextWindow: Int) throws(CheckpointError) -> RopeScaling {
    let factor = try scaling.positive("factor")
    if scaling.present("truncate") == .bool(false) {
      throw .unsupported(file: config.file, field: "rope_scaling.truncate", found: "false", supported: ["true"])
    }
    return .yarn(
      factor: factor,
      originalContext: try scaling.optionalCount("original_max_position_embeddings") ?? contextWindow,
      betaFast: try scaling.optionalPositive("beta_fast") ?? 32,
      betaSlow: try scaling.optionalPositive("beta_slow") ?? 1,
      attentionFactor: try scaling.optionalPositive("attention_factor")
        .otherwise(yarnAttentionFactor(scaling, factor)))
  }

  /// 0.1 m ln(factor) + 1, and the quotient of two of them where a model gives two m.
  private func yarnAttentionFactor(_ scaling: JSONObject, _ factor: Double) throws(CheckpointError) -> Double {
    func magnitude(_ m: Double) -> Double { factor <= 1 ? 1 : 0.1 * m * log(factor) + 1 }
    guard let numerator = try scaling.optionalPositive("mscale"),
      let denominator = try scaling.optionalPositive("mscale_all_dim")
    else { return magnitude(1) }
    return magnitude(numerator) / magnitude(denominator)
  }

  private func longRope(_ scaling: JSONObject, _ contextWindow: Int) throws(CheckpointError) -> RopeScaling {
    guard let short = try scaling.numbers("short_factor") else { throw missing(scaling, "short_factor") }
    guard let long = try scaling.numbers("long_factor") else { throw missing(scaling, "long_factor") }
    let original =
      try scaling.optionalCount("original_max_position_embeddings")
      .orElse(config.optionalCount("original_max_position_embeddings")) ?? contextWindow
    return .longRope(
      shortFactors: short, longFactors: long, originalContext: original,
      attentionFactor: try scaling.optionalPositive("attention_factor")
        ?? Family.longRopeAttentionFactor(contextWindow: contextWindow, originalContext: original))
  }

  private func missing(_ object: JSONObject, _ key: String) -> CheckpointError {
    .missingField(file: object.file, field: object.prefix + key)
  }
}
