import TestSupport
import Testing

@testable import Tokenizers

/// A memory of pieces and a look at first scalars save time, and change no cut.
@Suite struct SplitMemoryTests {
  private static let patterns: [[String]] = [
    [KnownPatterns.digits, KnownPatterns.gpt2], [KnownPatterns.llama3], [KnownPatterns.digits, KnownPatterns.qwen2],
    [#"(?=a)\w+|(?<!b)c*d|\s+"#, "x?"], ["(?:ab)*", #"[^\s]"#], [#"\b"#, "^.|$"],
  ]

  private func text(_ random: inout SplitMix64) -> [UInt8] {
    let parts = ["ab", " ", "a", "bcd", "12", "é", "\n", "x", "'s", "Now the text is over.", "𝟙", "  "]
    return Array(
      (0..<Int.random(in: 0...30, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
        .joined().utf8)
  }

  @Test("with a memory texts are cut as without one, whatever the steps", arguments: patterns.indices)
  func sameCuts(index: Int) throws {
    var random = SplitMix64(seed: UInt64(index))
    for behavior in [SplitBehavior.isolated, .removed, .mergedWithNext, .contiguous] {
      let steps = try Self.patterns[index].map { SplitStep.pattern(try Pattern($0), behavior, isInverted: false) }
      var memory = SplitMemory()
      for _ in 0..<200 {
        let text = text(&random)
        let remembered = WordSplitter(text, steps, isFirst: true, &memory)
        let alone = WordSplitter(text, steps)
        #expect(remembered.words == alone.words)
      }
    }
  }

  @Test("a match is found where it begins, by a first scalar out of any alternative")
  func firstSets() throws {
    for (source, text, expected) in [
      ("a|bc", "xbca", ["x", "bc", "a"]), ("a?b", "xbab", ["x", "b", "ab"]), ("(?=c)c+|d", "bccd", ["b", "cc", "d"]),
      ("(?>a*)b", "baab", ["b", "aab"]), (#"(?<=a)b"#, "abb", ["a", "b", "b"]),
      ("(?:a|b{0,2})c", "bbcac", ["bbc", "ac"]),
    ] {
      let splitter = WordSplitter(
        Array(text.utf8), [.pattern(try Pattern(source), .isolated, isInverted: false)])
      #expect(splitter.words.map { String(decoding: splitter.bytes[$0], as: UTF8.self) } == expected)
    }
  }

  @Test("a memory that is full forgets, and goes on")
  func forgets() throws {
    let steps = try [KnownPatterns.digits, KnownPatterns.gpt2].map {
      SplitStep.pattern(try Pattern($0), .isolated, isInverted: false)
    }
    var memory = SplitMemory()
    for index in 0..<60 {
      let text = Array("\(index) \(String(repeating: "word ", count: 2_000)) 7 end".utf8)
      #expect(WordSplitter(text, steps, isFirst: true, &memory).words == WordSplitter(text, steps).words)
    }
  }
}
