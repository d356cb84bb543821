import Checkpoints
import Foundation
import Kernels
import Positions
import TestSupport
import Testing

@testable import Transformer

/// Keys and values that no machine holds are refused with numbers before they are computed.
@Suite struct MemoryTests {
  @Test("a sequence longer than memory is refused, and a shorter one goes on with equal bits")
  func refused() throws {
    let folder = Fixture.folder().appendingPathComponent("families/llama-3.1")
    let model = try Model.load(path: folder.path)
    let session = Session(model: model, method: .plain, workers: Workers(threads: 1))
    let tokens = [5, 17, 40, 8, 61, 33, 9]
    let scores = try session.score(tokens)
    // Past what an address space holds, and past what an Int holds.
    for count in [1 << 44, Int.max / 2] {
      session.plannedLength = count
      let error = #expect(throws: TransformerError.self) {
        try session.generate(Array(tokens.reversed()), GenerationOptions(maxNewTokens: 1))
      }
      guard case .noMemory(count, _, _)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      session.plannedLength = 0
      #expect(try session.score(tokens) == scores)
    }
  }

  @Test("weights that processes share are mapped, others are a copy of the process's own, and both compute the same")
  func sharedWeights() throws {
    let demo = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Datasets/demo/model")
    let folder = URL(fileURLWithPath: try TemporaryFolder.untilExit())
    try FileManager.default.copyItem(
      at: demo.appendingPathComponent("config.json"), to: folder.appendingPathComponent("config.json"))
    // Small files are copied in any case: blanks at the header's end make this one large.
    let file = try Data(contentsOf: demo.appendingPathComponent("model.safetensors"))
    let count = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let padded = count + 200_000
    var longer = Data((0..<8).map { UInt8(padded >> (8 * $0) & 255) })
    longer += file[8..<8 + count] + Data(repeating: 32, count: 200_000) + file[(8 + count)...]
    try longer.write(to: folder.appendingPathComponent("model.safetensors"))
    var scores: [[Float]] = []
    for sharesWeights in [true, false] {
      let model = try Model.load(path: folder.path, sharesWeights: sharesWeights)
      #expect(model.checkpoint.files.map(\.isMapped) == [sharesWeights])
      let session = Session(model: model, method: .plain, workers: Workers(threads: 1))
      scores.append(try session.score([5, 17, 40, 8, 61, 33, 9]))
    }
    #expect(scores[0] == scores[1])
  }

  @Test("reserved positions take their memory at once, and storing them takes none")
  func reserve() {
    let cache = KeyValueCache(keyValueHeads: 1, headDimension: 16, keyVariants: 1, type: .float32)
    #expect(cache.byteCount == 0)
    // Segments hold 1024 positions.
    #expect(cache.reserve(10))
    let segment = cache.byteCount
    #expect(segment >= 1024 * 2 * 16 * 4)
    #expect(cache.reserve(2500) && cache.byteCount == 3 * segment)
    cache.storeValues(FloatBuffer(count: 16), vStride: 16, rows: 1, at: 2499)
    #expect(cache.reserve(1) && cache.byteCount == 3 * segment)
    cache.releaseBeyond(0)
    #expect(cache.byteCount == 0)
  }
}
