public import Kernels

/// How a session computes; none of it changes a result but `keyValueType` and `compute`.
public struct SessionOptions: Sendable {
  /// The type in which keys and values are kept.
  public var keyValueType: KeyValueType
  /// The arithmetic of dense products.
  public var compute: Compute
  /// Tokens that go through the layers together; nil chooses.
  ///
  /// Results have equal bits for every value.
  public var chunkSize: Int?
  /// Whether weights stay where all processes of the machine share them; see `Model.load`.
  public var sharesWeights: Bool

  /// Options; the defaults are exact.
  public init(
    keyValueType: KeyValueType = .float32, compute: Compute = .float32, chunkSize: Int? = nil,
    sharesWeights: Bool = false
  ) {
    self.keyValueType = keyValueType
    self.compute = compute
    self.chunkSize = chunkSize
    self.sharesWeights = sharesWeights
  }
}
