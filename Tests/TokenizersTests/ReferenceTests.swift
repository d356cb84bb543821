import Testing
import Tokenizers

@Suite struct ReferenceTests {
  @Test(
    "ids and text equal those of the reference implementation",
    arguments: ["byte-level", "split-regex", "metaspace", "sentencepiece"])
  func reference(name: String) throws {
    let tokenizer = try Fixtures.load(name)
    let cases = try Fixtures.cases(name)
    #expect(cases.count > 100)
    for test in cases {
      if let ids = test.ids { #expect(tokenizer.encode(test.text) == ids, "\(test.text.debugDescription)") }
      let plain = tokenizer.encode(test.text, bos: .never, parseSpecial: false)
      #expect(plain == test.plain, "\(test.text.debugDescription)")
      #expect(tokenizer.decode(test.plain) == test.decoded, "\(test.text.debugDescription)")
    }
  }

  @Test("a GGUF file gives the ids of the tokenizer.json it was made of, where llama.cpp does")
  func byteLevelGGUF() throws {
    let tokenizer = try Fixtures.load("gguf/byte-level.gguf")
    #expect(tokenizer.kindName == "byte-level BPE (smollm)")
    for test in try Fixtures.cases("byte-level") where test.hasAbsentBytes == false {
      #expect(tokenizer.encode(test.text) == test.ids, "\(test.text.debugDescription)")
    }
  }

  @Test("a GGUF file gives the ids of the SentencePiece model it was made of")
  func sentencePieceGGUF() throws {
    let tokenizer = try Fixtures.load("gguf/sentencepiece.gguf")
    #expect(tokenizer.kindName == "SentencePiece BPE")
    // llama.cpp looks for the user's symbols before the leading space is added, SentencePiece after.
    for test in try Fixtures.cases("sentencepiece") where !test.text.contains("<extra>") {
      let plain = tokenizer.encode(test.text, bos: .never, parseSpecial: false)
      #expect(plain == test.plain, "\(test.text.debugDescription)")
      #expect(tokenizer.decode(test.plain) == test.decoded)
    }
    let ids = tokenizer.encode("<extra>gate", bos: .never)
    #expect(ids.compactMap(tokenizer.token).joined() == "<extra>▁gate")
  }

  @Test("the neighbours of a byte without a token merge in a tokenizer.json and do not in a GGUF file")
  func absentBytes() throws {
    let text = "the\u{0}\u{0}gate.\u{4}."
    let meeting = try Fixtures.load("byte-level")
    let apart = try Fixtures.load("gguf/byte-level.gguf")
    #expect(meeting.decode(meeting.encode(text)) == "thegate..")
    #expect(apart.decode(apart.encode(text)) == "thegate..")
    let dots = "..."
    let dottedByAbsent = ".\u{4}.."
    #expect(meeting.encode(dottedByAbsent) == meeting.encode(dots))
    #expect(apart.encode(dottedByAbsent) != apart.encode(dots))
  }

  @Test("words without a token across their border are independent, however many there are")
  func independentWords() throws {
    let tokenizer = try Fixtures.load("sentencepiece")
    let one = tokenizer.encode("the", bos: .never)
    let many = tokenizer.encode(Array(repeating: "the", count: 5000).joined(separator: " "), bos: .never)
    #expect(many == Array(Array(repeating: one, count: 5000).joined()))
  }
}
