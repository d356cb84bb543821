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

  @Test("several weights share one input; results are placed, added and biased as asked")
  func placement() {
    let a = StoredWeights(.q4_1, rows: 70, columns: 64, seed: 1)
    let b = StoredWeights(.f16, rows: 10, columns: 64, seed: 2)
    let bias = randomFloats(10, seed: 3)
    for rows in [1, 3, 40] {
      let x = randomFloats(rows * 64, seed: 4)
      let padded = (0..<rows).flatMap { r -> [Float] in [0, 0, 0] + Array(x[r * 64..<(r + 1) * 64]) + [9] }
      let start = randomFloats(rows * 90, seed: 5)
      let y = FloatBuffer(start)
      Workers(threads: 2).multiply(
        FloatBuffer(padded), xOffset: 3, xStride: 68, rows: rows,
        [
          .init(weights: a.matrix(), into: y, offset: 2, stride: 90, adding: true),
          .init(weights: b.matrix(), into: y, offset: 75, stride: 90, bias: FloatBuffer(bias)),
        ])
      var expected = start
      let (left, right) = (Self.reference(x, a), Self.reference(x, b))
      for r in 0..<rows {
        for o in 0..<70 { expected[r * 90 + 2 + o] += left[r * 70 + o] }
        for o in 0..<10 { expected[r * 90 + 75 + o] = right[r * 10 + o] + bias[o] }
      }
      #expect(bits(y.array) == bits(expected), "\(rows) rows")
    }
  }

  @Test("large products: threads, blocks of rows and parts of chains leave the bits alone")
  func largeShapes() {
    // 600 rows are two row blocks; 1,664 columns are three parts of a chain.
    for (rows, outputs, columns) in [(600, 70, 128), (50, 130, 1664)] {
      let stored = StoredWeights(.q8_0, rows: outputs, columns: columns, seed: 8)
      let x = randomFloats(rows * columns, seed: 9)
      let expected = bits(Self.product(Workers(threads: 1), x, stored.matrix(), path: .vectors))
      for threads in 1...4 {
        let result = Self.product(Workers(threads: threads), x, stored.matrix(), path: .tiles)
        #expect(bits(result) == expected, "\(rows) x \(outputs) x \(columns), \(threads) threads")
      }
      let part = Array(x[..<(7 * columns)])
      let alone = Self.product(Workers(threads: 2), part, stored.matrix())
      #expect(bits(alone) == Array(expected[..<(7 * outputs)]))
    }
  }

  @Test("OpenBLAS gives the same up to rounding", arguments: WeightType.allCases)
  func openBLAS(type: WeightType) {
    let stored = StoredWeights(type, rows: 300, columns: 512, seed: 6)
    let x = randomFloats(5 * 512, seed: 7)
    let workers = Workers(threads: 2)
    let ours = Self.product(workers, x, stored.matrix())
    let theirs = Self.product(workers, x, stored.matrix(), compute: .openBLAS)
    let size = (ours.reduce(0) { $0 + $1 * $1 } / Float(ours.count)).squareRoot()
    let worst = zip(ours, theirs).map { abs($0 - $1) }.max() ?? 0
    // 512 terms, two orders of summation: a few units in the last place of the partial sums.
    #expect(worst < 1e-5 * size, "\(worst) of \(size)")
    #expect(!Workers.blasCoreName.isEmpty)
  }
}
