import TestSupport
import Testing
import Tokenizers

@Suite struct StreamingDecoderTests {
  private static let names = [
    "byte-level", "split-regex", "metaspace", "sentencepiece", "gguf/byte-level.gguf", "gguf/sentencepiece.gguf",
  ]

  @Test("pieces joined are the whole text, for any ids", arguments: names)
  func randomIDs(name: String) throws {
    let tokenizer = try Fixtures.load(name)
    for seed in 0..<200 {
      var random = SplitMix64(seed: UInt64(seed))
      let ids = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        Int.random(in: -2..<tokenizer.vocabularySize + 2, using: &random)
      }
      for skipSpecial in [true, false] {
        var decoder = StreamingDecoder(tokenizer, skipSpecial: skipSpecial)
        let pieces = ids.map { decoder.append($0) } + [decoder.finish()]
        #expect(pieces.joined() == tokenizer.decode(ids, skipSpecial: skipSpecial), "seed \(seed): \(ids)")
      }
    }
  }

  @Test("any text comes back byte for byte", arguments: ["split-regex", "metaspace", "sentencepiece"])
  func roundTrip(name: String) throws {
    let tokenizer = try Fixtures.load(name)
    for seed in 0..<200 {
      var random = SplitMix64(seed: UInt64(seed))
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0..<60, using: &random) {
        let ranges: [Range<UInt32>] = [0..<0x80, 0x20..<0x7f, 0x400..<0x460, 0x4e00..<0x9fff, 0x1f300..<0x1f6ff]
        let range = ranges[Int.random(in: 0..<ranges.count, using: &random)]
        if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { scalars.append(scalar) }
      }
      let text = String(scalars)
      let ids = tokenizer.encode(text, parseSpecial: false)
      #expect(tokenizer.decodeBytes(ids, skipSpecial: true) == Array(text.utf8), "seed \(seed)")
    }
  }

  @Test("a character appears when its last byte does, and not before")
  func holdsBack() throws {
    let tokenizer = try Fixtures.load("sentencepiece")
    let bytes = ["<0xF0>", "<0x9F>", "<0xA6>", "<0x99>", "<0xE2>"].compactMap(tokenizer.id)
    var decoder = StreamingDecoder(tokenizer)
    #expect(bytes.map { decoder.append($0) } == ["", "", "", "🦙", ""])
    #expect(decoder.finish() == "\u{fffd}")
    #expect(decoder.finish() == "")
  }

  @Test("bytes that cannot become a character are not held back")
  func invalidBytes() throws {
    let tokenizer = try Fixtures.load("sentencepiece")
    let bytes = ["<0x80>", "<0xC0>", "<0xE0>", "<0x80>", "<0x41>"].compactMap(tokenizer.id)
    var decoder = StreamingDecoder(tokenizer)
    #expect(bytes.map { decoder.append($0) } == ["\u{fffd}", "\u{fffd}", "", "\u{fffd}\u{fffd}", "A"])
  }

  @Test("the space that encoding adds is taken away once, at the start")
  func leadingSpace() throws {
    let tokenizer = try Fixtures.load("sentencepiece")
    let ids = tokenizer.encode("the gate the")
    var decoder = StreamingDecoder(tokenizer)
    #expect(ids.map { decoder.append($0) }.joined() == "the gate the")
    let gate = try #require(tokenizer.id(of: "▁gate"))
    #expect(tokenizer.decode([gate, gate]) == "gate gate")
    #expect(tokenizer.decode([1, gate], skipSpecial: false) == "<s> gate")
  }
}
