import Foundation
import Testing

@Suite struct ChatTests {
  private struct Output: Decodable {
    let text: String
    let tokens: [Int]?
  }

  private func chat(
    _ template: Data, _ messages: String, _ more: [String] = []
  ) throws -> (status: Int32, output: Output?, errors: String) {
    try Program.inTemporaryFolder { folder in
      let files = [folder.appendingPathComponent("t.jinja"), folder.appendingPathComponent("m.json")]
      try template.write(to: files[0])
      try Data(messages.utf8).write(to: files[1])
      let result = try Program.run(
        ["chat", "--template", files[0].path, "--messages", files[1].path, "--json"] + more)
      let output = result.status == 0 ? try JSONDecoder().decode(Output.self, from: Data(result.output.utf8)) : nil
      return (result.status, output, result.errors)
    }
  }

  @Test("messages are rendered with the tokens and the day of the command line")
  func rendered() throws {
    let template = Data(
      """
      {{ bos_token }}{{ strftime_now('%d %b %Y') }}
      {% for m in messages %}
      [{{ m.role }}] {{ m.content }}{{ eos_token }}
      {% endfor %}
      """.utf8)
    let messages = #"[{"role": "system", "content": "Sé"}, {"role": "user", "content": "a\nb"}]"#
    let result = try chat(template, messages, ["--bos", "<s>", "--eos", "</s>", "--date", "2020-02-29"])
    #expect(result.output?.text == "<s>29 Feb 2020\n[system] Sé</s>\n[user] a\nb</s>\n")
    #expect(result.output?.tokens == nil)
  }

  @Test(
    "a template that cannot be rendered exits with 2, or 5 where it is no text, and says why and where",
    arguments: [
      ("a\n{{ raise_exception('not these') }}", "line 2: it refuses these messages: not these", 2),
      ("{% include 'x' %}", "the tag 'include'", 2), ("{{ 1 + }}", "line 1", 2),
      ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "steps", 2),
    ])
  func refused(template: String, reason: String, status: Int32) throws {
    let result = try chat(Data(template.utf8), #"[{"role": "user", "content": "x"}]"#)
    #expect(result.status == status && result.errors.contains(reason), "\(result.errors)")
  }

  @Test("broken UTF-8, broken messages, broken days and missing options are named")
  func mistakes() throws {
    let messages = #"[{"role": "user", "content": "x"}]"#
    let bytes = try chat(Data([0x61, 0xff]), messages)
    #expect(bytes.status == 5 && bytes.errors.contains("UTF-8"))
    let broken = try chat(Data("x".utf8), "[{}]")
    #expect(broken.status == 2 && broken.errors.contains("number 1 is no object with a role"))
    let day = try chat(Data("x".utf8), messages, ["--date", "2023-02-29"])
    #expect(day.status == 2 && day.errors.contains("YYYY-MM-DD"))
    #expect(try Program.run(["chat", "--messages", "x"]).status == 2)
  }
}
