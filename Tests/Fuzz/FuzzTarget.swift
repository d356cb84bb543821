import Foundation

/// What is fuzzed: a name and what is done with each input.
enum FuzzTarget {
  /// The target of this process; set once, before libFuzzer's loop begins.
  nonisolated(unsafe) static var current: @Sendable ([UInt8]) -> Void = { _ in }

  /// Every target by name; each has a folder of small inputs in Corpus.
  static let all: [String: @Sendable ([UInt8]) -> Void] = [
    "gguf": gguf,
    "safetensors": safetensors,
    "config": config,
    "tokenizer-json": tokenizerJSON,
    "tokenizer-model": tokenizerModel,
    "pattern": pattern,
    "jinja": jinja,
    "yaml": yaml,
    "jsonl": jsonl,
    "baseline": baseline,
    "sqlite": sqlite,
    "columns": columns,
    "zip": zip,
  ]

  /// A folder in memory for the functions that read files; removed by the script that started the process.
  static let folder: String = {
    let parent = ProcessInfo.processInfo.environment["SE_EVAL_FUZZ_FOLDER"] ?? NSTemporaryDirectory()
    let path = "\(parent)/se-eval-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }()

  /// Writes an input to a file of the folder.
  static func write(_ bytes: [UInt8], _ name: String) -> String {
    let path = "\(folder)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "\(path) cannot be written")
    defer { close(descriptor) }
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    precondition(written == bytes.count, "\(path) cannot be written")
    return path
  }
}
