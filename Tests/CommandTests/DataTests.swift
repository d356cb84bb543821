import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct DataTests {
  private func write(_ text: String, _ path: String, in folder: URL) throws {
    let url = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  /// 200 rows of a dataset in LongBench's form.
  private func rows(_ text: String) -> String {
    (0..<200).map {
      #"{"input": "Who?", "context": "\#(text) \#($0)", "answers": ["a"], "length": 2, "dataset": "hotpotqa", "#
        + #""language": "en", "all_classes": null, "_id": "\#($0)"}"# + "\n"
    }.joined()
  }

  @Test("import, list and verify; one changed byte is exit status 5")
  func roundTrip() throws {
    try Program.inTemporaryFolder { folder in
      let data = folder.appendingPathComponent("data").path
      try write(rows("a story"), "source/data/hotpotqa.jsonl", in: folder)
      let source = folder.appendingPathComponent("source").path
      #expect(try Program.run(["data", "verify", "--to", data]).status == 5)
      #expect(try Program.run(["data", "list", "--to", data]).status == 0)
      let imported = try Program.run(["data", "import", "longbench", source], environment: ["SE_EVAL_DATA": data])
      #expect(imported.status == 0 && imported.output.contains("1 files"))
      #expect(try Program.run(["data", "verify"], environment: ["SE_EVAL_DATA": data]).status == 0)
      let list = try Program.run(["data", "list", "--json", "--to", data])
      #expect(list.status == 0 && list.output.contains(#""state":"partial""#))
      let file = folder.appendingPathComponent("data/LongBench/data/hotpotqa.jsonl")
      var bytes = try Data(contentsOf: file)
      bytes[100] ^= 1
      try bytes.write(to: file)
      let verified = try Program.run(["data", "verify", "longbench", "--to", data])
      #expect(verified.status == 5 && verified.output.contains("hotpotqa.jsonl"))
      #expect(try Program.run(["data", "verify", "leval", "--to", data]).status == 5)
    }
  }

  @Test(
    "what cannot be understood is exit status 2 with a hint",
    arguments: [
      (["data", "lst", "--to", "x"], "did you mean list"), (["data", "verify", "longbnch", "--to", "x"], "longbench"),
      (["data", "list"], "SE_EVAL_DATA"), (["data", "import", "leval", "--to", "x"], "checkout"),
    ])
  func usage(_ words: [String], _ hint: String) throws {
    let result = try Program.run(words)
    #expect(result.status == 2 && result.errors.contains(hint))
  }

  @Test("an import that is killed leaves what was there before, whole")
  func killed() throws {
    try Program.inTemporaryFolder { folder in
      let data = folder.appendingPathComponent("data").path
      let names = ["hotpotqa", "musique", "2wikimqa", "qasper", "triviaqa", "trec", "samsum", "qmsum"]
      for (index, text) in ["one story", "another story that is longer"].enumerated() {
        for name in names { try write(rows(text), "source\(index)/\(name).jsonl", in: folder) }
      }
      let sources = (0..<2).map { folder.appendingPathComponent("source\($0)").path }
      let begin = ContinuousClock.now
      #expect(try Program.run(["data", "import", "longbench", sources[0], "--to", data]).status == 0)
      let (seconds, attoseconds) = (ContinuousClock.now - begin).components
      // Never later than an import takes, and sooner after each that was over: some are met whatever the machine does.
      var latest = Double(seconds) + Double(attoseconds) * 1e-18
      var random = SplitMix64(seed: 4)
      var hits = 0
      var round = 0
      while round < 12 || hits < 3 {
        round += 1
        let words = ["data", "import", "longbench", sources[(round + 1) % 2], "--to", data]
        let process = try Program.start(words, in: folder)
        Thread.sleep(forTimeInterval: Double.random(in: 0...latest, using: &random))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal { hits += 1 } else { latest *= 0.8 }
        let status = try Program.run(["data", "verify", "longbench", "--to", data, "--json"])
        #expect(status.status == 0 && status.output.contains(#""intact":8"#))
        let first = try names.map {
          try String(contentsOfFile: data + "/LongBench/data/\($0).jsonl", encoding: .utf8).contains("one story 0")
        }
        #expect(Set(first).count == 1, "files of two imports are mixed")
      }
    }
  }

  @Test("report --paper has the tables of the tasks that are there: passkeys and perplexity of PG-19 are two of them")
  func paper() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
      let database = folder.appendingPathComponent("small.sqlite").path
      let result = try Program.run(["report", database, "--paper", "--out", folder.path])
      #expect(result.status == 0, "\(result.errors)")
      let paper = try String(contentsOf: folder.appendingPathComponent("paper.md"), encoding: .utf8)
      #expect(paper.contains("plain") && paper.contains("passkey"))
    }
  }

  @Test("the perplexity command divides by words and bytes, and a sliding stride stands in the name")
  func perplexity() throws {
    struct Output: Decodable {
      let perplexity: Double
      let word_perplexity: Double?
      let bits_per_byte: Double?
      let words: Int?
      let stride: Int
    }
    let words = [
      "perplexity", "--model", "Datasets/demo/model", "--file", "Datasets/demo/stories/story-0.txt", "--json",
    ]
    func run(_ more: [String]) throws -> Output {
      let result = try Program.run(words + ["--context", "128"] + more)
      #expect(result.status == 0)
      return try JSONDecoder().decode(Output.self, from: Data(result.output.utf8))
    }
    let sliding = try run(["--convention", "sliding-32"])
    let byWord = try run(["--convention", "pg19-word", "--stride", "32"])
    #expect(sliding.stride == 32 && sliding.word_perplexity == byWord.perplexity && sliding.bits_per_byte != nil)
    let official = try run(["--convention", "pg19-word", "--stride", "32", "--words", "100000"])
    #expect(official.words == 100_000 && official.perplexity < byWord.perplexity)
    #expect(try run(["--convention", "llamacpp"]).word_perplexity == nil)
  }
}
