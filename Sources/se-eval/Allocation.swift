import Foundation

/// The processors that this process may use: not the machine's, where a batch system or a container gave it a part.
enum Allocation {
  /// The number of threads where `--threads` says nothing.
  static var threadCount: Int {
    threadCount(
      affinity: ProcessInfo.processInfo.activeProcessorCount, environment: ProcessInfo.processInfo.environment,
      quota: try? Files.readText("/sys/fs/cgroup/cpu.max"))
  }

  /// The least of what is allowed.
  ///
  /// - Parameters:
  ///   - affinity: the processors that the kernel lets the process run on (cpuset).
  ///   - environment: `SLURM_CPUS_PER_TASK`, or `NSLOTS` of Grid Engine.
  ///   - quota: the content of the control group's `cpu.max`, as containers set it.
  /// - Returns: at least 1.
  static func threadCount(affinity: Int, environment: [String: String], quota: String?) -> Int {
    var counts = [affinity]
    for name in ["SLURM_CPUS_PER_TASK", "NSLOTS"] {
      if let count = environment[name].flatMap({ Int($0) }), count > 0 { counts.append(count) }
    }
    let words = (quota ?? "").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    if words.count == 2, words[0] > 0, words[1] > 0 {
      counts.append(Int(min(1024, (words[0] / words[1]).rounded(.up))))
    }
    return max(1, counts.min() ?? 1)
  }
}
