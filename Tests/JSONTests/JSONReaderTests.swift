import JSON
import Testing

@Suite struct JSONReaderTests {
  @Test(
    "JSON is read as Python reads it",
    arguments: [
      (#""\ud83d\ude42""#, JSONValue.string("\u{1f642}")), (#""\ud83d""#, .string("\u{fffd}")),
      (#""\ud83dA""#, .string("\u{fffd}A")), (#""\ud83d\u0041""#, .string("\u{fffd}A")),
      ("[1, -2.5e1, true, null]", .array([.integer(1), .number(-25), .bool(true), .null])),
      ("[Infinity, -Infinity]", .array([.number(.infinity), .number(-.infinity)])),
      ("123456789012345678901", .number(123_456_789_012_345_678_901)),
      (
        "{\"b\": 1, \"a\": {}, \"b\": 2}",
        .object([
          .init(key: "b", value: .integer(1)), .init(key: "a", value: .object([])), .init(key: "b", value: .integer(2)),
        ])
      ),
    ])
  func python(text: String, expected: JSONValue) throws {
    #expect(try JSONReader.value(of: Array(text.utf8), rules: .python) == expected)
  }

  @Test("of a key that stands twice the last value counts, or it is refused")
  func repeatedKeys() throws {
    let bytes = Array(#"{"a": 1, "a": 2}"#.utf8)
    #expect(try JSONReader.value(of: bytes)["a"] == .integer(2))
    let problem = #expect(throws: JSONProblem.self) {
      try JSONReader.value(of: bytes, rules: JSONRules(refusesRepeatedKeys: true))
    }
    #expect(problem?.repeatedKey == "a")
  }

  @Test(
    "broken JSON is an error at its byte, whatever the rules",
    arguments: [
      ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\" 1}", 5), ("\"a", 2), ("tru", 3), ("1 2", 2), ("\"\\x\"", 2),
      ("\"\\u12\"", 5), ("+1", 0), ("\"\u{1}\"", 1), ("{1: 2}", 1), ("01", 0), ("1.", 2), ("-", 0),
      (String(repeating: "[", count: 5000), 64),
    ])
  func broken(text: String, offset: Int) {
    for rules in [JSONRules(), .python] {
      let problem = #expect(throws: JSONProblem.self) { try JSONReader.value(of: Array(text.utf8), rules: rules) }
      #expect(problem?.offset == offset)
    }
  }

  @Test("strict rules refuse what only Python accepts", arguments: ["NaN", "-Infinity", #""\ud83d""#, #""\ude42""#])
  func strict(text: String) {
    #expect(throws: JSONProblem.self) { try JSONReader.value(of: Array(text.utf8)) }
  }

  @Test("bytes that are not UTF-8 are named")
  func invalidUTF8() {
    let problem = #expect(throws: JSONProblem.self) { try JSONReader.value(of: [0x22, 0x61, 0xff, 0x22]) }
    #expect(problem?.offset == 2 && problem?.expected == "UTF-8")
  }
}
