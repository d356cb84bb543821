import Kernels
import Testing

/// The contract of the product, spelled out: eight lanes, each a chain of fused multiply-adds, then added in order.
func laneProduct(_ x: ArraySlice<Float>, _ w: ArraySlice<Float>) -> Float {
  var lanes = [Float](repeating: 0, count: 8)
  for start in stride(from: 0, to: x.count, by: 8) {
    for lane in 0..<8 {
      let k = start + lane
      let a = k < x.count ? x[x.startIndex + k] : 0
      let b = k < x.count ? w[w.startIndex + k] : 0
      lanes[lane].addProduct(a, b)
    }
  }
  return lanes.dropFirst().reduce(lanes[0], +)
}

@Suite struct ProductTests {
  /// x W^T by the contract.
  static func reference(_ x: [Float], _ weights: StoredWeights) -> [Float] {
    let k = weights.columns
    return (0..<x.count / k).flatMap { r in
      (0..<weights.rows).map { o in
        laneProduct(x[r * k..<(r + 1) * k], weights.values[o * k..<(o + 1) * k])
      }
    }
  }

  static func product(
    _ workers: Workers, _ x: [Float], _ weights: WeightMatrix, path: Workers.Path = .automatic,
    compute: Compute = .float32
  ) -> [Float] {
    let rows = x.count / weights.columns
    let y = FloatBuffer(count: rows * weights.rows)
    workers.multiply(
      FloatBuffer(x), xStride: weights.columns, rows: rows, [.init(weights: weights, into: y)], compute: compute,
      path: path)
    return y.array
  }

  @Test("every type, path and instruction set has the bits of the contract", arguments: WeightType.allCases)
  func bitsOfTheContract(type: WeightType) {
    for (index, shape) in [(1, 8, 1), (2, 17, 2), (5, 64, 1), (7, 65, 1), (13, 130, 3)].enumerated() {
      let columns = type.blockElementCount * (type.blockElementCount == 1 ? 37 * shape.2 : shape.2)
      let stored = StoredWeights(type, rows: shape.1, columns: columns, seed: UInt64(index))
      let x = randomFloats(shape.0 * columns, seed: 99)
      let expected = bits(Self.reference(x, stored))
      for set in InstructionSet.available {
        let workers = Workers(threads: 1 + index % 3, instructionSet: set)
        for path in [Workers.Path.vectors, .tiles] {
          let result = Self.product(workers, x, stored.matrix(shift: index), path: path)
          #expect(bits(result) == expected, "\(type) \(shape) \(set) \(path)")
        }
      }
    }
  }

  @Test("short and odd numbers of columns", arguments: [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 1023])
  func tails(columns: Int) {
    for type in [WeightType.f32, .f16, .bf16] {
      let stored = StoredWeights(type, rows: 9, columns: columns, seed: UInt64(columns))
      let x = randomFloats(8 * columns, seed: 5)
      let expected = bits(Self.reference(x, stored))
      for set in InstructionSet.available {
        let workers = Workers(threads: 2, instructionSet: set)
        for path in [Workers.Path.vectors, .tiles] {
          #expect(bits(Self.product(workers, x, stored.matrix(shift: 1), path: path)) == expected, "\(set) \(path)")
        }
      }
    }
  }
}
