import Foundation

/// What is recorded of the machine and the programs of a run.
enum RunEnvironment {
  /// Names and values, sorted by name where they are stored.
  ///
  /// The program's commit is among `more`: the folder in which it runs may be any project's.
  static func collect(threads: Int, seed: UInt64, more: [String: String]) -> [String: String] {
    var values = more
    values["threads"] = String(threads)
    values["seed"] = String(seed)
    values["host"] = firstLine("/proc/sys/kernel/hostname") ?? "unknown"
    values["system"] = firstLine("/proc/version").map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
    values["cpu"] = cpuModel() ?? "unknown"
    values["cpus"] = String(ProcessInfo.processInfo.processorCount)
    return values
  }

  private static func firstLine(_ path: String) -> String? {
    text(path).flatMap { $0.split(separator: "\n").first.map(String.init) }
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The processor's name as the kernel gives it.
  private static func cpuModel() -> String? {
    guard let lines = text("/proc/cpuinfo")?.split(separator: "\n") else { return nil }
    let line = lines.first { $0.hasPrefix("model name") } ?? lines.first { $0.hasPrefix("Model") }
    return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
