import Kernels
import Testing

@Suite struct IntegerProductTests {
  /// Types whose contract is spelt out below.
  static let simple: [WeightType] = [.q8_0, .q4_0, .q4_1]
  /// All types that have products in integers.
  static let types: [WeightType] = simple + [.q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K]
  static let computes: [Compute] = [.int8, .int16]

  /// The contract of `Compute.int8` and `.int16`, slowly: activations per block of 32 to 8 or 16 bits, integers summed
  /// exactly, blocks joined by fused multiply-adds in ascending order.
  static func reference(_ x: [Float], _ w: StoredWeights, _ compute: Compute) -> [Float] {
    let most: Float = compute == .int8 ? 127 : 32639
    let blocks = w.columns / 32
    var result: [Float] = []
    for r in 0..<x.count / w.columns {
      let row = Array(x[r * w.columns..<(r + 1) * w.columns])
      let quantised = (0..<blocks).map { b -> (scale: Float, quants: [Int]) in
        let values = row[b * 32..<(b + 1) * 32]
        let largest = values.map { abs($0) }.max() ?? 0
        let inverse: Float = largest > 0 ? most / largest : 0
        return (largest / most, values.map { Int(($0 * inverse).rounded(.toNearestOrEven)) })
      }
      for o in 0..<w.rows {
        var sum: Float = 0
        for (b, block) in quantised.enumerated() {
          let size = w.type.blockByteCount
          let bytes = Array(w.bytes[(o * blocks + b) * size..<(o * blocks + b + 1) * size])
          let d = halfToFloat(bytes[0], bytes[1])
          let quants = (0..<32).map { i -> Int in
            switch w.type {
            case .q8_0: Int(Int8(bitPattern: bytes[2 + i]))
            case .q4_0: Int(bytes[2 + i % 16]) >> (i / 16 * 4) & 15 - 8
            default: Int(bytes[4 + i % 16]) >> (i / 16 * 4) & 15
            }
          }
          let exact = zip(quants, block.quants).reduce(0) { $0 + $1.0 * $1.1 }
          sum.addProduct(d * block.scale, Float(exact))
          if w.type == .q4_1 {
            sum.addProduct(halfToFloat(bytes[2], bytes[3]), block.scale * Float(block.quants.reduce(0, +)))
          }
        }
        result.append(sum)
      }
    }
    return result
  }

  @Test("every path and instruction set has the bits of the contract", arguments: simple, computes)
  func bitsOfTheContract(type: WeightType, compute: Compute) {
    for (index, shape) in [(1, 5, 32), (2, 17, 64), (3, 64, 96), (7, 65, 320), (13, 130, 64)].enumerated() {
      let stored = StoredWeights(type, rows: shape.1, columns: shape.2, seed: UInt64(index))
      let x = randomFloats(shape.0 * shape.2, seed: 77)
      equalBits(stored, x, rows: shape.0, compute, bits(Self.reference(x, stored, compute)))
    }
  }

  @Test("every path and instruction set has the same bits, for every type", arguments: types, computes)
  func equalBits(type: WeightType, compute: Compute) {
    // Kernels take eight, four and two blocks of 32 columns at once: every rest of eight.
    let widths = type.blockElementCount == 256 ? [256, 768] : [32, 64, 96, 128, 160, 192, 224, 256, 576, 768]
    for (rows, outputs, columns) in widths.flatMap({ [(1, 17, $0), (5, 33, $0), (9, 70, $0)] }) {
      let stored = StoredWeights(type, rows: outputs, columns: columns, seed: 5)
      let x = randomFloats(rows * columns, seed: 78)
      let workers = Workers(threads: 1, instructionSet: .portable)
      let expected = ProductTests.product(workers, x, stored.matrix(), path: .vectors, compute: compute)
      equalBits(stored, x, rows: rows, compute, bits(expected))
    }
  }

  /// Bytes of a block that are halves.
  private static func halves(_ type: WeightType) -> Range<Int> {
    switch type {
    case .q8_0, .q4_0, .q5_0: 0..<2
    case .q2_K: 80..<84
    case .q3_K: 108..<110
    case .q6_K: 208..<210
    default: 0..<4
    }
  }

