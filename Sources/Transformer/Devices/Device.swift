public import Kernels

/// Float32 values in a device's memory.
///
/// Only their device can read them; `Device.read` brings some to the caller.
public protocol DeviceBuffer: AnyObject, Sendable {
  /// Number of elements.
  var count: Int { get }
}

/// A weight matrix `[rows, columns]` in a device's memory, in whatever layout suits it.
public protocol DeviceMatrix: AnyObject, Sendable {
  /// Number of outputs.
  var rows: Int { get }
  /// Number of inputs.
  var columns: Int { get }
}

/// Keys and values of one layer of one sequence, by position.
public protocol DeviceCache: AnyObject, Sendable {
  /// Bytes of memory held.
  var byteCount: Int { get }
  /// Positions that can be stored without taking memory.
  var heldPositionCount: Int { get }
  /// Takes the memory of the positions below `positions`, so that storing them cannot fail; false where there is none.
  func reserve(_ positions: Int) -> Bool
  /// Gives up memory that lies wholly at or beyond `position`; what is below stays.
  func releaseBeyond(_ position: Int)
}

/// Which keys each query of a pass sees, brought to a device once for all layers.
public protocol DeviceRanges: AnyObject, Sendable {}

/// One rotation of a sequence's keys by position, for caches that keep each key once and not rotated.
public protocol DeviceKeyRotation: AnyObject, Sendable {
  /// The positions that are there: 0 ..< count.
  var count: Int { get }
  /// Takes the memory of the positions below `positions`, so that adding them cannot fail; false where there is none.
  func reserve(_ positions: Int) -> Bool
  /// Adds the next `rows` positions: cosines and sines `[rows, rotaryDimension / 2]`.
  func append(cosines: [Float], sines: [Float], rows: Int)
}

/// One product of a call of `Device.multiply`.
public struct DenseProduct {
  /// O x K weights.
  public var weights: any DeviceMatrix
  /// `[O]`, added to each row, or nil.
  public var bias: (any DeviceBuffer)?
  /// Receives rows of O elements; not the input.
  public var into: any DeviceBuffer
  /// Elements of `into` from row to row, at least O.
  public var stride: Int
  /// Whether the result is added to what is there (a residual) instead of replacing it.
  public var adding: Bool
}

/// A norm over rows.
public struct DeviceNorm {
  /// Which norm.
  public enum Kind: Sendable {
    /// Root mean square: `x / sqrt(mean(x^2) + epsilon) * scale`.
    case rms
    /// Layer norm: `(x - mean) / sqrt(variance + epsilon) * scale + bias`.
    case layer
  }
  /// Which norm.
  public var kind: Kind
  /// `[columns]`.
  public var scale: any DeviceBuffer
  /// `[columns]`, of a layer norm, or nil.
  public var bias: (any DeviceBuffer)?
  /// Added to the mean square.
  public var epsilon: Float
}

/// A rotary embedding of heads.
public struct DeviceRotation {
  /// Heads per row.
  public var heads: Int
  /// D, elements per head.
  public var headDimension: Int
  /// The first elements of each head that turn, even; the rest is copied.
  public var rotaryDimension: Int
  /// Which elements turn together.
  public var pairing: Pairing
  /// `[rows, rotaryDimension / 2]`.
  public var cosines: any DeviceBuffer
  /// `[rows, rotaryDimension / 2]`.
  public var sines: any DeviceBuffer
  /// `[rows]`, a factor of the whole row, or nil.
  public var rowScale: (any DeviceBuffer)?
}

/// Where attention takes its rows from, and how scores are made.
public struct DeviceAttention {
  /// Per query variant `[T, H * D]`, rotated.
  public var queries: [any DeviceBuffer]
  /// The row of `queries` and of the result where the sequence's tokens begin.
  public var firstRow: Int
  /// The sequence's new tokens.
  public var rows: Int
  /// Per key variant, where the cache keeps each key once (`Device.keyCopyCount`); otherwise empty.
  public var keyRotations: [any DeviceKeyRotation] = []
  /// H, query heads.
  public var heads: Int
  /// Factor of the scores.
  public var scale: Float
  /// `cap * tanh(score / cap)` before the mask, or nil.
  public var softcap: Float?
  /// In what it may compute: `float16` allows for factors of half precision where the cache has them too; all else is
  /// float32.
  public var compute: Compute
}

