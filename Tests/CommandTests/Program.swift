import Foundation

/// Runs the built program.
enum Program {
  /// What a finished run left.
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The checkout that the tests belong to.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The program that `SE_EVAL_PROGRAM` names (make test: the release build), else the one beside the test bundle.
  static let executable: URL = {
    if let path = ProcessInfo.processInfo.environment["SE_EVAL_PROGRAM"] {
      return URL(fileURLWithPath: path, relativeTo: root)
    }
    return Bundle.main.bundleURL.appendingPathComponent("se-eval")
  }()

  /// The variables of these tests without those that would change results, and with a cache folder of their own, which is
  /// removed when they end; what PoCL compiled stays where it is.
  private static let variables: [String: String] = {
    var variables = ProcessInfo.processInfo.environment
    let cache = variables["XDG_CACHE_HOME"] ?? "\(NSHomeDirectory())/.cache"
    variables["POCL_CACHE_DIR"] = variables["POCL_CACHE_DIR"] ?? "\(cache)/pocl/kcache"
    variables["XDG_CACHE_HOME"] = Self.cache.path
    for name in ["SE_EVAL_MODELS", "SE_EVAL_DATA", "SE_EVAL_ISA", "SE_EVAL_SHAPES"] { variables[name] = nil }
    atexit { try? FileManager.default.removeItem(at: Program.cache) }
    return variables
  }()

  private static let cache = FileManager.default.temporaryDirectory
    .appendingPathComponent("se-eval-cache-\(UUID().uuidString)")

  /// Starts the program in the checkout's folder; output goes to files, so that no pipe can fill.
  static func start(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:], errors: Pipe? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = root
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try file("stdout", in: folder)
    if let errors { process.standardError = errors } else { process.standardError = try file("stderr", in: folder) }
    try process.run()
    return process
  }

  /// Starts a sweep, stops it once it has told of some events, and waits for its end.
  ///
  /// - Parameters:
  ///   - arguments: those of a sweep, without its progress.
  ///   - folder: where its output goes.
  ///   - count: how many samples and cells it may tell of.
  ///   - stop: what is done to it then.
  /// - Returns: the ended process.
  /// - Throws: an error when it cannot be started.
  static func start(
    _ arguments: [String], in folder: URL, stoppingAfter count: Int, _ stop: (Process) -> Void
  ) throws -> Process {
    let pipe = Pipe()
    let process = try start(arguments + ["--progress", "json"], in: folder, errors: pipe)
    try pipe.fileHandleForWriting.close()
    var lines = 0
    while lines <= count {
      let data = pipe.fileHandleForReading.availableData
      if data.isEmpty { break }
      lines += data.count { $0 == UInt8(ascii: "\n") }
    }
    stop(process)
    while !pipe.fileHandleForReading.availableData.isEmpty {}
    process.waitUntilExit()
    return process
  }

  /// Runs the program to its end.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    try inTemporaryFolder { folder in
      let process = try start(arguments, in: folder, environment: environment)
      process.waitUntilExit()
      return Result(
        status: process.terminationStatus, output: try text("stdout", in: folder),
        errors: try text("stderr", in: folder))
    }
  }

  /// Runs a command line of the shell in which `$P` is the program, in the checkout's folder, to its end.
  static func shell(_ line: String, environment: [String: String] = [:]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = root
    process.environment = variables.merging(
      ["P": executable.path, "SWIFT_BACKTRACE": "enable=no"]
    ) { $1 }.merging(environment) { $1 }
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Gives a folder that is removed afterwards.
  static func inTemporaryFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("se-eval-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  private static func file(_ name: String, in folder: URL) throws -> FileHandle {
    let url = folder.appendingPathComponent(name)
    try Data().write(to: url)
    return try FileHandle(forWritingTo: url)
  }

  private static func text(_ name: String, in folder: URL) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }
}

/// A configuration small enough for tests, on the project's own model.
enum SmallSweep {
  /// Writes it into a folder and returns its path.
  static func write(to folder: URL, trials: Int = 2) throws -> String {
    let text = """
      name: small
      seed: 7
      models:
        - {name: demo, path: Datasets/demo/model}
      methods: [plain, "self-extend:G=8,W=64"]
      tasks:
        - pg19: {path: Datasets/demo/stories, lengths: [128, 512], stride: 64, books: 3, windows: 2}
        - passkey: {lengths: [200, 400], depths: 2, trials: \(trials)}

      """
    let url = folder.appendingPathComponent("small.yaml")
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }

  /// The arguments of a sweep whose store and report lie in a folder.
  static func arguments(_ config: String, _ folder: URL) -> [String] {
    [
      "sweep", config, "--db", folder.appendingPathComponent("small.sqlite").path, "--report",
      folder.appendingPathComponent("report").path,
    ]
  }

  /// Every file of a report but the timings, by its path inside the report.
  static func report(_ folder: URL) throws -> [String: Data] {
    let base = folder.appendingPathComponent("report")
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: base.path) where !path.contains("timing.") {
      files[path] = FileManager.default.contents(atPath: base.appendingPathComponent(path).path)
    }
    return files
  }
}
