import Testing
import Text

@Suite struct WordsTests {
  @Test("names with numbers stand in the order of the numbers")
  func naturalOrder() {
    let names = ["G=16,W=512", "G=4,W=1024", "G=4,W=512", "factor=10", "factor=2.5", "", "10", "0.5", "2"]
    #expect(
      names.sorted(by: NaturalOrder.isBefore) == [
        "", "0.5", "2", "10", "G=4,W=512", "G=4,W=1024", "G=16,W=512", "factor=2.5", "factor=10",
      ])
    // Equal parts: the spelling decides, so that the order is total.
    #expect(
      NaturalOrder.sorted(names.enumerated().map { ($1, $0) }) { $0.0 }.map(\.0)
        == names.sorted(by: NaturalOrder.isBefore))
    #expect(NaturalOrder.isBefore("1.0", "1.00"))
    #expect(!NaturalOrder.isBefore("a1", "a1"))
  }

  @Test(
    "edits are counted, letters' case aside, a swap of neighbours as one",
    arguments: [
      ("kitten", "sitting", 3), ("Sweep", "sweep", 0), ("sewep", "sweep", 1), ("", "abc", 3), ("abc", "", 3),
      ("ca", "abc", 3),
    ])
  func editDistance(a: String, b: String, distance: Int) {
    #expect(Suggestion.editDistance(a, b) == distance)
  }

  @Test("what is near is suggested, what is not is not")
  func nearest() {
    let words = ["sweep", "plan", "report", "samples", "capacity"]
    #expect(Suggestion.nearest(to: "sewep", among: words) == "sweep")
    #expect(Suggestion.nearest(to: "Reprot", among: words) == "report")
    #expect(Suggestion.nearest(to: "pan", among: words) == "plan")
    #expect(Suggestion.nearest(to: "xyz", among: words) == nil)
    #expect(Suggestion.nearest(to: "", among: words) == nil)
    #expect(Suggestion.nearest(to: String(repeating: "sweep", count: 100_000), among: words) == nil)
    #expect(Suggestion.hint(for: "sweeep", among: words) == "; did you mean sweep?")
    #expect(Suggestion.hint(for: "nothing", among: words) == "")
  }

  @Test("columns are as wide as their widest cell")
  func table() {
    let rows = [["name", "n", "note"], ["a", "1,000", ""], ["long name", "7"]]
    #expect(
      TextTable.lines(rows, hasRule: true) { $0 == 1 ? .right : .left } == [
        "name           n  note", "---------  -----  ----", "a          1,000", "long name      7",
      ])
    #expect(TextTable.lines([]) == [])
    #expect(TextTable.lines([[]], hasRule: true) == ["", ""])
    #expect(TextTable.padded("abc", 5, .right) == "  abc")
    #expect(TextTable.padded("abc", 2, .left) == "abc")
  }
}
