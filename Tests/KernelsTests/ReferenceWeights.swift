import Kernels
import TestSupport

/// Bytes on the heap at a chosen misalignment, kept in place as long as the object lives.
@safe final class PinnedBytes: Sendable {
  nonisolated(unsafe) private let base: UnsafeMutableRawPointer
  private let shift: Int
  let count: Int

  init(_ bytes: [UInt8], shift: Int = 0) {
    // Nothing behind the bytes: the address sanitizer sees a read beyond them.
    unsafe base = .allocate(byteCount: max(1, bytes.count + shift), alignment: 64)
    self.shift = shift
    count = bytes.count
    unsafe bytes.withUnsafeBytes {
      unsafe (base + shift).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: bytes.count)
    }
  }
  deinit { unsafe base.deallocate() }

  func matrix(_ type: WeightType, rows: Int, columns: Int) -> WeightMatrix {
    let span = unsafe Span(_unsafeStart: (base + shift).assumingMemoryBound(to: UInt8.self), count: count)
    return WeightMatrix(bytes: span, owner: self, type: type, rows: rows, columns: columns)
  }
}

/// IEEE half to float from the definition: sign, exponent with bias 15, ten bits of mantissa.
func halfToFloat(_ low: UInt8, _ high: UInt8) -> Float {
  let bits = Int(low) | Int(high) << 8
  let sign: Float = bits & 0x8000 == 0 ? 1 : -1
  let exponent = (bits >> 10) & 31
  let mantissa = Float(bits & 0x3ff)
  if exponent == 31 { return mantissa == 0 ? sign * .infinity : .nan }
  if exponent == 0 { return sign * mantissa * 0x1p-24 }
  return sign * (1 + mantissa / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
}

/// Rows of random stored weights, and what they mean, worked out slowly from the definition of each format.
struct StoredWeights {
  let type: WeightType
  let rows: Int
  let columns: Int
  var bytes: [UInt8] = []
  var values: [Float] = []

  init(_ type: WeightType, rows: Int, columns: Int, seed: UInt64) {
    self.type = type
    self.rows = rows
    self.columns = columns
    var random = SplitMix64(seed: seed)
    for _ in 0..<rows * columns / type.blockElementCount {
      let block = Self.block(type, &random)
      bytes += block
      values += Self.meaning(type, block)
    }
  }

  func matrix(shift: Int = 0) -> WeightMatrix {
    PinnedBytes(bytes, shift: shift).matrix(type, rows: rows, columns: columns)
  }

  /// A half in 2^-8 ..< 2^-4 with either sign.
  static func half(_ random: inout SplitMix64) -> [UInt8] {
    let r = random.next()
    let exponent = 7 + (r >> 20) % 4
    let bits = (r & 0x83ff) | exponent << 10
    return [UInt8(bits & 255), UInt8(bits >> 8)]
  }

  static func block(_ type: WeightType, _ random: inout SplitMix64) -> [UInt8] {
    var bytes = (0..<type.blockByteCount).map { _ in UInt8(truncatingIfNeeded: random.next() >> 11) }
    switch type {
    case .f32:
      let bits = Float.random(in: -1...1, using: &random).bitPattern
      bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    case .bf16:
      let bits = Float.random(in: -1...1, using: &random).bitPattern >> 16
      bytes = [UInt8(bits & 255), UInt8(bits >> 8)]
    case .f16: bytes = half(&random)
    case .q8_0, .q4_0, .q5_0, .iq4_NL, .iq4_XS: bytes.replaceSubrange(0..<2, with: half(&random))
    case .q4_1, .q5_1, .q4_K, .q5_K: bytes.replaceSubrange(0..<4, with: half(&random) + half(&random))
    case .q2_K: bytes.replaceSubrange(80..<84, with: half(&random) + half(&random))
    case .q3_K: bytes.replaceSubrange(108..<110, with: half(&random))
    case .q6_K: bytes.replaceSubrange(208..<210, with: half(&random))
    // A power of two from 2^-8 to 2^-1.
    case .mxfp4: bytes[0] = 119 + bytes[0] % 8
    }
    return bytes
  }

  /// What the four-bit numbers of IQ4_NL and IQ4_XS stand for.
  static let levels: [Float] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]

  /// A four-bit float: sign, two bits of exponent with bias 1, one of fraction.
  static func float4(_ bits: Int) -> Float {
    let magnitude: Float =
      bits & 6 == 0 ? Float(bits & 1) / 2 : Float(1 << (bits >> 1 & 3)) / 2 * (1 + Float(bits & 1) / 2)
    // The format's own code keeps no negative zero.
    return bits & 8 == 0 || magnitude == 0 ? magnitude : -magnitude
  }

  static func meaning(_ type: WeightType, _ b: [UInt8]) -> [Float] {
    func half(_ at: Int) -> Float { halfToFloat(b[at], b[at + 1]) }
    /// Bits `from ..< from + count` of the byte at `at`.
    func bits(_ at: Int, _ from: Int, _ count: Int) -> Int { Int(b[at]) >> from & ((1 << count) - 1) }
    /// Nibble of element i of 32: low ones first.
    func nibble(_ base: Int, _ i: Int) -> Int { bits(base + i % 16, i / 16 * 4, 4) }
    switch type {
    case .f32:
      let pattern = (0..<4).reduce(UInt32(0)) { $0 | UInt32(b[$1]) << (8 * UInt32($1)) }
      return [Float(bitPattern: pattern)]
    case .f16: return [half(0)]
    case .bf16: return [Float(bitPattern: UInt32(b[0]) << 16 | UInt32(b[1]) << 24)]
    case .q8_0: return (0..<32).map { half(0) * Float(Int8(bitPattern: b[2 + $0])) }
    case .q4_0: return (0..<32).map { half(0) * Float(nibble(2, $0) - 8) }
    case .q4_1: return (0..<32).map { half(0) * Float(nibble(4, $0)) + half(2) }
    case .q5_0: return (0..<32).map { half(0) * Float(nibble(6, $0) + 16 * bits(2 + $0 / 8, $0 % 8, 1) - 16) }
    case .q5_1: return (0..<32).map { half(0) * Float(nibble(8, $0) + 16 * bits(4 + $0 / 8, $0 % 8, 1)) + half(2) }
    case .q2_K:
      return (0..<256).map { i in
        // 128 elements share 32 bytes: element i at bits 2 * (i / 32 % 4); one scale byte per 16.
        let quant = bits(16 + i / 128 * 32 + i % 32, i / 32 % 4 * 2, 2)
        return half(80) * Float(bits(i / 16, 0, 4)) * Float(quant) - half(82) * Float(bits(i / 16, 4, 4))
      }
    case .q3_K:
      return (0..<256).map { i in
        let quant = bits(32 + i / 128 * 32 + i % 32, i / 32 % 4 * 2, 2) + 4 * bits(i % 32, i / 32, 1) - 4
        let s = i / 16
        let scale = bits(96 + s % 8, s / 8 * 4, 4) + 16 * bits(104 + s % 4, s / 4 * 2, 2) - 32
        return half(108) * Float(scale) * Float(quant)
      }
    case .q4_K, .q5_K:
      return (0..<256).map { i in
        let s = i / 32
        let scale = s < 4 ? bits(4 + s, 0, 6) : bits(8 + s, 0, 4) + 16 * bits(s, 6, 2)
        let minimum = s < 4 ? bits(8 + s, 0, 6) : bits(8 + s, 4, 4) + 16 * bits(4 + s, 6, 2)
        let data = type == .q4_K ? 16 : 48
        var quant = bits(data + i / 64 * 32 + i % 32, i / 32 % 2 * 4, 4)
        if type == .q5_K { quant += 16 * bits(16 + i % 32, s, 1) }
        return half(0) * Float(scale) * Float(quant) - half(2) * Float(minimum)
      }
    case .iq4_NL: return (0..<32).map { half(0) * Self.levels[nibble(2, $0)] }
    case .iq4_XS:
      return (0..<256).map { i in
        let s = i / 32
        let scale = bits(4 + s / 2, s % 2 * 4, 4) + 16 * bits(2 + s / 4, s % 4 * 2, 2) - 32
        return half(0) * Float(scale) * Self.levels[nibble(8 + 16 * s, i % 32)]
      }
    case .mxfp4:
      return (0..<32).map { Float(sign: .plus, exponent: Int(b[0]) - 127, significand: 1) * Self.float4(nibble(1, $0)) }
    case .q6_K:
      return (0..<256).map { i in
        let part = i / 128
        let within = i % 128
        let low = bits(part * 64 + within % 64, within / 64 * 4, 4)
        let high = bits(128 + part * 32 + within % 32, within / 32 * 2, 2)
        return half(208) * Float(Int8(bitPattern: b[192 + i / 16])) * Float(low + 16 * high - 32)
      }
    }
  }
}

/// Random floats between -1 and 1.
func randomFloats(_ count: Int, seed: UInt64) -> [Float] {
  var random = SplitMix64(seed: seed)
  return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
}

/// Bit patterns, for comparisons that tell -0 from 0.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
