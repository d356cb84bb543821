import JSON
import Testing

@Suite struct JSONFoldingTests {
  @Test("texts that spell objects or lists become these, and come back")
  func folding() throws {
    let text =
      #"{"of":{"settings":"{\"a\":[1,2.5],\"b\":\"{}\"}"},"#
      + #""rows":[{"facts":"[]","settings":"plain","title":"{}"}]}"#
    let value = try #require(JSONValue(json: text))
    let unfolded = value.unfolded(["settings", "facts"])
    #expect(
      unfolded.spelling
        == #"{"of":{"settings":{"a":[1,2.5],"b":"{}"}},"rows":[{"facts":[],"settings":"plain","title":"{}"}]}"#)
    #expect(unfolded.folded(["settings", "facts"]).spelling == value.spelling)
  }
}
