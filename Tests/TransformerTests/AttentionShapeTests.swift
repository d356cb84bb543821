import Testing

@testable import Transformer

/// How attention's work is cut for an OpenCL device; needs none.
@Suite struct AttentionShapeTests {
  @Test("states are counted for the rows and keys, up to those of a prompt, that need the most")
  func states() {
    for units in [1, 30, 132] {
      for (heads, dimension) in [(1, 64), (8, 128), (32, 128), (16, 256)] {
        for usesMatrix in [false, true] {
          for (most, end) in [(1, 600), (7, 5000), (40, 16384), (600, 4096), (64, 131_072)] {
            var wanted = 0
            for rows in 1...most {
              for keys in stride(from: 512, through: end + 511, by: 512) {
                let shape = AttentionShape(
                  rowsPerHead: rows, heads: heads, dimension: dimension, end: min(keys, end), usesMatrix: usesMatrix,
                  computeUnits: units)
                if shape.isSplit { wanted = max(wanted, shape.stateByteCount) }
              }
            }
            let got = AttentionShape.mostStateByteCount(
              rowsPerHead: most, heads: heads, dimension: dimension, end: end, usesMatrix: usesMatrix,
              computeUnits: units)
            #expect(got == wanted, "\(units) units, \(heads) heads of \(dimension), \(most) rows, \(end) keys")
          }
        }
      }
    }
  }
}