  @Test("sums of the largest quants and elements, of either sign, are exact", arguments: types, computes)
  func largest(type: WeightType, compute: Compute) {
    let columns = 256
    // Elements of 16 bits whose low byte is -128, besides the block's largest one.
    let low = (0..<columns).map { $0 % 32 == 0 ? 1 : Float(128) / 32639 }
    let alternating = (0..<columns).map { $0 % 2 == 0 ? Float(1) : -1 }
    for fill: UInt8 in [0x00, 0x0f, 0x7f, 0x80, 0x88, 0xf0, 0xff] {
      var stored = StoredWeights(type, rows: 9, columns: columns, seed: 8)
      for i in stored.bytes.indices where !Self.halves(type).contains(i % type.blockByteCount) {
        stored.bytes[i] = fill
      }
      for row in [low, low.map { -$0 }, alternating, [Float](repeating: 1, count: columns)] {
        let x = row + row.map { -$0 } + row + row + row
        let workers = Workers(threads: 1, instructionSet: .portable)
        for rows in [1, 5] {
          let part = Array(x[..<(rows * columns)])
          let expected = ProductTests.product(workers, part, stored.matrix(), path: .vectors, compute: compute)
          equalBits(stored, part, rows: rows, compute, bits(expected))
        }
      }
    }
  }

  private func equalBits(_ stored: StoredWeights, _ x: [Float], rows: Int, _ compute: Compute, _ expected: [UInt32]) {
    for set in InstructionSet.available {
      for threads in 1...3 {
        let workers = Workers(threads: threads, instructionSet: set)
        for path in [Workers.Path.vectors, .tiles, .automatic] {
          let result = ProductTests.product(workers, x, stored.matrix(shift: 1), path: path, compute: compute)
          #expect(bits(result) == expected, "\(stored.type) \(rows) rows \(set) \(threads) \(path)")
        }
      }
    }
  }

  @Test("the error is that of 8-bit, or of 16-bit activations", arguments: types, computes)
  func error(type: WeightType, compute: Compute) {
    let (rows, outputs, columns) = (8, 64, 1024)
    let stored = StoredWeights(type, rows: outputs, columns: columns, seed: 3)
    let x = randomFloats(rows * columns, seed: 4)
    let result = ProductTests.product(Workers(threads: 2), x, stored.matrix(), compute: compute)
    var (error, size) = (0.0, 0.0)
    for r in 0..<rows {
      for o in 0..<outputs {
        var exact = 0.0
        for k in 0..<columns { exact += Double(x[r * columns + k]) * Double(stored.values[o * columns + k]) }
        let difference = exact - Double(result[r * outputs + o])
        error += difference * difference
        size += exact * exact
      }
    }
    // Rounding to 1/254 of the largest of 32 values: about 0.5 % of the root mean square; 1/65278 is 257 times finer.
    #expect((error / size).squareRoot() < (compute == .int8 ? 0.01 : 0.01 / 200))
  }

  @Test("an activation that is not finite makes the output NaN", arguments: computes, [Float.nan, .infinity])
  func notFinite(compute: Compute, value: Float) {
    let stored = StoredWeights(.q4_K, rows: 20, columns: 256, seed: 6)
    for rows in [1, 9] {
      var x = randomFloats(rows * 256, seed: 7)
      x[100] = value
      for set in InstructionSet.available {
        let workers = Workers(threads: 1, instructionSet: set)
        let result = ProductTests.product(workers, x, stored.matrix(), compute: compute)
        #expect(result[..<20].allSatisfy { $0.isNaN })
        #expect(result[20...].allSatisfy { $0.isFinite })
      }
    }
  }

  @Test("types without a path in integers take float32, beside others in one call", arguments: computes)
  func mixed(compute: Compute) {
    let bytes = StoredWeights(.q8_0, rows: 20, columns: 64, seed: 1)
    let floats = StoredWeights(.bf16, rows: 30, columns: 64, seed: 2)
    let x = randomFloats(9 * 64, seed: 3)
    let y = [FloatBuffer(count: 9 * 20), FloatBuffer(count: 9 * 30)]
    Workers(threads: 2).multiply(
      FloatBuffer(x), xStride: 64, rows: 9,
      [.init(weights: bytes.matrix(), into: y[0]), .init(weights: floats.matrix(), into: y[1])], compute: compute)
    #expect(bits(y[0].array) == bits(Self.reference(x, bytes, compute)))
    #expect(bits(y[1].array) == bits(ProductTests.reference(x, floats)))
  }
}
