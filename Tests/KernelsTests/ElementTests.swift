import Glibc
import Kernels
import Testing

@Suite struct ElementTests {
  static let lengths = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 1023, 5000, 40_001]

  /// Runs `body` with every instruction set and 1 to 3 threads: equal bits; returns them.
  func everywhere(_ name: String, _ body: (Workers) -> [Float]) -> [Float] {
    let expected = body(Workers(threads: 1))
    for set in InstructionSet.available {
      for threads in 1...3 {
        #expect(
          bits(body(Workers(threads: threads, instructionSet: set))) == bits(expected), "\(name) \(set) \(threads)")
      }
    }
    return expected
  }

  func expectClose(_ result: [Float], _ expected: [Double], absolute: Double, relative: Double, _ name: String) {
    #expect(result.count == expected.count)
    for (i, pair) in zip(result, expected).enumerated() {
      let error = abs(Double(pair.0) - pair.1)
      if !(error <= absolute + relative * abs(pair.1)) {
        Issue.record("\(name) element \(i): \(pair.0), expected \(pair.1)")
        return
      }
    }
  }

  static func definition(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .silu: x / (1 + exp(-x))
    case .gelu: 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
    case .geluTanh: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }

  @Test("activations and gates", arguments: lengths)
  func activations(count: Int) {
    let x = randomFloats(count, seed: 1).map { $0 * 12 }
    let up = randomFloats(count, seed: 2)
    for activation in [Activation.silu, .gelu, .geluTanh] {
      let result = everywhere("gate") { workers in
        let into = FloatBuffer(count: count)
        workers.gate(FloatBuffer(x), FloatBuffer(up), count: count, activation: activation, into: into)
        return into.array
      }
      let expected = zip(x, up).map { Self.definition(activation, Double($0)) * Double($1) }
      expectClose(result, expected, absolute: 1e-6, relative: 1e-6, "\(activation)")
      let alone = FloatBuffer(x)
      Workers(threads: 1).activate(alone, count: count, activation: activation)
      expectClose(
        alone.array, x.map { Self.definition(activation, Double($0)) }, absolute: 1e-6, relative: 1e-6, "\(activation)")
    }
  }

  @Test("root-mean-square and layer norm", arguments: lengths)
  func norms(columns: Int) {
    let rows = columns < 2000 ? 5 : 2
    let x = randomFloats(rows * columns, seed: 3).map { $0 + 0.5 }
    let weight = randomFloats(columns, seed: 4)
    let bias = randomFloats(columns, seed: 5)
    for centred in [false, true] {
      let result = everywhere("norm") { workers in
        let into = FloatBuffer(count: rows * columns)
        if centred {
          workers.layerNorm(
            FloatBuffer(x), rows: rows, columns: columns, weight: FloatBuffer(weight), bias: FloatBuffer(bias),
            epsilon: 1e-5, into: into)
        } else {
          workers.rmsNorm(
            FloatBuffer(x), rows: rows, columns: columns, weight: FloatBuffer(weight), epsilon: 1e-5, into: into)
        }
        return into.array
      }
      var expected: [Double] = []
      for r in 0..<rows {
        let row = x[r * columns..<(r + 1) * columns].map(Double.init)
        let mean = centred ? row.reduce(0, +) / Double(columns) : 0
        let square = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
        for (k, v) in row.enumerated() {
          expected.append(
            (v - mean) / (square + 1e-5).squareRoot() * Double(weight[k]) + (centred ? Double(bias[k]) : 0))
        }
      }
      expectClose(result, expected, absolute: 2e-6, relative: 1e-6, "norm of \(columns)")
    }
  }

  @Test("sums and soft caps", arguments: lengths)
  func sums(count: Int) {
    let x = randomFloats(count, seed: 6).map { $0 * 100 }
    let y = randomFloats(count, seed: 7)
    let sum = everywhere("add") { workers in
      let into = FloatBuffer(x)
      workers.add(into, FloatBuffer(y), count: count, into: into)
      return into.array
    }
    #expect(sum == zip(x, y).map { $0 + $1 })
    let capped = everywhere("softcap") { workers in
      let into = FloatBuffer(x)
      workers.softcap(into, count: count, cap: 30)
      return into.array
    }
    expectClose(capped, x.map { 30 * tanh(Double($0) / 30) }, absolute: 1e-6, relative: 3e-7, "softcap")
  }

  @Test("log-probabilities and the largest element", arguments: [1, 2, 15, 16, 17, 1000, 49_152])
  func logProbabilities(columns: Int) {
    let rows = 3
    let x = randomFloats(rows * columns, seed: 8).map { $0 * 10 }
    let targets = (0..<rows).map { $0 * 7919 % columns }
    let result = everywhere("logProbabilities") {
      $0.logProbabilities(FloatBuffer(x), rows: rows, columns: columns, targets: targets)
    }
    let expected = (0..<rows).map { r in
      let row = x[r * columns..<(r + 1) * columns].map(Double.init)
      return row[targets[r]] - log(row.reduce(0) { $0 + exp($1) })
    }
    expectClose(result, expected, absolute: 1e-6, relative: 2e-7, "logProbabilities")
    for r in 0..<rows {
      let row = Array(x[r * columns..<(r + 1) * columns])
      let best = Workers(threads: 1).argmax(FloatBuffer(x), row: r, columns: columns)
      #expect(best == row.firstIndex(of: row.max() ?? 0))
    }
  }

  @Test("log-probabilities of what is nearly and wholly impossible")
  func impossible() {
    let x: [Float] = [0, -86.99, -87, -87.01, -200, -1e4, -3e38, -.infinity, -0.5]
    let targets = Array(x.indices)
    let rows = FloatBuffer(targets.flatMap { _ in x })
    let result = everywhere("logProbabilities") {
      $0.logProbabilities(rows, rows: targets.count, columns: x.count, targets: targets)
    }
    let total = log(x.reduce(0.0) { $0 + exp(Double($1)) })
    #expect(result[7] == -.infinity)
    for target in targets where target != 7 {
      #expect(abs(Double(result[target]) - (Double(x[target]) - total)) <= 2e-7 * max(1, abs(Double(x[target]))))
    }
  }

  @Test("the lowest index wins a tie")
  func ties() {
    var x = [Float](repeating: -1, count: 100)
    x[37] = 5
    x[38] = 5
    x[99] = 5
    #expect(Workers(threads: 1).argmax(FloatBuffer(x), row: 0, columns: 100) == 37)
  }

  @Test("rotary embedding turns pairs and leaves the rest", arguments: [(2, 2), (16, 8), (20, 20), (64, 64), (80, 32)])
  func rotation(dimension: Int, rotary: Int) {
    let rows = 9
    let heads = 3
    let half = rotary / 2
    let angles = (0..<rows * half).map { Double($0 % 50) * 0.37 }
    let cosines = angles.map { Float(cos($0)) }
    let sines = angles.map { Float(sin($0)) }
    let x = randomFloats(rows * heads * dimension + 4, seed: 9)
    let factors = (0..<rows).map { 1 + Float($0) / 8 }
    for pairing in [Pairing.halves, .interleaved] {
      let result = everywhere("rotate") { workers in
        let into = FloatBuffer(count: rows * heads * dimension)
        workers.rotate(
          FloatBuffer(x), xOffset: 4, xStride: heads * dimension, rows: rows, heads: heads, headDimension: dimension,
          rotaryDimension: rotary, pairing: pairing, cosines: FloatBuffer(cosines), sines: FloatBuffer(sines),
          rowScale: FloatBuffer(factors), into: into)
        return into.array
      }
      var expected = x.dropFirst(4).map(Double.init)
      for row in 0..<rows * heads {
        for i in 0..<half {
          let first = row * dimension + (pairing == .halves ? i : 2 * i)
          let second = row * dimension + (pairing == .halves ? i + half : 2 * i + 1)
          let angle = row / heads * half + i
          let (a, b) = (expected[first], expected[second])
          expected[first] = a * Double(cosines[angle]) - b * Double(sines[angle])
          expected[second] = b * Double(cosines[angle]) + a * Double(sines[angle])
        }
        for i in 0..<dimension { expected[row * dimension + i] *= Double(factors[row / heads]) }
      }
      expectClose(result, expected, absolute: 1e-6, relative: 1e-6, "\(pairing)")
    }
  }

  @Test("embedding copies dequantised rows", arguments: WeightType.allCases)
  func embedding(type: WeightType) {
    let columns = type.blockElementCount == 1 ? 45 : type.blockElementCount * 2
    let stored = StoredWeights(type, rows: 6, columns: columns, seed: 3)
    let ids = [5, 0, 3, 3]
    let result = everywhere("embed") { workers in
      let into = FloatBuffer(count: ids.count * columns)
      workers.embed(ids, stored.matrix(shift: 3), scale: 1.5, into: into)
      return into.array
    }
    let expected = ids.flatMap { stored.values[$0 * columns..<($0 + 1) * columns].map { $0 * 1.5 } }
    #expect(bits(result) == bits(expected))
    let matrix = stored.matrix(shift: 1)
    #expect(bits(matrix.values(row: 2)) == bits(Array(stored.values[2 * columns..<3 * columns])))
  }

  @Test("subnormal results are flushed in every thread, and the caller's mode is restored")
  func flushing() {
    let count = 40_000
    let tiny = FloatBuffer([Float](repeating: .leastNonzeroMagnitude * 1000, count: count))
    let result = everywhere("flush") { workers in
      let into = FloatBuffer(count: count)
      workers.add(tiny, tiny, count: count, into: into)
      return into.array
    }
    #expect(result.allSatisfy { $0 == 0 })
    let small = tiny[0]
    #expect(small * 2 > 0)
  }
}
