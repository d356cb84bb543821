import Foundation

/// What is recorded of the machine and the programs of a run.
enum RunEnvironment {
  /// Names and values, sorted by name where they are stored.
  static func collect(threads: Int, seed: UInt64, more: [String: String]) -> [String: String] {
    var values = more
    values["threads"] = String(threads)
    values["seed"] = String(seed)
    values["host"] = firstLine("/proc/sys/kernel/hostname") ?? "unknown"
    values["system"] = firstLine("/proc/version").map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
    values["cpu"] = cpuModel() ?? "unknown"
    values["cpus"] = String(ProcessInfo.processInfo.processorCount)
    values["git"] = gitRevision(from: FileManager.default.currentDirectoryPath)
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

  /// The commit that is checked out where a folder lies, read from its `.git` without a subprocess; nil outside of git.
  static func gitRevision(from folder: String) -> String? {
    var url = URL(fileURLWithPath: folder).standardizedFileURL
    while true {
      let git = url.appendingPathComponent(".git").path
      if FileManager.default.fileExists(atPath: git) { return revision(inGitFolder: resolved(git, beside: url.path)) }
      let parent = url.deletingLastPathComponent().standardizedFileURL
      if parent.path == url.path || url.path == "/" { return nil }
      url = parent
    }
  }

  /// `.git` itself, or the folder that a worktree's `.git` file names.
  private static func resolved(_ git: String, beside folder: String) -> String {
    guard let line = firstLine(git), line.hasPrefix("gitdir: ") else { return git }
    let path = String(line.dropFirst(8))
    return path.hasPrefix("/") ? path : folder + "/" + path
  }

  private static func revision(inGitFolder git: String) -> String? {
    guard let head = firstLine(git + "/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return head }
    let name = String(head.dropFirst(5))
    let common = firstLine(git + "/commondir").map { $0.hasPrefix("/") ? $0 : git + "/" + $0 } ?? git
    for folder in [git, common] {
      if let hash = firstLine(folder + "/" + name) { return hash }
    }
    let packed = text(common + "/packed-refs")?.split(separator: "\n") ?? []
    return packed.first { $0.hasSuffix(" " + name) }.flatMap { $0.split(separator: " ").first.map(String.init) }
  }
}

/// The commit of a checkout.
public enum CheckoutRevision {
  /// The commit that is checked out where a folder lies; nil outside of git.
  public static func of(folder: String) -> String? { RunEnvironment.gitRevision(from: folder) }
}
