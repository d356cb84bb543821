/// Memory of this process as the kernel counts it.
enum ProcessMemory {
  /// The largest resident size so far, in bytes; 0 where /proc is not there.
  static var peakByteCount: Int {
    guard let status = try? Files.readText("/proc/self/status") else { return 0 }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kibibytes = line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
    return kibibytes * 1024
  }
}
