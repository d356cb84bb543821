import Testing

@testable import Store

@Suite struct ColumnsTests {
  @Test(
    "arrays of integers are read as they are",
    arguments: [
      ("[]", []), ("[0]", [0]), ("[1,-2,345]", [1, -2, 345]),
      ("[9223372036854775807,-9223372036854775808]", [Int.max, Int.min]),
    ] as [(String, [Int])])
  func integers(json: String, values: [Int]) {
    #expect(Columns.integers(Array(json.utf8)) == values)
    #expect(Encoding.json(values) == json)
  }

  @Test(
    "anything else is no array of integers",
    arguments: [
      "", "[", "]", "1", "[1", "1]", "[,]", "[1,]", "[,1]", "[1,,2]", "[-]", "[1 ,2]", "[1.5]", "[\"1\"]", "[[1]]",
      "[9223372036854775808]", "[-9223372036854775809]", "[99999999999999999999999]", "[٣]",
    ])
  func notIntegers(json: String) {
    #expect(Columns.integers(Array(json.utf8)) == nil)
  }

  @Test(
    "texts without escapes are read at once, others are left to the general reader",
    arguments: [
      ("[]", []), ("[\"\"]", [""]), ("[\"a\",\"é, ]\",\"\"]", ["a", "é, ]", ""]), ("[\"a\\n\"]", nil),
      ("[ \"a\"]", nil), ("[\"a\"", nil), ("[\"a]", nil), ("[\"a\",]", nil), ("[\"a\"\"b\"]", nil), ("[1]", nil),
      ("\"a\"", nil), ("", nil), ("[\"a\n\"]", nil), ("[\"]", nil),
    ] as [(String, [String]?)])
  func texts(json: String, values: [String]?) {
    #expect(Columns.plainTexts(Array(json.utf8)) == values)
  }
}
