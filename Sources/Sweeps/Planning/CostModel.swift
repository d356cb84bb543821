import Positions

/// What each kind of arithmetic takes for a model on a machine, by method.
public struct CostModel: Hashable, Sendable, Codable {
  /// The speeds of a method.
  public struct Speed: Hashable, Sendable, Codable {
    /// Seconds for a multiply-add of the layers' matrices while a prompt is read.
    public var product: Double
    /// Seconds for a multiply-add of attention while a prompt is read.
    public var attention: Double
    /// Seconds for a token that is generated, but for its attention.
    public var token: Double
    /// Seconds for a multiply-add of attention while tokens are generated.
    public var tokenAttention: Double
  }

  /// By the method's spelling.
  public var methods: [String: Speed]
  /// Seconds for a multiply-add of the output layer, with the logarithm of what comes out.
  public var logit: Double

  /// False where a cost is not finite or below 0.
  var isPossible: Bool {
    let all = [logit] + methods.values.flatMap { [$0.product, $0.attention, $0.token, $0.tokenAttention] }
    return all.allSatisfy { $0.isFinite && $0 >= 0 && $0 < 1e6 }
  }

  /// The seconds of a workload under a method; nil where no method was measured.
  func seconds(_ load: Workload, under method: Method) -> Double? {
    guard let speed = speed(of: method) else { return nil }
    return load.products * speed.product + load.attention * speed.attention + load.logits * logit
      + load.decodedTokens * speed.token + load.decodedAttention * speed.tokenAttention
  }

  /// The speeds of a method, or of the one that is most like it: of the same name, else plain.
  private func speed(of method: Method) -> Speed? {
    if let own = methods[method.description] { return own }
    let alike = methods.keys.sorted().first { $0 == method.name || $0.hasPrefix(method.name + ":") }
    return alike.flatMap { methods[$0] } ?? methods[Method.plain.description]
      ?? methods.sorted { $0.key < $1.key }.first?.value
  }

  /// The same arithmetic that takes other times: reading prompts, and generating.
  func scaled(reading: Double, generating: Double) -> CostModel {
    CostModel(
      methods: methods.mapValues {
        Speed(
          product: $0.product * reading, attention: $0.attention * reading, token: $0.token * generating,
          tokenAttention: $0.tokenAttention * generating)
      }, logit: logit * reading)
  }
}
