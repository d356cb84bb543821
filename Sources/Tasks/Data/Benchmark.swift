public import JSON

/// A benchmark whose official files a user brings, and what is known of them: declared by its task, in its folder.
public struct Benchmark: Sendable {
  /// The name on the command line and in manifests: the task's.
  public let name: String
  /// The folder under the data folder.
  public let folder: String
  /// Where the official files come from.
  public let source: String
  /// What the command line may be given.
  public let takes: String
  /// True where a task's `path` must hold what an import wrote; false where anybody's own documents do.
  public let wantsImport: Bool
  /// What is known of the official files, by name under the benchmark's folder.
  let knownFiles: [KnownFile]
  /// A file that an import makes out of official ones.
  let derivation: Derivation?
  /// What is wrong with a row of a JSONL file; nil for nothing.
  let problem: @Sendable (JSONValue) -> String?
  /// The pictures that a row names, by their paths below a folder; nil for a benchmark without pictures.
  let pictures: (@Sendable (JSONValue) -> [String])?
  private let byName: [String: KnownFile]

  /// A file that is made at the import, because no official file holds it by itself.
  public struct Derivation: Sendable {
    /// Its name under the benchmark's folder.
    let name: String
    /// What it is made of, as the manifest names it.
    let source: String
    /// Whether a file of a source is needed, by the parts of its path.
    let takes: @Sendable ([String]) -> Bool
    /// How many of the last parts of such a path stay.
    let keptParts: Int
    /// Makes the bytes out of a folder with the files that were taken, and says what they are.
    let make: @Sendable (_ folder: String) throws(TaskError) -> (bytes: [UInt8], note: String)
  }

  /// A benchmark.
  ///
  /// - Parameters:
  ///   - name: the task's name.
  ///   - folder: its folder under the data folder; the name where none is given.
  ///   - source: where the official files come from.
  ///   - takes: what an import may be given.
  ///   - wantsImport: whether a task's `path` must be an import's.
  ///   - files: the official files.
  ///   - derivation: a file that is made out of them.
  ///   - problem: what is wrong with a row of theirs.
  ///   - pictures: the pictures that a row of theirs names.
  public init(
    name: String, folder: String? = nil, source: String, takes: String, wantsImport: Bool, files: [KnownFile],
    derivation: Derivation? = nil, problem: @escaping @Sendable (JSONValue) -> String? = { _ in nil },
    pictures: (@Sendable (JSONValue) -> [String])? = nil
  ) {
    self.name = name
    self.folder = folder ?? name
    self.source = source
    self.takes = takes
    self.wantsImport = wantsImport
    knownFiles = files
    self.derivation = derivation
    self.problem = problem
    self.pictures = pictures
    byName = Dictionary(files.map { ($0.name, $0) }) { first, _ in first }
  }

  /// The benchmarks of tasks.
  ///
  /// - Parameter tasks: plugins, in the order of the documentation.
  /// - Returns: their benchmarks in the same order.
  public static func all(of tasks: [any EvaluationTask.Type]) -> [Benchmark] { tasks.compactMap { $0.benchmark } }

  /// The files of a whole import.
  var wantedFiles: [String] { knownFiles.map(\.name) + (derivation.map { [$0.name] } ?? []) }

  /// What is known of one file.
  func known(_ name: String) -> KnownFile? { byName[name] }

  /// The name under the benchmark's folder of a file of a source.
  ///
  /// - Parameter path: the path inside the source, `.gz` taken off.
  /// - Returns: the name; nil for a file that the benchmark does not use.
  func place(_ path: String) -> String? {
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { return nil }
    let isOutput = parts.dropLast().contains { $0.lowercased().hasPrefix("pred") || $0.hasPrefix(".") }
    guard !isOutput, !name.hasPrefix(".") else { return nil }
    // As much of the path as tells a file from others: `0k.json` is there for each task.
    for count in (1...parts.count).reversed() {
      let end = parts.suffix(count).joined(separator: "/")
      let found = knownFiles.filter { $0.name == end || $0.name.hasSuffix("/" + end) }
      if found.count == 1 { return found[0].name }
      if found.count > 1, count > 1 { return found.first { $0.name == end }?.name }
    }
    return knownFiles.first { $0.name == name || $0.name.hasSuffix("/" + name) && !$0.isArray }?.name
  }
}

/// What is known of an official file; facts from the official repositories.
public struct KnownFile: Hashable, Sendable {
  /// The path under the benchmark's folder.
  let name: String
  /// Rows of a JSONL file; nil where they are not known.
  let rows: Int?
  /// SHA-256 of the official file; nil where it is not known.
  let sha256: String?
  /// True for a text that is published with CRLF, of which the hash is, and kept with LF.
  let hasCRLF: Bool
  /// True for a file that is one JSON array of rows.
  let isArray: Bool

  /// An official file.
  public init(
    name: String, rows: Int? = nil, sha256: String? = nil, hasCRLF: Bool = false, isArray: Bool = false
  ) {
    self.name = name
    self.rows = rows
    self.sha256 = sha256
    self.hasCRLF = hasCRLF
    self.isArray = isArray
  }

  /// True for a file of rows.
  var hasRows: Bool { isArray || name.hasSuffix(".jsonl") }

  /// The files of a table with a line `name rows sha256` each, `-` for what is not known.
  static func table(_ text: String) -> [KnownFile] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count == 3 else { return nil }
      return KnownFile(name: fields[0], rows: Int(fields[1]), sha256: fields[2] == "-" ? nil : fields[2])
    }
  }
}

/// Helps a benchmark to say what its rows must have.
enum RowRule {
  /// What is wrong with a row that should have texts and lists; nil for nothing.
  static func missing(_ row: JSONValue, texts: [String], lists: [String] = []) -> String? {
    if let key = texts.first(where: { row[$0]?.text == nil }) { return "`\(key)` should be a text" }
    if let key = lists.first(where: { row[$0]?.elements == nil }) { return "`\(key)` should be a list" }
    return nil
  }
}
