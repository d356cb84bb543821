import Foundation
import Testing

/// The layers of the design, as a table: what each target may import, and where unsafe code may stand.
enum Layers {
  static let allowed: [String: Set<String>] = [
    "Kernels": ["COpenBLAS", "CKernels", "Glibc", "Synchronization", "Dispatch", "Foundation"],
    // Foundation for files alone (WholeFile).
    "Text": ["Foundation", "Synchronization"],
    "Digest": ["CDigest"],
    "JSON": [],
    "HTTP": ["Glibc"],
    "Checkpoints": ["Text", "Digest", "JSON", "Foundation", "Glibc", "Synchronization"],
    "Tokenizers": ["Checkpoints", "Text", "Digest", "JSON", "Foundation", "Synchronization"],
    // Text alone, for the fault of its error.
    "Positions": ["Text", "Glibc"],
    "OpenCL": ["COpenCL", "Synchronization"],
    "Transformer": ["Kernels", "OpenCL", "Checkpoints", "Positions", "Text", "Synchronization"],
    "Evaluation": ["Text", "JSON"],
    "Metrics": ["Evaluation", "Text", "JSON", "Foundation", "Glibc"],
    "Tasks": [
      "Evaluation", "Metrics", "Tokenizers", "CZlib", "Text", "Digest", "JSON", "Foundation", "Synchronization",
    ],
    "Store": ["CSQLite", "Evaluation", "Text", "Digest", "JSON", "Foundation", "Glibc", "Synchronization"],
    "Backends": [
      "Evaluation", "Tokenizers", "Positions", "Transformer", "Kernels", "Checkpoints", "Text", "JSON", "HTTP",
      "Digest", "Foundation", "Synchronization",
    ],
    "Gates": ["Evaluation", "Text", "JSON", "Store", "Metrics", "Foundation"],
    "Sweeps": [
      "Evaluation", "Gates", "Text", "JSON", "Tasks", "Backends", "Tokenizers", "Positions", "Store", "CYAML", "Digest",
      "Metrics", "Foundation", "Glibc", "Synchronization",
    ],
    "Reports": [
      "Evaluation", "Gates", "Positions", "Store", "Metrics", "CZlib", "Text", "JSON", "Digest", "Foundation", "Glibc",
      "Synchronization",
    ],
    "se-eval": [
      "CBuild", "Kernels", "Checkpoints", "Positions", "Tokenizers", "Transformer", "Metrics", "Tasks", "Store",
      "Sweeps",
      "Backends",
      "Evaluation", "Gates", "Reports", "Text", "JSON", "Digest", "Foundation", "Dispatch", "Glibc", "Synchronization",
    ],
  ]

  /// Targets and single files that may hold unsafe code.
  static func mayBeUnsafe(_ path: String) -> Bool {
    ["Kernels/", "OpenCL/", "Store/SQLite/", "Sweeps/YAML/"].contains(where: path.hasPrefix)
      || [
        "Checkpoints/MappedFile.swift", "Tasks/Data/Archive/Inflate.swift", "Reports/Samples/Deflate.swift",
        "se-eval/Interruption.swift", "se-eval/TerminalSize.swift", "Digest/SHA256.swift", "Reports/PartialFile.swift",
        "HTTP/Socket.swift",
      ].contains(path)
  }

  static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources")

  static let files: [String] = {
    let found = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    let urls = (found?.allObjects as? [URL]) ?? []
    return urls.filter { $0.pathExtension == "swift" }
      .map { String($0.standardizedFileURL.path.dropFirst(sources.standardizedFileURL.path.count + 1)) }.sorted()
  }()

  static func lines(_ path: String) throws -> [Substring] {
    try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }
}

@Suite struct LayeringTests {
  @Test("there are sources to look at")
  func sourcesExist() {
    #expect(Layers.files.count > 30)
  }

  @Test("a target imports only what its layer may", arguments: Layers.files)
  func imports(path: String) throws {
    let target = String(path.split(separator: "/")[0])
    let allowed = try #require(Layers.allowed[target], "a target that the table of layers does not name")
    for line in try Layers.lines(path) {
      guard let module = importedModule(line) else { continue }
      #expect(allowed.contains(module), "\(path) may not import \(module)")
    }
  }

  @Test("unsafe code stands in Kernels and a few named files", arguments: Layers.files)
  func unsafe(path: String) throws {
    guard !Layers.mayBeUnsafe(path) else { return }
    for (number, line) in try Layers.lines(path).enumerated() {
      let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
      let isUnsafe = ["unsafe ", "Unsafe", "unsafe("].contains { code.contains($0) }
      #expect(!isUnsafe, "\(path):\(number + 1) holds unsafe code")
    }
  }

  @Test("only a device's folder names the memory and the threads that it computes with", arguments: Layers.files)
  func devices(path: String) throws {
    guard path.hasPrefix("Transformer/"), !path.hasPrefix("Transformer/Devices/CPU/") else { return }
    let own = try Regex(#"\b(FloatBuffer|KeyValueCache|Workers\.|workers\.)"#)
    for (number, line) in try Layers.lines(path).enumerated() {
      let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
      #expect(code.firstMatch(of: own) == nil, "\(path):\(number + 1) computes without asking a device")
    }
  }

  @Test("no file grows past what one can read at once", arguments: Layers.files)
  func size(path: String) throws {
    #expect(try Layers.lines(path).count <= 401, "\(path) has more than 400 lines")
  }

  private func importedModule(_ line: Substring) -> String? {
    var words = line.split(separator: " ").map(String.init)
    let prefixes: Set<String> = ["public", "internal", "private", "package", "@preconcurrency", "@testable"]
    while let first = words.first, prefixes.contains(first) { words.removeFirst() }
    guard words.first == "import", words.count >= 2 else { return nil }
    let kinds: Set<String> = ["struct", "class", "enum", "func", "protocol", "typealias", "let", "var"]
    let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
    return String(name.split(separator: ".")[0])
  }
}
