import Evaluation
import Foundation
import Tasks
import Testing

@Suite struct RowFileTests {
  private let good = #"{"context": "c", "input": "q", "answers": ["a"], "length": 3, "all_classes": null, "_id": "ok"}"#

  private func path(_ lines: [[UInt8]]) throws -> String {
    let path = try tree([
      "config/dataset2prompt.json": #"{"qasper": "{context}"}"#, "config/dataset2maxlen.json": #"{"qasper": 4}"#,
    ])
    try write(Array(lines.joined(separator: [0x0a])), to: "\(path)/data/qasper.jsonl")
    return path
  }

  private func task(_ path: String) throws -> LongBench {
    try LongBench(settings: TaskSettings(["path": .text(path), "datasets": .text("qasper")]))
  }

  @Test("a bad row is reported by file and line and does not stop the others")
  func badRows() throws {
    func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }
    let broken = bytes(good.replacing("\"c\"", with: "\"")) + [0xff, 0xfe] + bytes("\"}")
    let task = try task(
      try path([
        bytes("{\"context\": "), bytes(good), [], broken, bytes(good.replacing("\"context\"", with: "\"text\"")),
        bytes(good.replacing("[\"a\"]", with: "\"a\"")), bytes("[1]"), bytes(good + "\r"),
        bytes(good.replacing("\"length\": 3", with: "\"length\": 3.5")),
      ]))
    let samples = try task.samples(of: task.cells[0], in: byteContext())
    #expect(samples.map(\.id.rawValue) == ["dataset=qasper/row=ok", "dataset=qasper/row=ok@8"])
    let warnings = try task.warnings(in: byteContext())
    #expect(warnings.count == 6)
    for (warning, line) in zip(warnings, [1, 4, 5, 6, 7, 9]) {
      #expect(warning.hasPrefix("longbench: qasper.jsonl:\(line): "))
    }
    #expect(warnings[1].contains("UTF-8"))
    #expect(warnings[2].contains("there is no `context`"))
    #expect(warnings[3].contains("`answers` is a text, expected a list of texts"))
    #expect(warnings[5].contains("a whole number"))
  }

  @Test("a line of more than 16 MiB is reported with its length, and the rows around it are read")
  func longLine() throws {
    let long = [UInt8](repeating: 0x61, count: 17_000_000)
    let row = [UInt8](good.utf8)
    let task = try task(try path([row, long, row]))
    #expect(try task.samples(of: task.cells[0], in: byteContext()).count == 2)
    let warnings = try task.warnings(in: byteContext())
    #expect(warnings.count == 1 && warnings[0].contains("qasper.jsonl:2: the line has 17000000 bytes"))
  }

  @Test("many bad rows are counted, and a file without a good one is an error with its first line")
  func noRows() throws {
    let bad = [[UInt8]](repeating: [UInt8]("{}".utf8), count: 30)
    let task = try task(try path(bad + [[UInt8](good.utf8)]))
    let warnings = try task.warnings(in: byteContext())
    #expect(warnings.count == 11 && warnings[10].contains("20 more rows"))
    #expect {
      try self.task(try self.path(bad))
    } throws: { error in
      guard case TaskError.damagedData(_, let line, _)? = error as? TaskError else { return false }
      return line == 1
    }
    #expect(throws: TaskError.self) { try self.task(try self.path([[]])) }
  }

  @Test("a file that changes after it was checked is an error, not other samples")
  func changed() throws {
    let path = try path([[UInt8](good.utf8)])
    let task = try task(path)
    try write([UInt8]("{\"context\": \"other\"}".utf8), to: "\(path)/data/qasper.jsonl")
    #expect(throws: TaskError.self) { try task.samples(of: task.cells[0], in: byteContext()) }
  }

  @Test("the hash of a file is that of its bytes")
  func hash() throws {
    let task = try task(try path([[UInt8](good.utf8)]))
    let other = try self.task(try path([[UInt8]((good + " ").utf8)]))
    #expect(task.dataFiles[0].sha256.count == 64 && task.dataFiles[0] != other.dataFiles[0])
    #expect(task.dataFiles[1] == other.dataFiles[1])
  }
}
