import Positions
import TestSupport
import Testing

/// Cosines and sines of the reference's rotary modules, in float32 (Fixtures/rope.json).
private struct Tables: Decodable {
  struct Table: Decodable {
    let kind: String
    let dim: Int
    let base: Double
    let max_position_embeddings: Int
    let factor: Double
    let positions: [Double]
    let seq_len_seen: Int
    let inv_freq: [Double]
    let cos: [[Double]]
    let sin: [[Double]]
  }
  let tables: [Table]
}

private struct LogScales: Decodable {
  struct Table: Decodable {
    let scale_base: Int
    let positions: [Int]
    let factor: [Float]
  }
  let tables: [Table]
}

@Suite struct RotaryEmbeddingTests {
  @Test("frequencies and tables of the reference")
  func reference() throws {
    for table in try Fixture.decode(Tables.self, "rope.json").tables {
      let scaling: RotaryScaling =
        switch table.kind {
        case "linear": .linear(factor: table.factor)
        case "dynamic": .dynamicNTK(factor: table.factor, contextWindow: table.max_position_embeddings)
        default: .none
        }
      let rotary = RotaryEmbedding(dimension: table.dim, theta: table.base, scaling: scaling)
      let frequencies = rotary.frequencies(sequenceLength: table.seq_len_seen)
      // The reference divides positions, we divide frequencies; its frequencies are float32.
      let divisor = table.kind == "linear" ? table.factor : 1
      for (got, wanted) in zip(frequencies, table.inv_freq) { #expect(abs(got * divisor - wanted) < 1e-6 * wanted) }
      let half = table.dim / 2
      let (cosines, sines) = rotary.table(positions: table.positions, sequenceLength: table.seq_len_seen)
      for (row, position) in table.positions.enumerated() {
        // Float32 angles are off by up to 2^-24 relative; ours are exact.
        let tolerance = 1e-6 + position * 1.2e-7
        for pair in 0..<half {
          #expect(abs(Double(cosines[row * half + pair]) - table.cos[row][pair]) < tolerance)
          #expect(abs(Double(sines[row * half + pair]) - table.sin[row][pair]) < tolerance)
        }
      }
    }
  }

  @Test("the logarithmic query scale of the reference")
  func logScale() throws {
    for table in try Fixture.decode(LogScales.self, "log_scale.json").tables {
      let method = try Method(parsing: "self-extend:G=4,W=8,logn=\(table.scale_base)")
      let layout = AttentionLayout(method, contextWindow: 64, slidingWindow: nil)
      for (position, wanted) in zip(table.positions, table.factor) {
        #expect(abs(layout.queryScale(position) - wanted) < 1e-6)
      }
    }
  }

  @Test("Llama-3's scaling keeps short wavelengths and divides long ones")
  func llama3() {
    let scaling = RotaryScaling.llama3(
      factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192)
    let scaled = RotaryEmbedding(dimension: 128, theta: 500_000, scaling: scaling).frequencies(sequenceLength: 1)
    let plain = RotaryEmbedding(dimension: 128, theta: 500_000, scaling: .none).frequencies(sequenceLength: 1)
    #expect(scaled[0] == plain[0])
    #expect(scaled[63] == plain[63] / 8)
    #expect(zip(scaled, plain).allSatisfy { $0 <= $1 && $0 >= $1 / 8 })
  }

  @Test("fixed NTK divides the slowest frequency by its factor, keeps the fastest, and is base * factor^(d / (d - 2))")
  func ntk() throws {
    let scaling = try #require(try Method(parsing: "ntk:factor=4").rotaryScaling(contextWindow: 2048))
    let scaled = RotaryEmbedding(dimension: 64, theta: 10000, scaling: scaling).frequencies(sequenceLength: 9000)
    let plain = RotaryEmbedding(dimension: 64, theta: 10000, scaling: .none).frequencies(sequenceLength: 9000)
    #expect(scaled[0] == plain[0])
    #expect(abs(plain[31] / scaled[31] - 4) < 1e-12)
    #expect(zip(scaled, scaled.dropFirst()).allSatisfy { abs($1 / $0 - scaled[1]) < 1e-12 })
    // With factor 1 and n = 4 L, dynamic NTK stretches as much.
    let dynamic = try #require(try Method(parsing: "dynamic-ntk:factor=1").rotaryScaling(contextWindow: 2048))
    let grown = RotaryEmbedding(dimension: 64, theta: 10000, scaling: dynamic)
    #expect(zip(grown.frequencies(sequenceLength: 8192), scaled).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(grown.frequencies(sequenceLength: 2048) == plain)
  }
}
