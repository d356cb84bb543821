import Checkpoints
import Foundation
import Kernels
import Positions
import TestSupport
import Testing
import Transformer

/// A weight that is no number ends in an error that names its layer, never in a token or a score.
@Suite struct NonFiniteTests {
  private static let tokens = [5, 17, 40, 8, 61, 33, 9]

  /// The tensor that is spoiled, which of its elements, and where the values then stop being finite.
  struct Spoiled: Sendable, CustomTestStringConvertible {
    let tensor: String
    let element: Int
    let layerCount: Int?
    let position: Int?
    var testDescription: String { tensor }
  }

  private static let cases = [
    // The row of token 40, which stands at position 2.
    Spoiled(tensor: "model.embed_tokens.weight", element: 40 * 32 + 3, layerCount: 0, position: 2),
    Spoiled(tensor: "model.layers.1.mlp.down_proj.weight", element: 7, layerCount: 2, position: 0),
    Spoiled(tensor: "model.layers.2.self_attn.k_proj.weight", element: 0, layerCount: 3, position: 0),
    Spoiled(tensor: "lm_head.weight", element: 11 * 32, layerCount: nil, position: nil),
  ]

  /// llama-3.1's fixture with one element replaced by these bytes of bfloat16.
  private func session(_ spoiled: Spoiled, bytes: [UInt8]) throws -> Session {
    let source = Fixture.folder().appendingPathComponent("families/llama-3.1")
    let folder = URL(fileURLWithPath: try TemporaryFolder.untilExit() + "/model")
    try FileManager.default.copyItem(at: source, to: folder)
    let file = folder.appendingPathComponent("model.safetensors")
    let entries = try SafetensorsFile(path: file.path).entries
    let entry = try #require(entries.first { $0.name == spoiled.tensor })
    var data = try Data(contentsOf: file)
    let place = entry.byteRange.lowerBound + 2 * spoiled.element
    data.replaceSubrange(place..<place + 2, with: bytes)
    try data.write(to: file)
    return Session(model: try Model.load(path: folder.path), method: .plain, workers: Workers(threads: 1))
  }

  private func expect(_ spoiled: Spoiled, _ work: () throws -> Void) {
    do {
      try work()
      Issue.record("\(spoiled.tensor): no error")
    } catch TransformerError.nonFiniteLogits(let origin?) {
      #expect(origin.layerCount == spoiled.layerCount)
      #expect(origin.position == spoiled.position)
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test(
    "whatever is asked of the model fails, with the place", arguments: cases,
    [[0xc0, 0x7f], [0xff, 0xff], [0x80, 0x7f]] as [[UInt8]])
  func everyRequest(spoiled: Spoiled, bytes: [UInt8]) throws {
    // A logit of negative infinity only rules its token out.
    if spoiled.layerCount == nil, bytes == [0x80, 0x7f] { return }
    let session = try session(spoiled, bytes: bytes)
    let tokens = Self.tokens
    expect(spoiled) { _ = try session.generate(tokens, GenerationOptions(maxNewTokens: 3)) }
    expect(spoiled) { _ = try session.score(tokens) }
    expect(spoiled) { _ = try session.logits(tokens) }
    expect(spoiled) { _ = try session.choices(prefix: Array(tokens.prefix(5)), continuations: [[1], [2, 3]]) }
    let other = Session(beside: session)
    expect(spoiled) {
      let options = GenerationOptions(maxNewTokens: 3)
      _ = try Session.generateTogether([(session, tokens, options), (other, tokens, options)])
    }
  }

  @Test("a token whose row is spoiled spoils no sequence without it")
  func otherSequences() throws {
    let session = try session(Self.cases[0], bytes: [0xc0, 0x7f])
    let sound = Self.tokens.filter { $0 != 40 }
    let before = try session.score(sound)
    expect(Self.cases[0]) { _ = try session.score(Self.tokens) }
    #expect(try session.score(sound) == before)
  }

  @Test("the error names the layer in words")
  func words() throws {
    let session = try session(Self.cases[1], bytes: [0xc0, 0x7f])
    let error = #expect(throws: TransformerError.self) { try session.score(Self.tokens) }
    #expect(error?.description.contains("in layer 1, at position 0") == true)
  }
}
