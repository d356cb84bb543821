import Foundation
import Testing

/// What a sweep says of samples that fail.
@Suite struct FailureLinesTests {
  /// The demo's model with weights that are no numbers.
  private func senseless(in folder: URL) throws -> String {
    let model = folder.appendingPathComponent("model")
    try FileManager.default.copyItem(at: Program.root.appendingPathComponent("Datasets/demo/model"), to: model)
    let weights = model.appendingPathComponent("model.safetensors")
    let handle = try FileHandle(forUpdating: weights)
    let size = try handle.seekToEnd()
    try handle.seek(toOffset: size / 2 / 2 * 2)
    // 0x7fff is no number in 16 bits, 0xffff neither.
    try handle.write(contentsOf: Data(repeating: 0xff, count: 4096))
    try handle.close()
    return model.path
  }

  @Test(
    "a log has a line for each cell with failed samples, and none of them twice", arguments: ["plain", "none", "json"])
  func lines(_ mode: String) throws {
    try Program.inTemporaryFolder { folder in
      let config = folder.appendingPathComponent("small.yaml")
      try """
      name: small
      models: [{name: demo, path: \(try senseless(in: folder))}]
      methods: [plain]
      tasks: [passkey: {lengths: [200, 300], depths: 2, trials: 5}]
      """.write(to: config, atomically: true, encoding: .utf8)
      let result = try Program.run(SmallSweep.arguments(config.path, folder) + ["--progress", mode])
      #expect(result.status == 4, "\(result.errors)")
      let lines = result.errors.split(separator: "\n")
      let failures = lines.filter { $0.contains(mode == "json" ? #""event":"failed""# : "failed: ") }
      // Four cells of five samples.
      #expect(failures.count == (mode == "json" ? 20 : 4), "\(result.errors)")
      if mode == "json" {
        #expect(!result.errors.contains(#""event":"failure""#))
      } else {
        #expect(failures.allSatisfy { $0.contains(": 5 of 5 samples; the first, ") })
        #expect(Set(failures).count == 4)
      }
      let status = try Program.run(["status", folder.appendingPathComponent("small.sqlite").path]).output
      #expect(status.contains("0/4") && !status.contains("4/4"), "\(status)")
    }
  }
}
