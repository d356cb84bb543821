import Foundation

/// The memory that the machine can give without swapping.
public enum AvailableMemory {
  /// Bytes, by the system's estimate, by the limit of the control group (a container) and by the limit of the process's
  /// address space; 0 where it is not known.
  public static var byteCount: Int {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return 0 }
    var bytes = 0
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      bytes = (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
    let group = "/sys/fs/cgroup"
    let limits = [
      ("\(group)/memory.max", "\(group)/memory.current", "\(group)/memory.stat"),
      (
        "\(group)/memory/memory.limit_in_bytes", "\(group)/memory/memory.usage_in_bytes",
        "\(group)/memory/memory.stat"
      ),
    ]
    for (limit, usage, statistics) in limits {
      guard let most = number(limit), let used = number(usage) else { continue }
      bytes = min(bytes, max(0, most - max(0, used - cachedByteCount(statistics))))
    }
    return max(1, min(bytes, addressSpace ?? bytes))
  }

  /// Bytes of files that a control group holds in memory, which the system gives up when memory is asked for.
  private static func cachedByteCount(_ path: String) -> Int {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return 0 }
    return text.split(separator: "\n").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      guard words.count == 2, ["active_file", "inactive_file"].contains(words[0]) else { return sum }
      return sum + (Int(words[1]) ?? 0)
    }
  }

  /// What is left of the process's address space where it is limited.
  private static var addressSpace: Int? {
    guard let limits = try? String(contentsOfFile: "/proc/self/limits", encoding: .utf8),
      let line = limits.split(separator: "\n").first(where: { $0.hasPrefix("Max address space") }),
      let most = line.split(separator: " ").dropFirst(3).first.flatMap({ Int($0) }),
      let sizes = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = sizes.split(separator: " ").first.flatMap({ Int($0) })
    else { return nil }
    return max(0, most - pages * 4096)
  }

  /// The number that a file of the system holds; nil where it is absent or says `max`.
  private static func number(_ path: String) -> Int? {
    (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
