import Foundation
import Testing

/// Signals while the program reads what it was given: it ends at once, and what was there before stays whole.
@Suite struct SignalTests {
  /// The demo's model with so many token ids that its weights take a while to hash; zeros, which take no space on disk.
  private func largeModel(in folder: URL) throws -> String {
    let source = Program.root.appendingPathComponent("Datasets/demo/model")
    let model = folder.appendingPathComponent("model")
    try FileManager.default.copyItem(at: source, to: model)
    let ids = 1_200_000
    let config = model.appendingPathComponent("config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    try text.replacing(#""vocab_size": 1024"#, with: #""vocab_size": \#(ids)"#)
      .write(to: config, atomically: true, encoding: .utf8)
    let weights = model.appendingPathComponent("model.safetensors")
    let bytes = try Data(contentsOf: weights)
    let headerCount = Int(bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    var table = try #require(
      try JSONSerialization.jsonObject(with: bytes.dropFirst(8).prefix(headerCount)) as? [String: [String: Any]])
    // The embedding comes first in the file.
    let more = (ids - 1024) * 128 * 2
    for (name, entry) in table where name != "__metadata__" {
      let offsets = try #require(entry["data_offsets"] as? [Int])
      table[name]?["data_offsets"] = [offsets[0] == 0 ? 0 : offsets[0] + more, offsets[1] + more]
      if offsets[0] == 0 { table[name]?["shape"] = [ids, 128] }
    }
    let header = try JSONSerialization.data(withJSONObject: table)
    let start = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    try (Data(start) + header).write(to: weights)
    let handle = try FileHandle(forUpdating: weights)
    try handle.truncate(atOffset: UInt64(bytes.count - 8 - headerCount + more + 8 + header.count))
    try handle.close()
    return model.path
  }

  /// Waits until something is true or the process is over.
  private func wait(for process: Process, _ condition: () -> Bool) {
    while process.isRunning, !condition() { usleep(500) }
  }

  @Test("a signal while weights are hashed ends the program with its status", arguments: [SIGTERM, SIGINT])
  func hashing(signal: Int32) throws {
    try Program.inTemporaryFolder { folder in
      let model = try largeModel(in: folder)
      let config = folder.appendingPathComponent("large.yaml")
      try """
      name: large
      models: [{name: large, path: \(model)}]
      methods: [plain]
      tasks: [passkey: {lengths: [100], depths: 1, trials: 1}]
      """.write(to: config, atomically: true, encoding: .utf8)
      let words = SmallSweep.arguments(config.path, folder) + ["--progress", "plain"]
      let process = try Program.start(words, in: folder)
      let log = folder.appendingPathComponent("stderr")
      wait(for: process) { (try? String(contentsOf: log, encoding: .utf8))?.contains("loading large") == true }
      #expect(process.isRunning)
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect([signal, 128 + signal].contains(process.terminationStatus))
      #expect(try !String(contentsOf: log, encoding: .utf8).contains("samples evaluated"))
    }
  }

  @Test(
    "a signal while samples are planned ends the program with its status, and nothing is written",
    arguments: [("plan", SIGTERM), ("plan", SIGINT), ("sweep", SIGTERM), ("sweep", SIGINT)] as [(String, Int32)])
  func planning(command: String, signal: Int32) throws {
    try Program.inTemporaryFolder { folder in
      // Ten thousand samples of a million tokens: nobody plans that while a signal is on its way.
      let config = folder.appendingPathComponent("endless.yaml")
      try """
      name: endless
      models: [{name: demo, path: Datasets/demo/model}]
      methods: [plain]
      tasks: [passkey: {lengths: [1000000], depths: 100, trials: 100}]
      """.write(to: config, atomically: true, encoding: .utf8)
      var words = SmallSweep.arguments(config.path, folder) + ["--progress", "json", "--memory", "1000000"]
      words[0] = command
      if command == "plan" { words.removeAll { $0 == "--report" || $0.hasSuffix("/report") } }
      let pipe = Pipe()
      let process = try Program.start(words, in: folder, errors: pipe)
      try pipe.fileHandleForWriting.close()
      let told = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
      #expect(told.contains(#""event":"planning""#))
      kill(process.processIdentifier, signal)
      let rest = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 128 + signal, "\(told)\(rest)")
      #expect(rest.isEmpty)
      #expect(try Data(contentsOf: folder.appendingPathComponent("stdout")).isEmpty)
      let report = folder.appendingPathComponent("report").path
      if FileManager.default.fileExists(atPath: report) { #expect(try SmallSweep.report(folder).isEmpty) }
    }
  }

  @Test(
    "a signal while data are imported ends the program, and what was imported before stays",
    arguments: [
      SIGTERM, SIGINT,
    ])
  func importing(signal: Int32) throws {
    try Program.inTemporaryFolder { folder in
      let (data, source) = (folder.appendingPathComponent("data"), folder.appendingPathComponent("source"))
      try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
      let row =
        #"{"input": "Q?", "context": "C", "answers": ["a"], "length": 9, "dataset": "hotpotqa", "#
        + #""language": "en", "all_classes": null, "_id": "1"}"#
      try Data((row + "\n").utf8).write(to: source.appendingPathComponent("hotpotqa.jsonl"))
      let words = ["data", "import", "longbench", source.path, "--to", data.path, "--accept-different"]
      let first = try Program.run(words)
      try #require(first.status == 0, "\(first.errors)")
      let kept = data.appendingPathComponent("LongBench/data/hotpotqa.jsonl")
      let before = try Data(contentsOf: kept)
      // One row of 256 GiB that takes no space on the disk, and minutes to read.
      let endless = source.appendingPathComponent("musique.jsonl")
      try Data().write(to: endless)
      let handle = try FileHandle(forUpdating: endless)
      try handle.truncate(atOffset: 1 << 38)
      try handle.close()
      let process = try Program.start(words, in: folder)
      let partial = data.appendingPathComponent(".se-eval-import-LongBench").path
      wait(for: process) { FileManager.default.fileExists(atPath: partial) }
      #expect(process.isRunning)
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationStatus == 128 + signal)
      #expect(try Data(contentsOf: kept) == before)
      try FileManager.default.removeItem(at: endless)
      let again = try Program.run(words)
      #expect(again.status == 0 && !FileManager.default.fileExists(atPath: partial), "\(again.errors)")
    }
  }
}
