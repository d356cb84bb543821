import JSON
import Testing

@testable import Tasks

@Suite struct PythonLiteralTests {
  @Test("all forms of texts are read, with what stands beside them")
  func texts() throws {
    let source = #"""
      # not this: NAME = {"a": 1}
      OTHER = {'a': 1}
      NAME: dict = {  # a comment
          'one': "x\n\ty" 'z',
          "two": """a "quoted"
      line""" + r'\n',
          'three': ['\u00e9\x41\101\q', u'', (1, -2.5, 1_000), (True,), None, ("in " "brackets")],
      }
      """#
    let value = try #require(try PythonLiteral.value(of: "NAME", in: source))
    #expect(value["one"]?.text == "x\n\tyz")
    #expect(value["two"]?.text == "a \"quoted\"\nline\\n")
    let three = try #require(value["three"]?.elements)
    #expect(three[0].text == "\u{e9}AA\\q" && three[1].text == "")
    #expect(three[2] == .array([.integer(1), .number(-2.5), .integer(1000)]))
    #expect(three[3] == .array([.bool(true)]) && three[4] == .null && three[5].text == "in brackets")
  }

  @Test("the last literal of a name counts, indented or not; calls are none")
  func assignments() throws {
    let source = "if x:\n  haystack = ' '.join(words)\nelse:\n    haystack = \"Grass. Sky.\"\n"
    #expect(try PythonLiteral.value(of: "haystack", in: source)?.text == "Grass. Sky.")
    #expect(try PythonLiteral.value(of: "hay", in: source) == nil)
    #expect(throws: PythonLiteral.Problem(line: 2, text: "expected the end of the line")) {
      try PythonLiteral.value(of: "haystack", in: "\n haystack = ' '.join(words)\n")
    }
  }

  @Test("what is no literal is a problem", arguments: ["{1: 2", "f'{x}'", "'open", "[1 2]", "name", "'a' + 1", "b'x'"])
  func problems(_ text: String) {
    #expect(throws: PythonLiteral.Problem.self) { try PythonLiteral.value(text) }
  }
}
