import Foundation

/// The memory that the machine can give without swapping.
enum AvailableMemory {
  /// Bytes, by the system's estimate and by the limit of the control group (a container); 0 where it is not known.
  static var byteCount: Int {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return 0 }
    var bytes = 0
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      bytes = (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
    let group = "/sys/fs/cgroup"
    let limits = [
      ("\(group)/memory.max", "\(group)/memory.current"),
      ("\(group)/memory/memory.limit_in_bytes", "\(group)/memory/memory.usage_in_bytes"),
    ]
    for (limit, usage) in limits {
      guard let most = number(limit), let used = number(usage) else { continue }
      bytes = min(bytes, max(0, most - used))
    }
    return bytes
  }

  /// The number that a file of the system holds; nil where it is absent or says `max`.
  private static func number(_ path: String) -> Int? {
    (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
