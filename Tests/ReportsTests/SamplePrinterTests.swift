import Evaluation
import Reports
import Store
import Testing
import Text

@Suite struct SamplePrinterTests {
  private let synthetic: SyntheticStore
  private let printer: SamplePrinter

  init() throws {
    synthetic = try SyntheticStore.complete()
    printer = SamplePrinter(store: synthetic.store)
  }

  @Test("the samples of a cell are what was recorded")
  func golden() throws {
    let text = try printer.text(
      .init(selection: .init(pairs: ["task": "passkey", "method": "plain", "length": "2048", "depth": "0.50"])))
    try Golden.expect(text, "samples.txt")
    try Golden.expect(
      try printer.text(
        .init(selection: .init(pairs: ["task": "answers", "dataset": "qasper"]), showsOnlyWrong: true, limit: 5)),
      "samples-wrong.txt")
  }

  @Test("a limit says how many more there are")
  func limit() throws {
    #expect(try printer.text(.init(limit: 3)).hasSuffix("3 samples, 120 more not shown\n"))
  }

  @Test("a long prompt loses its middle unless the whole is asked for")
  func shortened() throws {
    let cell = try synthetic.passkeyCell("plain", length: 4096, depth: "0.5")
    var result = SyntheticStore.result("long", "plain", scores: [], output: "x")
    result.prompt = String(repeating: "a", count: 1000) + "NEEDLE" + String(repeating: "b", count: 1000)
    try synthetic.store.append(result, cell: cell, run: synthetic.run)
    let short = try printer.text(.init(selection: .init(pairs: ["sample": "long"])))
    #expect(short.contains("aaa [... 1526 characters ...] bbb"))
    #expect(short.contains("NEEDLE") == false)
    #expect(
      try printer.text(.init(selection: .init(pairs: ["sample": "long"]), showsFullPrompt: true)).contains("aNEEDLEb"))
  }

  @Test("only the samples that are not right can be asked for")
  func wrong() throws {
    let text = try printer.text(.init(selection: .init(pairs: ["task": "passkey"]), showsOnlyWrong: true))
    #expect(text.hasSuffix("\n7 samples\n"))
  }

  @Test("a method is found whatever the order of its parameters and the case of their names")
  func methods() throws {
    let syntax = Selection.MethodSyntax(
      canonical: { _ in "plain" }, isParameter: { key, method in method.hasPrefix("leaky:") && key == "leak" })
    let selection = try Selection(parsing: ["method=leaky:W=512,leak=8,task=passkey"], syntax)
    #expect(selection.accepted(under: "method") == ["plain"])
    #expect(selection.accepted(under: "task") == ["passkey"])
  }

  @Test("an unknown key and an empty selection are errors")
  func errors() throws {
    func error(_ pairs: KeyValuePairs<String, String>) -> String {
      do {
        _ = try printer.text(.init(selection: .init(pairs: pairs)))
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(error(["lenght": "1"]) == "--only: there is no key 'lenght'; did you mean 'length'?")
    #expect(error(["task": "passkey", "length": "7"]).hasPrefix("--only length=7: nothing has that length"))
    #expect(throws: ReportError.noSuchCell(filter: "sample=nobody", path: synthetic.store.path)) {
      _ = try printer.text(.init(selection: .init(pairs: ["sample": "nobody"])))
    }
  }

  @Test("JSON has one object to a line, failures included")
  func json() throws {
    let lines = try printer.json(.init(selection: .init(pairs: ["task": "answers"]))).split(separator: "\n")
    #expect(lines.count == 15)
    #expect(lines.filter { $0.contains("\"failure\":\"out of memory at 2048 tokens\"") }.count == 1)
  }
}
