import Digest
import Foundation
import Testing

@testable import Tasks

@Suite struct DataImportTests {
  private let data: DataFolder
  private let source: String

  init() throws {
    data = DataFolder(path: try temporaryFolder())
    source = try temporaryFolder()
  }

  private func write(_ text: String, _ name: String) throws {
    let url = URL(fileURLWithPath: "\(source)/\(name)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func row(_ index: Int, more: String = "") -> String {
    #"{"input": "Who?", "context": "Row \#(index)", "answers": ["a"], "length": 2, "dataset": "hotpotqa", "#
      + #""language": "en", "all_classes": null, "_id": "\#(index)"\#(more)}"#
  }

  private func rows(_ count: Int) -> String { (0..<count).map { row($0) + "\n" }.joined() }

  private func official(_ task: any EvaluationTask.Type) throws -> Benchmark {
    let benchmark = task.benchmark
    return try #require(benchmark)
  }

  private func run(
    _ benchmark: Benchmark, accepting: Bool = false, _ paths: [String]? = nil
  ) throws(TaskError) -> DataImport.Result {
    try DataImport(benchmark, into: data, program: "test", acceptsDifferent: accepting).run(paths ?? [source])
  }

  @Test("rows of the right number and fields are imported, and what they are is written down")
  func checked() throws {
    try write(rows(200), "LongBench/data/hotpotqa.jsonl")
    // A prediction of the same name is no data.
    try write("{}\n", "LongBench/pred/hotpotqa.jsonl")
    let result = try run(official(LongBench.self))
    #expect(result.files.map(\.name) == ["data/hotpotqa.jsonl"])
    #expect(result.files[0].standing == .checked && result.files[0].rows == 200)
    let copy = FileManager.default.contents(atPath: data.path + "/LongBench/data/hotpotqa.jsonl")
    #expect(copy == Data(rows(200).utf8))
    let status = data.status(of: try official(LongBench.self))
    #expect(status.state == .partial && status.intact == 1 && status.rows == 200 && status.damaged.isEmpty)
    #expect(status.missing.contains("config/dataset2prompt.json") && !status.missing.contains("data/hotpotqa.jsonl"))
  }

  @Test("another number of rows is refused, and taken as what it is where the user says so")
  func different() throws {
    try write(rows(3), "hotpotqa.jsonl")
    let error = #expect(throws: TaskError.self) { try run(official(LongBench.self)) }
    #expect(error.map { "\($0)".contains("3 rows, the official file has 200") } == true)
    #expect(try data.status(of: official(LongBench.self)).state == .missing)
    _ = try run(official(LongBench.self), accepting: true)
    #expect(try data.status(of: official(LongBench.self)).different.count == 1)
  }

  @Test("a row without a field is refused with its line")
  func badRow() throws {
    try write(rows(1) + row(2).replacing("\"answers\": [\"a\"], ", with: "") + "\n", "hotpotqa.jsonl")
    #expect(
      throws: TaskError.damagedData(path: expectedPath, line: 2, problem: "`answers` should be a list")
    ) { try run(official(LongBench.self), accepting: true) }
  }

  private var expectedPath: String { "\(TaskFiles.name(source))/hotpotqa.jsonl" }

  @Test("a later import keeps what an earlier one brought, but not what was damaged since")
  func merged() throws {
    try write(rows(200), "hotpotqa.jsonl")
    try write(rows(200), "musique.jsonl")
    _ = try run(official(LongBench.self))
    try Data("x".utf8).write(to: URL(fileURLWithPath: data.path + "/LongBench/data/musique.jsonl"))
    #expect(try data.status(of: official(LongBench.self)).state == .damaged)
    let other = try folder(["trec.jsonl": rows(200)])
    let result = try run(official(LongBench.self), [other])
    #expect(result.files.map(\.name) == ["data/hotpotqa.jsonl", "data/trec.jsonl"])
    #expect(try data.status(of: official(LongBench.self)).state == .partial)
  }

  @Test("a file that is not the official one never takes the place of a better one")
  func better() throws {
    try write(rows(200), "hotpotqa.jsonl")
    _ = try run(official(LongBench.self))
    let other = try folder(["hotpotqa.jsonl": rows(3), "trec.jsonl": rows(3)])
    let result = try run(official(LongBench.self), accepting: true, [other])
    #expect(result.files.map(\.rows) == [200, 3] && result.refused.count == 1)
  }

