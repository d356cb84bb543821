import Testing

@testable import Store

@Suite struct SpellingTests {
  /// `cells.key` of a store is the SHA-256 of this text: a byte more, and every cell of every store is another one.
  @Test("a cell's record is spelled as it always was")
  func record() {
    var cell = Samples.cell()
    cell.protocolNotes = ["a/b \"é\"\n\u{1}"]
    #expect(
      Encoding.json(cell)
        == #"{"contextWindow":4096,"coordinates":[{"name":"length","value":"4096"},{"name":"depth","value":"0.5"}],"#
        + #""dataHash":"","method":"plain","metrics":[{"aggregation":"accuracy","higherIsBetter":true,"#
        + #""name":"accuracy"}],"model":"tiny","modelHash":"m0","protocolName":"passkey/se-eval-v1","#
        + #""protocolNotes":["a/b \"é\"\n\u0001"],"sampleCount":3,"settings":"{}","task":"passkey"}"#)
  }

  @Test("lists and maps of a run are spelled as they always were")
  func run() {
    #expect(Encoding.json(["b": "2", "a10": "x", "a2": "y"]) == #"{"a10":"x","a2":"y","b":"2"}"#)
    #expect(Encoding.json(["12345", "é\u{0}x"]) == #"["12345","é\u0000x"]"#)
    #expect(Encoding.json([String]()) == "[]")
    #expect(Encoding.decoded([String].self, #"["12345","é\u0000x"]"#) == ["12345", "é\u{0}x"])
  }
}
