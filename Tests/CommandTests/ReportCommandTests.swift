import Foundation
import Testing

@Suite struct ReportCommandTests {
  private let model = "models: [{name: demo, path: Datasets/demo/model, context: 256}]"

  private func sweep(_ text: String, in folder: URL, _ more: String...) throws -> Program.Result {
    let config = folder.appendingPathComponent("test.yaml")
    try text.write(to: config, atomically: true, encoding: .utf8)
    return try Program.run(
      [
        "sweep", config.path, "--db", folder.appendingPathComponent("s.sqlite").path, "--report",
        folder.appendingPathComponent("report").path, "--progress", "none",
      ] + more)
  }

  /// The rows of a CSV file, each by the names of its columns.
  private static func rows(_ path: String) throws -> [[String: String]] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
      var fields = [""]
      var isQuoted = false
      for character in line {
        switch character {
        case "\"": isQuoted.toggle()
        case "," where !isQuoted: fields.append("")
        default: fields[fields.count - 1].append(character)
        }
      }
      return fields
    }
    guard let names = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(zip(names, $0)) { first, _ in first } }
  }

  @Test("perplexities derived from a store equal the swept ones, of every convention and stride, for each set of texts")
  func conventions() throws {
    try Program.inTemporaryFolder { folder in
      let story = Program.root.appendingPathComponent("Datasets/demo/stories/story-0.txt")
      let text = Array(try String(contentsOf: story, encoding: .utf8))
      // Two folders with a text of one name, which must not be taken for each other.
      for (name, part) in [("ta", text[..<1500]), ("tb", text[1500..<3500])] {
        let texts = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: texts, withIntermediateDirectories: true)
        try String(part).write(to: texts.appendingPathComponent("t.txt"), atomically: true, encoding: .utf8)
      }
      let strides = [
        "sliding-32": "", "hf-strided": "stride: 48", "hf-doc": "stride: 40", "lm-eval-rolling": "", "llamacpp": "",
        "llamacpp-stride": "stride: 32", "last-k": "stride: 24", "pg19-word": "stride: 32",
      ]
      var entries = ""
      for (convention, stride) in strides {
        for name in ["ta", "tb"] {
          entries += "  - perplexity: {path: \(folder.path)/\(name), lengths: [64, 96], convention: "
          entries += "\(convention), \(stride)}\n"
        }
      }
      #expect(
        try sweep("name: c\n\(model)\nmethods: [plain]\ntasks:\n\(entries)", in: folder, "--quiet").status == 0)
      let report = folder.appendingPathComponent("derived").path
      let store = folder.appendingPathComponent("s.sqlite").path
      let spelled = strides.keys.map { $0 == "sliding-32" ? "sliding" : $0 }.joined(separator: ",")
      let arguments = ["report", store, "--out", report, "--format", "csv", "--strict", "--convention"]
      let made = try Program.run(arguments + [spelled])
      #expect(made.status == 0, "\(made.output) \(made.errors)")
      let swept = try Self.perplexities(ofCells: folder.appendingPathComponent("report/cells.csv").path)
      let derived = try Self.derived(report)
      // Two texts and two lengths: every convention per token, those that score whole texts in three more ways.
      #expect(derived.count == 4 * (8 + 4 * 3))
      #expect(Set(derived) == Set(swept))

      // A stride that nobody swept leaves a gap, which --strict does not call complete.
      let gap = try Program.run(arguments + ["sliding-31"])
      #expect(gap.status == 4 && gap.output.contains("are not stored"))
    }
  }

  private static let metrics = ["perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte"]

  /// Metric, value, bounds and count of each perplexity of a sweep; a CSV has every digit of a number.
  private static func perplexities(ofCells path: String) throws -> [[String]] {
    try rows(path).filter { metrics.contains($0["metric"] ?? "") }
      .map { row in ["metric", "value", "low", "high", "n"].map { row[$0] ?? "" } }
  }

  /// The same of the tables that `--convention` makes.
  private static func derived(_ report: String) throws -> [[String]] {
    var derived: [[String]] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: report + "/tables")
    where name.contains("conventions") {
      let metric = metrics.dropFirst().first { name.replacing("-", with: "_").contains($0) } ?? "perplexity"
      for row in try rows("\(report)/tables/\(name)") {
        for column in row.keys where row[column + " n"] != nil {
          derived.append([metric] + ["", " low", " high", " n"].map { row[column + $0] ?? "" })
        }
      }
    }
    return derived
  }

  @Test(
    "what a store holds of some conventions gives others to the last bit of a sweep of those, per word and byte too")
  func otherConventions() throws {
    try Program.inTemporaryFolder { folder in
      let texts = folder.appendingPathComponent("texts").path
      try FileManager.default.createDirectory(atPath: texts, withIntermediateDirectories: true)
      for name in ["story-1.txt", "story-2.txt"] {
        let text = try String(
          contentsOf: Program.root.appendingPathComponent("Datasets/demo/stories/\(name)"), encoding: .utf8)
        try String(text.prefix(1200)).write(toFile: "\(texts)/\(name)", atomically: true, encoding: .utf8)
      }
      func run(_ name: String, _ conventions: [String]) throws -> URL {
        let own = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        let entries = conventions.map {
          "  - perplexity: {path: \(texts), lengths: [64, 96], convention: \($0), stride: 24}"
        }
        let text =
          "name: c\n\(model)\nmethods: [\"self-extend:G=4,W=16\"]\ntasks:\n\(entries.joined(separator: "\n"))\n"
        #expect(try sweep(text, in: own, "--quiet").status == 0)
        return own
      }
      let stored = try run("stored", ["hf-strided", "sliding"])
      let fresh = try run("fresh", ["hf-doc", "last-k", "pg19-word"])
      let report = folder.appendingPathComponent("derived").path
      let made = try Program.run([
        "report", stored.appendingPathComponent("s.sqlite").path, "--out", report, "--format", "csv", "--strict",
        "--convention", "hf-doc,last-k@64,last-k@96,pg19-word",
      ])
      #expect(made.status == 0, "\(made.output) \(made.errors)")
      let derived = try Self.derived(report)
      let swept = try Self.perplexities(ofCells: fresh.appendingPathComponent("report/cells.csv").path)
      #expect(derived.count == 2 * (3 + 3))
      #expect(Set(derived) == Set(swept))
      // Words as lm-evaluation-harness counts them are nowhere, nor windows of another length.
      let gap = try Program.run([
        "report", stored.appendingPathComponent("s.sqlite").path, "--out", report, "--format", "csv", "--strict",
        "--convention", "lm-eval-rolling@63",
      ])
      #expect(gap.status == 4 && gap.output.contains("are not stored"))
    }
  }

  @Test("a sweep whose cell no scorer can score ends with 4; --quiet says which; report says it only with --strict")
  func unscored() throws {
    try Program.inTemporaryFolder { folder in
      let data = folder.appendingPathComponent("data")
      try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
      let rows = Program.root.appendingPathComponent("Datasets/leval/data/multidoc_qa.jsonl")
      // Questions that only a judge can score.
      try String(contentsOf: rows, encoding: .utf8)
        .replacing(#/"evaluation": *"[^"]*"/#, with: "\"evaluation\": \"LLM\"")
        .write(to: data.appendingPathComponent("multidoc_qa.jsonl"), atomically: true, encoding: .utf8)
      let task =
        "leval: {path: \(data.path), tasks: [multidoc_qa], documents: 1, questions: 1, lengths: [512], "
        + "max-new-tokens: 4, prompts: \(Program.root.path)/Datasets/leval/prompts.json}"
      let result = try sweep(
        "name: u\n\(model)\nmethods: [plain]\ntasks:\n  - \(task)\n", in: folder, "--quiet", "--allow-unverified")
      #expect(result.status == 4, "\(result.errors)")
      #expect(result.errors.contains("not scored: demo plain leval") && result.output.isEmpty)
      let store = folder.appendingPathComponent("s.sqlite").path
      let out = folder.appendingPathComponent("again").path
      #expect(try Program.run(["report", store, "--out", out, "--format", "csv"]).status == 0)
      #expect(try Program.run(["report", store, "--out", out, "--format", "csv", "--strict"]).status == 4)
    }
  }

  @Test("--quiet keeps what an error says of its place and its remedy")
  func quiet() throws {
    try Program.inTemporaryFolder { folder in
      let text = "name: m\nmodels: [nowhere/model]\nmethods: [plain]\ntasks: [passkey: {lengths: [64]}]\n"
      let loud = try sweep(text, in: folder)
      let quiet = try sweep(text, in: folder, "--quiet")
      #expect(quiet.status == 5 && quiet.errors == loud.errors && quiet.errors.contains("nowhere/model"))
    }
  }
}