/// What computes: the operations that a forward pass is made of, over memory that only the device sees.
///
/// The forward pass (`Session`) asks for operations in order and never looks at a buffer; a device may queue them and
/// return at once. Only `read`, `logProbabilities`, `argmax` and `finish` wait. So activations, caches and weights can
/// stay in a graphics card's memory. A device is one folder beside this file. Its objects may be used with it alone;
/// handing it those of another device is a mistake that stops the program. Sizes are checked by the device.
///
/// Letters: T rows, E columns, H query heads, K key/value heads, D head dimension, V vocabulary.
public protocol Device: AnyObject, Sendable {
  /// Bytes that caches of keys and values can still take; 0 where that is not known.
  var availableByteCount: Int { get }
  /// The kind of device, as in `--device`: "cpu".
  var kind: String { get }
  /// What of this device and its arithmetic moves the bits of a result; part of the identity of every stored one.
  ///
  /// The CPU's begins with its numerics version ("3/float32"); that of another device begins with its kind and name.
  func numericsIdentity(_ compute: Compute) -> String

  /// Whether products can be computed so.
  func canCompute(in compute: Compute) -> Bool

  /// `count` zeros.
  func makeBuffer(count: Int) -> any DeviceBuffer
  /// A buffer that holds `values`.
  func makeBuffer(_ values: [Float]) -> any DeviceBuffer
  /// Gets ready for products with weights of these types, so that the first of them take no longer than others.
  func prepareProducts(with types: Set<WeightType>, compute: Compute)
  /// A stored matrix: `rows` rows of `columns` elements of a type, without gaps.
  ///
  /// The bytes stay where they are as long as `owner` lives: a device that reads them in place keeps the owner, another
  /// copies what it needs.
  func makeMatrix(
    bytes: Span<UInt8>, owner: any AnyObject & Sendable, type: WeightType, rows: Int, columns: Int
  ) -> any DeviceMatrix
  /// The copies of each key that a cache keeps for a method under which it has so many positions: one of each, rotated,
  /// or 1: the key as it is, which `attend` rotates where it needs it.
  func keyCopyCount(variants: Int, type: KeyValueType) -> Int
  /// A rotation of keys without positions. Asked only of a device that keeps fewer copies of a key than variants.
  func makeKeyRotation(rotaryDimension: Int, pairing: Pairing) -> any DeviceKeyRotation
  /// An empty cache; each key is kept in `keyVariants` copies.
  func makeCache(
    keyValueHeads: Int, headDimension: Int, keyVariants: Int, type: KeyValueType
  ) -> any DeviceCache
  /// What each row of a sequence's part of a pass sees.
  func makeRanges(_ ranges: AttentionRanges) -> any DeviceRanges
  /// The elements of `range`, for the caller. Waits.
  func read(_ buffer: any DeviceBuffer, _ range: Range<Int>) -> [Float]
  /// Copies elements between two different buffers.
  func copy(_ source: any DeviceBuffer, _ range: Range<Int>, to target: any DeviceBuffer, at: Int)
  /// Waits until everything that was asked for is done.
  func finish()
  /// Gives back the memory that nothing uses.
  func releaseIdleMemory()

