import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite struct PatternTests {
  private func words(_ text: String, _ patterns: [String]) throws -> [String] {
    let steps = try patterns.map { SplitStep.pattern(try Pattern($0), .isolated, isInverted: false) }
    let splitter = WordSplitter(Array(text.utf8), steps)
    return splitter.words.map { String(decoding: splitter.bytes[$0], as: UTF8.self) }
  }

  @Test("GPT-2 splits contractions, letters, numbers, the rest, and leaves the last space to the next word")
  func gpt2() throws {
    #expect(
      try words("It's  12 o'clock!\n\n  go ", [KnownPatterns.gpt2]) == [
        "It", "'s", " ", " 12", " o", "'", "clock", "!", "\n\n ", " go", " ",
      ])
    #expect(try words("CAN'T", [KnownPatterns.gpt2]) == ["CAN", "'", "T"])
  }

  @Test("Llama 3 joins punctuation to letters, threes of digits, line ends to punctuation")
  func llama3() throws {
    #expect(
      try words("CAN'T (go) 12345;\n\n  x\n y", [KnownPatterns.llama3]) == [
        "CAN", "'T", " (", "go", ")", " ", "123", "45", ";\n\n", " ", " x", "\n", " y",
      ])
    #expect(try words("a'ſ", [KnownPatterns.llama3]) == ["a", "'ſ"])
  }

  @Test("Qwen2 takes every digit by itself")
  func qwen2() throws {
    #expect(try words("in 1984.\n", [KnownPatterns.qwen2]) == ["in", " ", "1", "9", "8", "4", ".\n"])
  }

  @Test("SmolLM takes digits out before the words are made")
  func digits() throws {
    #expect(
      try words("x 12 y", [KnownPatterns.digits, KnownPatterns.gpt2]) == ["x", " ", "1", "2", " y"])
  }

  @Test("Falcon takes punctuation out and cuts digits in threes")
  func falcon() throws {
    #expect(try words("a,, b=12345", KnownPatterns.falcon) == ["a", ",,", " b", "=", "123", "45"])
  }

  @Test("o200k cuts at a change from lower to upper case and keeps contractions")
  func o200k() throws {
    #expect(try words("helloWorld HTTPServer's", [KnownPatterns.o200k]) == ["hello", "World", " HTTPServer's"])
  }

  @Test("every word is kept: the words joined are the text", arguments: KnownPatterns.familyNames)
  func nothingIsLost(family: String) throws {
    let text = " \u{85}a\u{3000}b'LL ७२½\r\n\n\t 雪x\u{301}🙂\u{200b}_--#!\u{1c}9999999 \u{2028}e  "
    let patterns = try #require(KnownPatterns.patterns(family: family))
    let words = try words(text, patterns)
    #expect(words.joined() == text)
    #expect(!words.contains(""))
  }

  @Test("white space is Unicode's, not ASCII's control characters")
  func whiteSpace() throws {
    #expect(try words("\u{1c}\u{1c}", [#"\s"#]) == ["\u{1c}\u{1c}"])
    #expect(try words("\u{85}\u{a0}\u{2003}", [#"\s"#]) == ["\u{85}", "\u{a0}", "\u{2003}"])
  }

  @Test(
    "repetition, alternatives, lookahead and sets mean what they mean elsewhere",
    arguments: [
      (#"a{2}"#, "aaaaa", ["aa", "aa", "a"]), (#"a{2,3}"#, "aaaaa", ["aaa", "aa"]),
      (#"a+?b?"#, "aab", ["a", "ab"]), (#"(?:ab|a)c"#, "abcac", ["abc", "ac"]), (#"a++a"#, "aaa", ["aaa"]),
      (#"a(?=b)"#, "abac", ["a", "bac"]), (#"[^ab-d]+"#, "axyd", ["a", "xy", "d"]),
      (#"[\]\-]"#, "x-]", ["x", "-", "]"]),
      (#"\s+$"#, "a  b  ", ["a  b", "  "]), (#"^a"#, "aa", ["a", "a"]), (#"(?:a|bc)+"#, "abcax", ["abca", "x"]),
      (#"\p{Lu}\p{Ll}*"#, "AbCd", ["Ab", "Cd"]), (#"\P{L}"#, "a1b", ["a", "1", "b"]),
      (#"[^(\s|[.,])]+"#, "a.b", ["a", ".", "b"]),
      (#"\x{1F642}|\u00e9"#, "a🙂é", ["a", "🙂", "é"]),
      (#"(?i:grün|k)"#, "GRÜN\u{212a}x", ["GRÜN", "\u{212a}", "x"]),
    ])
  func syntax(pattern: String, text: String, expected: [String]) throws {
    #expect(try words(text, [pattern]) == expected)
  }

  @Test(
    "what is not supported is refused",
    arguments: [
      "(", ")", "[a", "*a", "{2}", "(?<=(?=a)a)b", "(?<=a++)b", #"\p{Klingon}"#, #"\p{InHiragana}"#, #"\1"#,
      #"(a)\k<1>"#, #"\"#, "[b-a]", "[]", "[[:name:]]", #"[\d-a]"#, #"[a-\d]"#, "^*", "(?=a)+", "(?s:.)", "(?(?=a)b|c)",
      #"\K"#, #"\G"#, #"\X"#, #"\xe9"#, #"\x{110000}"#, #"\q"#, "a{100001}", "(?~ab)", "(?i:straße)", "(?i:ß)",
      String(repeating: "(", count: 100), "(?:(?:ab){90}){90}",
      "a" + String(repeating: "?{2}", count: 5000),
      String(repeating: "(?:", count: 6) + "ab" + String(repeating: "){100000}", count: 6),
      String(repeating: "(?:", count: 6) + "a{0}" + String(repeating: "){100000}", count: 6),
      String(repeating: "(?:a*)*", count: 17),
    ])
  func refused(pattern: String) {
    #expect(throws: PatternError.self) { try Pattern(pattern) }
  }

  private struct Expected: Decodable {
    let pattern: String
    let text: String
    let matches: [String]
    let pieces: [String]
  }

  @Test("matches are those of Oniguruma inside Hugging Face tokenizers")
  func oniguruma() throws {
    let data = try Data(contentsOf: Fixtures.folder.appending(path: "patterns.json"))
    let expected = try JSONDecoder().decode([Expected].self, from: data)
    #expect(expected.count > 60)
    for test in expected {
      #expect(try words(test.text, [test.pattern]) == test.pieces, "\(test.pattern) \(test.text.debugDescription)")
      let step = SplitStep.pattern(try Pattern(test.pattern), .removed, isInverted: true)
      let splitter = WordSplitter(Array(test.text.utf8), [step])
      let matches = splitter.words.map { String(decoding: splitter.bytes[$0], as: UTF8.self) }
      #expect(matches == test.matches, "\(test.pattern) \(test.text.debugDescription)")
    }
  }

  @Test(
    "patterns that backtracking alone would never finish have their matches",
    arguments: [
      ("(x+x+)+y", "x", "z", 0), ("(x+x+)+y", "x", "y", 1), ("(?:x|xx)+y", "x", "z", 0), ("(?=(?:x+)+y)x", "x", "z", 0),
      ("(?:x*)*y", "x", "z", 0), ("(x+)+$", "x", "\n", 1), ("(?:x*?)*?y", "x", "z", 0),
      ("(?<=y(?:x|xx)+)z", "x", "w", 0),
      ("(?>(?:x|xx)+y)", "x", "z", 0), ("(?:(?:x+)+y|x)+z", "x", "z", 1),
    ])
  func explosions(pattern: String, letter: String, end: String, matchCount: Int) throws {
    let text = Array((String(repeating: letter, count: 3000) + end).utf8)
    let matches = WordSplitter.pieces(of: text, by: try Pattern(pattern)).filter(\.isMatch)
    #expect(matches.count == matchCount)
  }

  /// The ends of the matches that begin at each place of a text, nil where none does.
  private func ends(_ pattern: Pattern, _ text: String, _ matcher: inout PatternMatcher) -> [Int?] {
    let masks = text.unicodeScalars.map { pattern.mask($0.value) }
    matcher.begin(scalars: masks.count)
    return (0...masks.count).map { matcher.match(pattern.operations, masks.span, at: $0, in: 0..<masks.count) }
  }

  @Test("remembering where runs end and fail changes no match", arguments: 0..<8)
  func runs(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    func expression(_ depth: Int) -> String {
      let atoms = ["a", "b", "[ab]", ".", "\\w", "(?=a)", "(?!b)", "(?<=a+)", "(?<!b*a)", "$", "\\b"]
      var text = ""
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let isGroup = depth > 0 && Int.random(in: 0..<3, using: &random) == 0
        let kind = ["(?:", "(?>", "("].randomElement(using: &random) ?? "("
        let inner = isGroup ? "\(kind)\(expression(depth - 1)))" : atoms.randomElement(using: &random) ?? "a"
        let isAnchor = !isGroup && (inner.hasPrefix("(") || inner == "$" || inner == "\\b")
        let times = ["", "*", "+", "?", "*?", "+?", "{2,3}", "*+"].randomElement(using: &random) ?? ""
        text += inner + (isAnchor ? "" : times)
        if Int.random(in: 0..<5, using: &random) == 0 { text += "|" }
      }
      return text
    }
    var tried = 0
    for _ in 0..<250 {
      guard let pattern = try? Pattern(expression(2)) else { continue }
      tried += 1
      var text = ""
      for _ in 0..<6 {
        text += String(repeating: Bool.random(using: &random) ? "a" : "b", count: Int.random(in: 0...7, using: &random))
      }
      var remembering = PatternMatcher(shortestRun: 1)
      var forgetful = PatternMatcher(shortestRun: .max)
      #expect(ends(pattern, text, &remembering) == ends(pattern, text, &forgetful), "\(pattern.source) \(text)")
    }
    #expect(tried > 200)
  }

  @Test(
    "a text of one letter takes steps in proportion to its length",
    arguments: ["a+b", "\\w+\\d", "(a+)+b", "(?:a+c)?a+b", "(?<=a+)b", "a*?b", "\\p{L}{2,}!", "(?=a+b)a", "a+?b|a+c"])
  func oneLetter(source: String) throws {
    let pattern = try Pattern(source)
    var matcher = PatternMatcher()
    let count = 20_000
    #expect(ends(pattern, String(repeating: "a", count: count), &matcher).allSatisfy { $0 == nil })
    #expect(matcher.failures < 80 * count, "\(matcher.failures)")
  }

  @Test("remembering failures changes no match")
  func memory() throws {
    // The same matches, in a text so long that failures are remembered and in the pieces of which it is made.
    let pattern = try Pattern("(?:a|ab|b)*c|(?=(?:a|aa)*b)a|(?:a*b*)*d")
    let unit = "aabab abc aaaaaaaaaabaabd bbbbabbaaac "
    let long = Array(String(repeating: unit, count: 400).utf8)
    func matches(_ text: [UInt8]) -> [Range<Int>] {
      WordSplitter.pieces(of: text, by: pattern).filter(\.isMatch).map(\.range)
    }
    let short = matches(Array(unit.utf8))
    let expected = (0..<400).flatMap { index in
      short.map { $0.lowerBound + index * unit.utf8.count..<$0.upperBound + index * unit.utf8.count }
    }
    #expect(matches(long) == expected)
  }

  @Test(
    "a match joins its neighbours as the behaviour says",
    arguments: [
      (SplitBehavior.isolated, ["a", "-", "-", "b", "-"]), (.removed, ["a", "b"]),
      (.mergedWithPrevious, ["a-", "-", "b-"]), (.mergedWithNext, ["a", "-", "-b", "-"]),
      (.contiguous, ["a", "--", "b", "-"]),
    ])
  func behaviors(behavior: SplitBehavior, expected: [String]) throws {
    let splitter = WordSplitter(
      Array("a--b-".utf8), [.pattern(try Pattern(literal: "-"), behavior, isInverted: false)])
    #expect(splitter.words.map { String(decoding: splitter.bytes[$0], as: UTF8.self) } == expected)
  }
}