  @Test("one changed byte and a file that is gone are damage")
  func damage() throws {
    try write(rows(200), "hotpotqa.jsonl")
    try write(rows(200), "musique.jsonl")
    _ = try run(official(LongBench.self))
    let path = data.path + "/LongBench/data/hotpotqa.jsonl"
    var bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
    bytes[50] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try FileManager.default.removeItem(atPath: data.path + "/LongBench/data/musique.jsonl")
    let status = data.status(of: try official(LongBench.self))
    #expect(
      status.damaged == [
        "data/hotpotqa.jsonl: its SHA-256 is not that of the imported file", "data/musique.jsonl: it is gone",
      ])
  }

  @Test("a folder that no import made is not replaced")
  func foreignFolder() throws {
    try write(rows(200), "hotpotqa.jsonl")
    try FileManager.default.createDirectory(atPath: data.path + "/LongBench", withIntermediateDirectories: true)
    #expect(throws: TaskError.self) { try run(official(LongBench.self)) }
    #expect(try data.status(of: official(LongBench.self)).state == .unverified)
  }

  @Test("an import that was killed between its two moves is undone")
  func restored() throws {
    try write(rows(200), "hotpotqa.jsonl")
    _ = try run(official(LongBench.self))
    try FileManager.default.moveItem(
      atPath: data.folder(of: try official(LongBench.self)), toPath: data.formerFolder(of: try official(LongBench.self))
    )
    #expect(try data.status(of: official(LongBench.self)).intact == 1)
  }

  @Test("nothing that fits says what is wanted")
  func nothing() throws {
    try write("text", "notes.txt")
    let error = #expect(throws: TaskError.self) { try run(official(KeyValueRetrieval.self)) }
    #expect(error.map { "\($0)".contains("kv-retrieval-*_keys.jsonl") } == true)
  }

  @Test("a book is kept with LF, and one that is not PG-19's is refused")
  func book() throws {
    try write("Title\r\n\r\nText\r\n", "10146.txt")
    #expect(throws: TaskError.self) { try run(official(PG19.self)) }
    let result = try run(official(PG19.self), accepting: true)
    #expect(result.files.map(\.name) == ["test/10146.txt"])
    let copy = FileManager.default.contents(atPath: data.path + "/pg19/test/10146.txt")
    #expect(copy == Data("Title\n\nText\n".utf8))
    #expect(LineEnds.crlf(LineEnds.lf(Array("a\r\nb\r\n".utf8))) == Array("a\r\nb\r\n".utf8))
  }

  @Test("L-Eval's prompts are read out of its predictions, and go when these were never given")
  func prompts() throws {
    let prediction = #"{"query": "Q?", "gt": "A", "prompt": "Read. Be short. Document is {}. Question: {} "}"#
    try write(prediction + "\n", "Predictions/exam_eval/turbo-16k-0613/tpo.pred.jsonl")
    try write(
      #"{"input": "D", "instructions": ["Q?"], "outputs": ["A"], "source": "s", "evaluation": "exam"}"# + "\n",
      "LEval-data/Closed-ended-tasks/tpo.jsonl")
    let result = try run(official(LEval.self), accepting: true)
    #expect(result.files.map(\.name) == ["LEval-data/Closed-ended-tasks/tpo.jsonl", "prompts.json"])
    #expect(result.files[1].standing == .derived)
    #expect(try LEvalPrompts(path: data.path + "/LEval/prompts.json").tasks.keys.sorted() == ["tpo"])
    let names = try FileManager.default.contentsOfDirectory(atPath: data.path + "/LEval").sorted()
    #expect(names == ["LEval-data", "prompts.json", DataManifest.fileName])
  }

  @Test("the tables in the program are those of Datasets/manifests")
  func tables() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Datasets/manifests")
    func lines(_ name: String) throws -> [[Substring]] {
      try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8).split(separator: "\n")
        .filter { !$0.hasPrefix("#") }.map { $0.split(separator: "\t") }
    }
    let rows = try lines("files.tsv")
    let benchmarks = Benchmark.all(of: TaskRegistry.types)
    for benchmark in benchmarks where benchmark.name != PG19.name {
      // Of some benchmarks only the names of files are known.
      guard benchmark.knownFiles.contains(where: { $0.rows != nil || $0.sha256 != nil }) else { continue }
      let own = rows.filter { $0[0] == benchmark.name }
      // Files of which no hash is known are declared by their task alone.
      if own.isEmpty, benchmark.knownFiles.allSatisfy({ $0.sha256 == nil }) { continue }
      #expect(!own.isEmpty && benchmark.knownFiles.map(\.name) == own.map { String($0[1]) }, "\(benchmark.name)")
      #expect(benchmark.knownFiles.map(\.rows) == own.map { Int($0[2]) }, "\(benchmark.name)")
      #expect(benchmark.knownFiles.map { $0.sha256 ?? "-" } == own.map { String($0[3]) }, "\(benchmark.name)")
    }
    let names = Set(benchmarks.map(\.name))
    #expect(rows.allSatisfy { names.contains(String($0[0])) })
    let books = try lines("pg19.tsv").dropFirst()
    let known = try official(PG19.self).knownFiles
    #expect(
      known.map(\.name) == books.map { "\($0[0])/\($0[1]).txt" } && known.map(\.sha256) == books.map { String($0[3]) })
    #expect(known.count { $0.name.hasPrefix("test/") } == 100 && known.count == 150)
  }

  @Test("data under a manifest are verified, changed ones damaged, and others unverified")
  func verification() throws {
    try write(rows(3), "hotpotqa.jsonl")
    _ = try run(official(LongBench.self), accepting: true)
    let folder = data.folder(of: try official(LongBench.self))
    let file = DataFile(name: "hotpotqa.jsonl", sha256: SHA256.hexadecimal(of: Array(rows(3).utf8)))
    guard case .verified("longbench", let different) = DataVerification.of(path: folder + "/data", files: [file])
    else {
      Issue.record("not verified")
      return
    }
    #expect(different == ["data/hotpotqa.jsonl: 3 rows, the official file has 200"])
    let other = DataFile(name: "hotpotqa.jsonl", sha256: "0")
    guard case .damaged = DataVerification.of(path: folder, files: [other]) else {
      Issue.record("not damaged")
      return
    }
    #expect(DataVerification.of(path: source, files: [file]) == .unverified)
  }

  @Test(
    "a day is written as its date",
    arguments: [(0.0, "1970-01-01"), (951_782_400, "2000-02-29"), (1.8e9, "2027-01-15")])
  func day(_ seconds: Double, _ text: String) { #expect(Today.text(secondsSince1970: seconds) == text) }
}
