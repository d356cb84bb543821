import Foundation
import JSON
import Testing

/// `devices` and `--device`, on whatever OpenCL device the machine has; in CI that is PoCL.
@Suite struct DeviceCommandTests {
  private static let model = "Datasets/demo/model"

  static let hasOpenCL: Bool = {
    guard let result = try? Program.run(["devices", "--json"]) else { return false }
    return result.output.contains("opencl:0")
  }()
  private static let skip: Comment = "no OpenCL device; Debian's pocl-opencl-icd offers one"

  @Test("devices lists the processor always, and says why there is nothing else")
  func devices() throws {
    let result = try Program.run(["devices", "--json"])
    #expect(result.status == 0)
    // Without one the reason says what to do instead.
    #expect(Self.hasOpenCL != result.output.contains("--device cpu"))
    #expect(try Program.run(["devices"]).output.hasPrefix("cpu "))
  }

  @Test(
    "a device that cannot be is refused before anything is loaded",
    arguments: [
      (["--device", "cuda"], "expected cpu, opencl or opencl:N"),
      (["--device", "opencl:-1"], "expected cpu, opencl or opencl:N"),
      (["--device", "opencl", "--compute", "int8"], "for the processor"),
      (["--device-memory", "100"], "--device-memory"),
    ])
  func refused(words: [String], message: String) throws {
    let result = try Program.run(["generate", "--model", Self.model, "--prompt", "a"] + words)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Test(
    "a sweep on OpenCL gives the processor's texts and scores, resumes, and its report names the device",
    .enabled(if: hasOpenCL, skip))
  func sweep() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let words = SmallSweep.arguments(config, folder)
      let first = try Program.run(words + ["--device", "opencl"])
      #expect(first.status == 0, "\(first.errors)")
      let report = try String(contentsOf: folder.appendingPathComponent("report/report.md"), encoding: .utf8)
      #expect(report.contains("opencl:0"))
      let device = try exported(folder)
      let again = try Program.run(words + ["--device", "opencl"])
      #expect(again.status == 0)
      #expect(again.errors.contains("0 samples evaluated"), "\(again.errors)")
      // Another device's results are not these: everything is evaluated.
      let processor = try Program.run(words)
      #expect(processor.status == 0)
      #expect(!processor.errors.contains(" 0 samples evaluated"))
      let wanted = try exported(folder)
      #expect(device.count > 20 && Set(device.keys) == Set(wanted.keys))
      for (key, sample) in wanted {
        let got = try #require(device[key])
        #expect(got.text == sample.text, "\(key)")
        #expect(Set(got.scores.keys) == Set(sample.scores.keys))
        for (name, value) in sample.scores {
          let difference = abs((got.scores[name] ?? .infinity) - value)
          #expect(difference <= 1e-4 * abs(value), "\(key) \(name): \(difference) of \(value)")
        }
      }
    }
  }

  /// What the last run of a sweep gave, by method, task, place and sample; as in `Scripts/compare_samples.py`.
  private func exported(_ folder: URL) throws -> [String: (text: String?, scores: [String: Double])] {
    let file = folder.appendingPathComponent("samples.jsonl").path
    let store = folder.appendingPathComponent("small.sqlite").path
    #expect(try Program.run(["export", store, "--format", "jsonl", "--out", file]).status == 0)
    var samples: [String: (text: String?, scores: [String: Double])] = [:]
    for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
      let sample = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      // The sample's name says its place.
      let key = ["method", "task", "sample_id"].map { "\(sample[$0] ?? "")" }.joined(separator: " ")
      samples[key] = (sample["output"] as? String, sample["scores"] as? [String: Double] ?? [:])
    }
    return samples
  }

  @Test("a calibration on OpenCL knows nothing of one thread of the processor", .enabled(if: hasOpenCL, skip))
  func calibration() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let machine = ["SE_EVAL_MACHINE": folder.appendingPathComponent("machine.json").path]
      let words = ["plan", config, "--calibrate", "--threads", "2"]
      let device = try Program.run(words + ["--device", "opencl"], environment: machine)
      #expect(device.status == 0 && !device.errors.contains("one thread"), "\(device.errors)")
      let processor = try Program.run(words, environment: machine)
      #expect(processor.status == 0 && processor.errors.contains("one thread"), "\(processor.errors)")
    }
  }

  @Test("a configuration names the device of a model, strictly", .enabled(if: hasOpenCL, skip))
  func configured() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let text = try String(contentsOfFile: config, encoding: .utf8)
      for (device, status) in [("opencl:0", Int32(0)), ("gpu", 2)] {
        let changed = text.replacingOccurrences(of: "demo/model}", with: "demo/model, device: \"\(device)\"}")
        try changed.write(toFile: config, atomically: true, encoding: .utf8)
        let result = try Program.run(["plan", config])
        #expect(result.status == status, "\(result.errors)")
        if status == 2 { #expect(result.errors.contains("small.yaml:4")) }
      }
    }
  }

  @Test("perplexity on OpenCL is the processor's but for the last digits", .enabled(if: hasOpenCL, skip))
  func perplexity() throws {
    let words = [
      "perplexity", "--model", Self.model, "--file", "Datasets/demo/stories/story-0.txt", "--context", "256",
      "--windows", "2", "--method", "self-extend:G=4,W=64", "--json",
    ]
    var values: [Double] = []
    for device in ["cpu", "opencl"] {
      let result = try Program.run(words + ["--device", device])
      guard case .object(let members)? = JSONValue(json: result.output),
        case .number(let value)? = members.first(where: { $0.key == "perplexity" })?.value
      else {
        Issue.record("\(device): \(result.output) \(result.errors)")
        return
      }
      values.append(value)
    }
    #expect(abs(values[0] / values[1] - 1) < 1e-4)
  }
}
