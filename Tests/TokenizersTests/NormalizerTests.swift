import Testing

@testable import Tokenizers

@Suite struct NormalizerTests {
  private func applied(_ step: NormalizerStep, _ text: String, isFirst: Bool = true) -> String {
    var bytes = Array(text.utf8)
    step.apply(&bytes, isFirst: isFirst)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

  @Test(
    "the Unicode forms compose, decompose and order marks",
    arguments: [
      (NormalizerStep.UnicodeForm.nfc, "e\u{301}", "\u{e9}"), (.nfd, "\u{1ec7}", "e\u{323}\u{302}"),
      (.nfc, "e\u{302}\u{323}", "\u{1ec7}"), (.nfc, "\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
      (.nfd, "\u{d55c}", "\u{1112}\u{1161}\u{11ab}"), (.nfc, "\u{958}", "\u{915}\u{93c}"),
      (.nfc, "\u{cca}\u{cd5}", "\u{ccb}"), (.nfkc, "\u{fb01}\u{b2}", "fi2"), (.nfkd, "\u{ff21}\u{e9}", "Ae\u{301}"),
      (.nfc, "a\u{327}x\u{301}", "a\u{327}x\u{301}"), (.nfc, "", ""),
    ])
  func forms(form: NormalizerStep.UnicodeForm, text: String, expected: String) {
    #expect(scalars(applied(.unicode(form), text)) == scalars(expected))
  }

  @Test("a run of marks of any length is put in order")
  func longRuns() {
    let text = "x" + String(repeating: "\u{301}\u{323}", count: 60)
    let expected = "x" + String(repeating: "\u{323}", count: 60) + String(repeating: "\u{301}", count: 60)
    #expect(scalars(applied(.unicode(.nfd), text)) == scalars(expected))
  }

  @Test("each step does what its name says")
  func steps() throws {
    #expect(applied(.prepend([0x5f]), "a") == "_a")
    #expect(applied(.prepend([0x5f]), "") == "")
    #expect(applied(.prependUnlessPresent([0x5f], onlyFirst: true), "_a") == "_a")
    #expect(applied(.prependUnlessPresent([0x5f], onlyFirst: true), "a", isFirst: false) == "a")
    #expect(applied(.replace(Array("ab".utf8), by: Array("-".utf8)), "aabab") == "a--")
    #expect(applied(.replacePattern(try Pattern(#"\s+"#), by: Array("_".utf8)), "a \n b") == "a_b")
    #expect(applied(.lowercase, "ÀB") == "àb")
    #expect(applied(.strip(left: true, right: false), " a ") == "a ")
    #expect(applied(.strip(left: true, right: true), " \n") == "")
    #expect(applied(.collapseSpaces, "  a   b ") == "a b")
  }
}
