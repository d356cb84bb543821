import Foundation
import Testing
import Tokenizers

/// Every construct of templates against what Jinja makes of it (Fixtures/jinja/generate.py).
@Suite struct JinjaConstructTests {
  /// One template with what Jinja renders.
  struct Case: Decodable {
    let construct: String
    let source: String
    /// Nil where Jinja raises.
    let text: String?
    /// True for what Jinja renders and this program refuses.
    let refused: Bool
  }

  private static func cases() throws -> [Case] {
    try JSONDecoder().decode([Case].self, from: Data(try Fixtures.bytes("jinja/expected.json")))
  }

  private static let constructs = [
    "white space", "literals", "operators", "elements", "for", "if", "set", "macro", "blocks", "tests",
    "filters of texts", "filters of lists", "filters of numbers", "methods of texts", "methods of maps", "functions",
  ]

  private func rendered(_ source: String) throws(ChatTemplateError) -> String {
    try ChatTemplate(source: source).render(ChatMessages([("user", "Hi")])).text
  }

  @Test("a construct renders as Jinja renders it, or is refused by name", arguments: constructs)
  func construct(name: String) throws {
    let cases = try Self.cases().filter { $0.construct == name }
    #expect(!cases.isEmpty)
    for example in cases {
      do throws(ChatTemplateError) {
        let text = try rendered(example.source)
        let wanted = try? #require(example.text, "Jinja raises for \(example.source)")
        #expect(text.unicodeScalars.elementsEqual(wanted?.unicodeScalars ?? "".unicodeScalars), "\(example.source)")
        #expect(!example.refused, "\(example.source)")
      } catch {
        #expect(example.text == nil || example.refused, "\(example.source): \(error)")
        if case .unsupported = error { continue }
        #expect(!example.refused, "\(example.source): \(error)")
      }
    }
  }

  @Test("the fixture has no construct beside the tested ones")
  func complete() throws {
    #expect(Set(try Self.cases().map(\.construct)) == Set(Self.constructs))
  }

  // MARK: Errors

  private static let errors: [(source: String, error: ChatTemplateError)] = [
    ("a\n{{ 'x' | wordwrap(3) }}", .unsupported(line: 2, construct: "the filter 'wordwrap'")),
    ("\n\n{% include 'x' %}", .unsupported(line: 3, construct: "the tag 'include'")),
    ("{{ lipsum() }}", .unsupported(line: 1, construct: "the function 'lipsum'")),
    ("{{ 'a'.encode() }}", .unsupported(line: 1, construct: "the method 'encode' of a text")),
    ("{{ strftime_now('%G') }}", .unsupported(line: 1, construct: "the date format '%G'")),
    ("\n{{ raise_exception('only ' ~ 2) }}", .raised(line: 2, message: "only 2")),
    ("{{ x.y }}", .failed(line: 1, problem: "'x' is undefined")),
    (
      "{{ [].append(1) }}",
      .failed(
        line: 1, problem: "'append' would change a list, which the sandbox of templates forbids")
    ),
    ("a\nb{{ 1 | nothing }}", .failed(line: 2, problem: "there is no filter 'nothing'")),
    ("\n{% if x %}", .syntax(line: 2, problem: "the block 'if' has no end ('endif')")),
    ("\n{% frob %}", .syntax(line: 2, problem: "there is no tag 'frob'")),
    ("{{ 'x }}", .syntax(line: 1, problem: "the text has no closing quote")),
    ("\n{# x", .syntax(line: 2, problem: "the comment has no end")),
    ("{{ x", .syntax(line: 1, problem: "found the end of the template where '}}' should be")),
  ]

  @Test("an error names the construct and its line", arguments: errors)
  func error(source: String, error: ChatTemplateError) {
    #expect(throws: error) { try self.rendered(source) }
    #expect("\(error)".contains("line "))
  }

  // MARK: The day

  @Test("a template is told the day of the setting, and a fixed one without")
  func day() throws {
    let template = try ChatTemplate(source: "{{ strftime_now('%d %b %Y, %A %j') }}")
    let messages = ChatMessages([("user", "")])
    #expect(try template.render(messages).text == "26 Jul 2024, Friday 208")
    var variables = ChatTemplate.Variables(date: try ChatDate("2000-02-29"))
    #expect(try template.render(messages, variables).text == "29 Feb 2000, Tuesday 060")
    variables.date = try ChatDate("1999-12-31")
    #expect(try template.render(messages, variables).text == "31 Dec 1999, Friday 365")
  }

  @Test(
    "what is no day is refused",
    arguments: ["", "2024", "2024-13-01", "2024-02-30", "2023-02-29", "1900-02-29", "24-01-01", "2024-1-1", "today"])
  func noDay(text: String) {
    #expect(throws: ChatTemplateError.date(found: text)) { try ChatDate(text) }
  }
}
