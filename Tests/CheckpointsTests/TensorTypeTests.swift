import Checkpoints
import Testing

@Suite struct TensorTypeTests {
  /// Elements and bytes of a block as the format defines them: scales, minima, then packed numbers.
  static let blocks: [(TensorType, elements: Int, bytes: Int)] = [
    (.f32, 1, 4), (.f16, 1, 2), (.bf16, 1, 2),
    (.q8_0, 32, 2 + 32), (.q4_0, 32, 2 + 32 / 2), (.q4_1, 32, 2 + 2 + 32 / 2),
    (.q5_0, 32, 2 + 32 / 8 + 32 / 2), (.q5_1, 32, 2 + 2 + 32 / 8 + 32 / 2),
    (.q2_K, 256, 256 / 16 + 256 / 4 + 2 + 2), (.q3_K, 256, 256 / 8 + 256 / 4 + 12 + 2),
    (.q4_K, 256, 2 + 2 + 12 + 256 / 2), (.q5_K, 256, 2 + 2 + 12 + 256 / 8 + 256 / 2),
    (.q6_K, 256, 256 / 2 + 256 / 4 + 256 / 16 + 2),
    (.iq4_NL, 32, 2 + 32 / 2), (.iq4_XS, 256, 2 + 2 + 8 / 2 + 256 / 2), (.mxfp4, 32, 1 + 32 / 2),
  ]

  @Test("every type has the block that its format defines", arguments: blocks)
  func block(type: TensorType, elements: Int, bytes: Int) {
    #expect(type.blockElementCount == elements)
    #expect(type.blockByteCount == bytes)
    #expect(type.byteCount(shape: [3, 2 * elements]) == 6 * bytes)
    #expect(TensorType(rawValue: type.rawValue) == type)
  }

  @Test("the table above has every type") func complete() { #expect(Self.blocks.count == TensorType.allCases.count) }

  @Test("a row that is not whole blocks has no size", arguments: TensorType.allCases)
  func partialBlock(type: TensorType) {
    guard !type.isFloatingPoint else { return }
    #expect(type.byteCount(shape: [4, type.blockElementCount + 1]) == nil)
    #expect(type.byteCount(shape: [4, type.blockElementCount / 2]) == nil)
  }

  @Test("sizes that overflow are no sizes", arguments: TensorType.allCases)
  func overflow(type: TensorType) {
    let great = Int.max / 1024 * 512
    #expect(type.byteCount(shape: [great, great]) == nil)
    #expect(type.byteCount(shape: [-1, type.blockElementCount]) == nil)
    #expect(type.byteCount(shape: []) == nil)
  }
}
