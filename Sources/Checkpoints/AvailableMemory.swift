import Foundation

/// The memory that the machine can give without swapping.
enum AvailableMemory {
  /// Bytes, by the system's estimate; 0 where it is not known.
  static var byteCount: Int {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return 0 }
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
    return 0
  }
}
