import Foundation

/// The rotary part of a GGUF file's metadata; keys and tensors mean the same in every architecture.
struct GGUFRope {
  /// How positions are stretched.
  let scaling: RopeScaling
  /// The tensor of divisors, `[rotaryDimension / 2]`, where the file has one.
  let frequencyFactors: String?

  private static let divisors = "rope_freqs.weight"
  private static let long = "rope_factors_long.weight"
  private static let short = "rope_factors_short.weight"

  init(_ fields: GGUFFields, contextWindow: Int) throws(CheckpointError) {
    scaling = try Self.scaling(fields, contextWindow: contextWindow)
    frequencyFactors = fields.model.info(Self.divisors) == nil ? nil : Self.divisors
    if frequencyFactors != nil, scaling != .none {
      throw .unsupported(
        file: fields.header.path, field: "tensor '\(Self.divisors)' beside a RoPE scaling",
        found: "\(scaling.description)", supported: ["one of them"])
    }
  }

  private static func scaling(_ fields: GGUFFields, contextWindow: Int) throws(CheckpointError) -> RopeScaling {
    let path = fields.header.path
    let key = fields.name("rope.scaling.type")
    let type = try fields.header.string(key)
    // Files of 2023 have only a linear factor under an older key.
    let older = try fields.positiveOrZero("rope.scale_linear")
    let factor = try fields.positiveOrZero("rope.scaling.factor") ?? older
    if let factors = try longFactors(fields, isWanted: type == "longrope") {
      guard type == nil || type == "none" || type == "longrope" else {
        throw .unsupported(
          file: path, field: "tensor '\(long)' beside \(key)", found: type ?? "", supported: ["longrope"])
      }
      let original = try fields.optionalCount("rope.scaling.original_context_length") ?? contextWindow
      let stated = try fields.optionalPositive("rope.scaling.attn_factor")
      return .longRope(
        shortFactors: factors.short, longFactors: factors.long, originalContext: original,
        attentionFactor: stated
          ?? RopeScaling.longRopeAttentionFactor(
            factor: factor ?? Double(contextWindow) / Double(original), originalContext: original))
    }
    switch type ?? (factor == nil ? "none" : "linear") {
    case "none": return .none
    case "linear":
      guard let factor, factor != 1 else { return .none }
      return .linear(factor: factor)
    case "yarn":
      guard let factor else { throw .missingField(file: path, field: "\(fields.architecture).rope.scaling.factor") }
      let magnitude = factor <= 1 ? 1 : 0.1 * log(factor) + 1
      return .yarn(
        factor: factor,
        originalContext: try fields.optionalCount("rope.scaling.original_context_length") ?? contextWindow,
        betaFast: try fields.optionalPositive("rope.scaling.yarn_beta_fast") ?? 32,
        betaSlow: try fields.optionalPositive("rope.scaling.yarn_beta_slow") ?? 1,
        attentionFactor: magnitude * (try fields.optionalPositive("rope.scaling.attn_factor") ?? 1))
    case let other:
      throw .unsupported(
        file: path, field: key, found: other, supported: ["none", "linear", "yarn", "longrope"])
    }
  }

  /// The two lists of LongRoPE; nil where the file has neither and its type asks for none.
  private static func longFactors(
    _ fields: GGUFFields, isWanted: Bool
  ) throws(CheckpointError) -> (short: [Double], long: [Double])? {
    let found = (try fields.smallTensor(short), try fields.smallTensor(long))
    switch found {
    case (let short?, let long?): return (short, long)
    case (nil, nil) where !isWanted: return nil
    default: throw .missingTensor(file: fields.header.path, tensor: found.1 == nil ? long : short)
    }
  }
}