  /// Rows `ids` of an embedding, times `scale`, to `[ids.count, columns]`.
  func embed(_ ids: [Int], _ table: any DeviceMatrix, scale: Float, into: any DeviceBuffer)
  /// `y[r, o] (+)= sum over k of x[r, k] * w[o, k] (+ bias[o])` for `[T, width]` rows and each product.
  func multiply(_ x: any DeviceBuffer, width: Int, rows: Int, _ products: [DenseProduct], compute: Compute)
  /// A norm of each of `rows` rows of `columns`; `into` may be `x`.
  func norm(_ x: any DeviceBuffer, rows: Int, columns: Int, _ norm: DeviceNorm, into: any DeviceBuffer)
  /// Rotary embedding of `[T, heads * D]`.
  func rotate(_ x: any DeviceBuffer, rows: Int, _ rotation: DeviceRotation, into: any DeviceBuffer)
  /// Keeps rows of keys `[rows, K * D]`, from `firstRow` of the buffer on, as the positions from `position` on; rotated,
  /// but where a cache keeps fewer copies than variants.
  func storeKeys(
    _ keys: any DeviceBuffer, firstRow: Int, rows: Int, in cache: any DeviceCache, at position: Int, variant: Int)
  /// Keeps rows of values `[rows, K * D]`, from `firstRow` of the buffer on, as the positions from `position` on.
  func storeValues(_ values: any DeviceBuffer, firstRow: Int, rows: Int, in cache: any DeviceCache, at position: Int)
  /// Softmax of scaled scores, applied to the values; to the same rows of `into`, `[T, H * D]`.
  func attend(
    _ attention: DeviceAttention, cache: any DeviceCache, ranges: any DeviceRanges, into: any DeviceBuffer)
  /// `up = activation(gate) * up` for `count` elements, or `activation(up)` where there is no gate.
  func activate(gate: (any DeviceBuffer)?, up: any DeviceBuffer, count: Int, activation: Activation)
  /// `x = x + y` for `count` elements.
  func add(_ y: any DeviceBuffer, to x: any DeviceBuffer, count: Int)
  /// `x = cap * tanh(x / cap)` for `count` elements.
  func softcap(_ x: any DeviceBuffer, count: Int, cap: Float)
  /// Natural logarithm of the softmax of each row of `[rows, columns]` at its target, NaN where a logit of the row is NaN
  /// or positive infinity. Waits.
  func logProbabilities(_ logits: any DeviceBuffer, rows: Int, columns: Int, targets: [Int]) -> [Float]
  /// Index of the largest of the `columns` logits of row `row`, the lowest on ties; nil where one is NaN or positive
  /// infinity. Waits.
  func argmax(_ logits: any DeviceBuffer, row: Int, columns: Int) -> Int?

  /// The first thing that went wrong since the last call, which forgets it; until then operations do nothing and give
  /// zeros. The forward pass asks before it uses what it read.
  func takeFailure() -> DeviceFailure?
  /// Whether weights are copied to memory of the device's own, which may be too small for them.
  var copiesWeights: Bool { get }
  /// The most bytes of one matrix, buffer or layer's keys.
  var largestBufferByteCount: Int { get }
  /// Bytes that the operations of a pass take for themselves, beside its buffers and the keys and values.
  ///
  /// - Parameters:
  ///   - model: what is computed.
  ///   - rows: the most tokens of a pass.
  ///   - length: the tokens of the sequence.
  ///   - options: arithmetic and types.
  /// - Returns: the bytes.
  func operationByteCount(_ model: ModelDescription, rows: Int, length: Int, options: SessionOptions) -> Int
  /// Tokens that go through the layers together where nobody says otherwise; changes no bits.
  var chunkSize: Int { get }
  /// What the device gives at this moment: nil where that cannot be measured.
  func measurePeak() -> DevicePeak?
  /// What it is and with what it computes, for people: "2 threads, avx512".
  var summary: String { get }
}

extension Device {
  /// One copy for each rotation.
  public func keyCopyCount(variants: Int, type: KeyValueType) -> Int { variants }
  /// A mistake of the caller.
  public func makeKeyRotation(rotaryDimension: Int, pairing: Pairing) -> any DeviceKeyRotation {
    fatalError("\(kind): keys are kept rotated")
  }
  /// There is nothing to do.
  public func prepareProducts(with types: Set<WeightType>, compute: Compute) {}
  /// Float32 alone.
  public func canCompute(in compute: Compute) -> Bool { compute == .float32 }
  /// Enough for a processor.
  public var chunkSize: Int { 512 }
  /// Nothing goes wrong.
  public func takeFailure() -> DeviceFailure? { nil }
  /// Weights stay where they are.
  public var copiesWeights: Bool { false }
  /// No limit but the memory's.
  public var largestBufferByteCount: Int { .max }
  /// Nothing that counts.
  public func operationByteCount(
    _ model: ModelDescription, rows: Int, length: Int, options: SessionOptions
  ) -> Int { 0 }
  /// Not measured.
  public func measurePeak() -> DevicePeak? { nil }
  /// The kind alone.
  public var summary: String { kind }
}

/// Rates of a device at the moment of a measurement.
public struct DevicePeak: Sendable {
  /// Fused multiply-adds, in GFLOP/s.
  public let gigaflopsPerSecond: Double
  /// Reads of memory, in GB/s.
  public let gigabytesPerSecond: Double
}
