import Kernels
import Testing

@Suite struct ByteProductTests {
  static let types: [WeightType] = [.q8_0, .q4_0, .q4_1]

  /// The contract of `Compute.int8`, slowly: activations per block of 32 to 8 bits, integers summed exactly, blocks
  /// joined by fused multiply-adds in ascending order.
  static func reference(_ x: [Float], _ w: StoredWeights) -> [Float] {
    let blocks = w.columns / 32
    var result: [Float] = []
    for r in 0..<x.count / w.columns {
      let row = Array(x[r * w.columns..<(r + 1) * w.columns])
      let quantised = (0..<blocks).map { b -> (scale: Float, quants: [Int]) in
        let values = row[b * 32..<(b + 1) * 32]
        let largest = values.map { abs($0) }.max() ?? 0
        let inverse: Float = largest > 0 ? 127 / largest : 0
        return (largest / 127, values.map { Int(($0 * inverse).rounded(.toNearestOrEven)) })
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

  @Test("every path and instruction set has the bits of the contract", arguments: types)
  func bitsOfTheContract(type: WeightType) {
    for (index, shape) in [(1, 5, 32), (2, 17, 64), (3, 64, 96), (7, 65, 320), (13, 130, 64)].enumerated() {
      let stored = StoredWeights(type, rows: shape.1, columns: shape.2, seed: UInt64(index))
      let x = randomFloats(shape.0 * shape.2, seed: 77)
      let expected = bits(Self.reference(x, stored))
      for set in InstructionSet.available {
        for threads in 1...3 {
          let workers = Workers(threads: threads, instructionSet: set)
          for path in [Workers.Path.vectors, .tiles, .automatic] {
            let result = ProductTests.product(workers, x, stored.matrix(shift: 1), path: path, compute: .int8)
            #expect(bits(result) == expected, "\(shape) \(set) \(threads) \(path)")
          }
        }
      }
    }
  }

  @Test("the error is that of 8-bit activations", arguments: types)
  func error(type: WeightType) {
    let stored = StoredWeights(type, rows: 64, columns: 1024, seed: 3)
    let x = randomFloats(8 * 1024, seed: 4)
    let workers = Workers(threads: 2)
    let exact = ProductTests.product(workers, x, stored.matrix())
    let rounded = ProductTests.product(workers, x, stored.matrix(), compute: .int8)
    let error = zip(exact, rounded).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size = exact.reduce(0) { $0 + $1 * $1 }
    // Rounding to 1/254 of the largest of 32 values: about 0.5 % of the root mean square.
    #expect((error / size).squareRoot() < 0.01)
  }

  @Test("types without an 8-bit path take float32, beside others in one call")
  func mixed() {
    let bytes = StoredWeights(.q8_0, rows: 20, columns: 64, seed: 1)
    let floats = StoredWeights(.bf16, rows: 30, columns: 64, seed: 2)
    let x = randomFloats(9 * 64, seed: 3)
    let y = [FloatBuffer(count: 9 * 20), FloatBuffer(count: 9 * 30)]
    Workers(threads: 2).multiply(
      FloatBuffer(x), xStride: 64, rows: 9,
      [.init(weights: bytes.matrix(), into: y[0]), .init(weights: floats.matrix(), into: y[1])], compute: .int8)
    #expect(bits(y[0].array) == bits(Self.reference(x, bytes)))
    #expect(bits(y[1].array) == bits(ProductTests.reference(x, floats)))
  }
}
