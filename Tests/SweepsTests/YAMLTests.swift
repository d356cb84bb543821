import Testing

@testable import Sweeps

@Suite struct YAMLTests {
  private func problem(_ text: String) -> SweepError? { problem(Array(text.utf8)) }

  private func problem(_ bytes: [UInt8]) -> SweepError? {
    do throws(SweepError) {
      _ = try YAMLReader.read(bytes, file: "f.yaml")
      return nil
    } catch {
      return error
    }
  }

  private func at(_ line: Int, _ column: Int) -> TextLocation {
    TextLocation(file: "f.yaml", line: line, column: column)
  }

  @Test("nodes carry the line and column where they begin")
  func locations() throws {
    let root = try YAMLReader.read(Array("a: 1\nb:\n  - x\n  - {c: 'd'}\n".utf8), file: "f.yaml")
    guard case .mapping(let entries) = root.content, case .sequence(let items) = entries[1].value.content else {
      Issue.record("not a mapping with a list")
      return
    }
    #expect(entries.map(\.key) == ["a", "b"])
    #expect(entries[0].location == at(1, 1))
    #expect(entries[0].value.location == at(1, 4))
    #expect(items[0].location == at(3, 5))
    #expect(items[1].location == at(4, 5))
    guard case .mapping(let inner) = items[1].content else { return }
    #expect(inner[0].value == Node(content: .scalar("d", isPlain: false), location: at(4, 9)))
  }

  @Test("a duplicate key is refused with both lines")
  func duplicateKey() {
    #expect(problem("a: 1\nb: 2\na: 3\n") == .yaml(at(3, 1), .duplicateKey("a", firstLine: 1)))
    #expect(problem("x: {a: 1, 'a': 2}") == .yaml(at(1, 11), .duplicateKey("a", firstLine: 1)))
  }

  @Test(
    "what a configuration does not need is refused by name",
    arguments: [
      ("a: &x 1\nb: *x\n", 1, 4, YAMLProblem.anchor("&x")),
      ("b: *x\n", 1, 4, .anchor("*x")),
      ("a: {<<: {b: 1}}\n", 1, 5, .mergeKey),
      ("a: !!int 3\n", 1, 4, .tag("tag:yaml.org,2002:int")),
      ("a: 1\n---\nb: 2\n", 2, 1, .secondDocument),
      ("", 1, 1, .empty),
      ("# only a comment\n", 1, 1, .empty),
      ("? [a, b]\n: 1\n", 1, 3, .complexKey),
      ("? {a: b}\n: 1\n", 1, 3, .complexKey),
    ])
  func refused(_ text: String, _ line: Int, _ column: Int, _ expected: YAMLProblem) {
    #expect(problem(text) == .yaml(at(line, column), expected))
  }

  @Test("broken syntax names the line")
  func syntax() {
    guard case .yaml(_, .syntax(let words))? = problem("path: \"model\\0x\"\n") else {
      Issue.record("a character NUL was taken")
      return
    }
    #expect(words.contains("NUL"))
    guard case .yaml(let location, .syntax(let message))? = problem("a: 1\nb: [1, 2\nc: 3\n") else {
      Issue.record("no syntax error")
      return
    }
    #expect(location.line == 3)
    #expect(!message.isEmpty)
  }

  @Test(
    "bytes that are not UTF-8 are refused with their place",
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func invalidUTF8(_ bytes: [UInt8]) {
    #expect(problem(Array("a: 1\nb: é".utf8) + bytes) == .yaml(at(2, 5), .invalidUTF8))
  }

  @Test("UTF-16 is refused and not guessed")
  func utf16() { #expect(problem([0xFF, 0xFE, 0x61, 0x00]) == .yaml(at(1, 1), .invalidUTF8)) }

  @Test("a byte order mark is skipped")
  func byteOrderMark() throws {
    let root = try YAMLReader.read([0xEF, 0xBB, 0xBF] + Array("a: 1".utf8), file: "f.yaml")
    guard case .mapping(let entries) = root.content else { return }
    #expect(entries[0].key == "a")
  }

  @Test("sizes, depth and number of values have limits")
  func limits() {
    let big = YAMLReader.byteLimit + 1
    #expect(
      problem([UInt8](repeating: 32, count: big))
        == .yaml(at(1, 1), .tooLarge(byteCount: big, limit: YAMLReader.byteLimit)))
    let deep = String(repeating: "[", count: 1000)
    #expect(
      problem(deep) == .yaml(at(1, YAMLReader.depthLimit + 1), .tooDeep(limit: YAMLReader.depthLimit)))
    let many = "[" + String(repeating: "1,", count: YAMLReader.nodeLimit + 1) + "]"
    guard case .yaml(_, .tooManyNodes)? = problem(many) else {
      Issue.record("no limit on values")
      return
    }
  }

  @Test("a file cut at any byte is an error or a smaller document, never a trap")
  func truncated() {
    let text = Array("name: ä\nmodels:\n  - {name: m, path: \"a\\n b\"}\nmethods: [plain, 'x']\n".utf8)
    for count in text.indices { _ = problem(Array(text[..<count])) }
  }

  @Test(
    "plain scalars are numbers and flags, quoted ones are texts",
    arguments: [
      ("1", 1, 1.0, nil), ("'1'", nil, nil, nil), ("1.5", nil, 1.5, nil), ("1e3", nil, 1000, nil),
      ("010", nil, 10, nil),
      ("0x10", nil, nil, nil), ("true", nil, nil, true), ("yes", nil, nil, nil),
      ("True", nil, nil, true), ("FALSE", nil, nil, false), ("'True'", nil, nil, nil), ("tRue", nil, nil, nil),
      (".inf", nil, nil, nil),
      ("nan", nil, nil, nil), ("-3", -3, -3, nil),
    ] as [(String, Int?, Double?, Bool?)])
  func scalars(_ text: String, _ integer: Int?, _ number: Double?, _ flag: Bool?) throws {
    let node = try YAMLReader.read(Array(text.utf8), file: "f.yaml")
    #expect(node.integer == integer)
    #expect(node.number == number)
    #expect(node.flag == flag)
  }
}
