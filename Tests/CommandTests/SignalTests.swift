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
}
