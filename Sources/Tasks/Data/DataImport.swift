import Digest
import Foundation
import JSON
import Text

/// Brings the official files of a benchmark into the data folder: checked, in one layout, all or nothing.
public struct DataImport: Sendable {
  /// What came of it.
  public struct Result: Sendable, Hashable, Encodable {
    /// The benchmark's name.
    public let benchmark: String
    /// Its folder.
    public let folder: String
    /// The files that are there now, by name.
    public let files: [DataManifest.File]
    /// Files that were not taken, each with the reason.
    public let refused: [String]
    /// The pictures that the files of this import name; nil for a benchmark without pictures.
    public let pictures: PictureCheck?
  }

  private let benchmark: Benchmark
  private let data: DataFolder
  private let program: String
  private let acceptsDifferent: Bool

  /// An import.
  ///
  /// - Parameters:
  ///   - benchmark: the benchmark.
  ///   - data: where it goes.
  ///   - program: the program's name and version, for the manifest.
  ///   - acceptsDifferent: takes files that are not the official ones, and records that.
  public init(_ benchmark: Benchmark, into data: DataFolder, program: String, acceptsDifferent: Bool = false) {
    self.benchmark = benchmark
    self.data = data
    self.program = program
    self.acceptsDifferent = acceptsDifferent
  }

  /// Imports what is found at the paths; what an earlier import brought and this one does not stays.
  ///
  /// Everything is written into a folder of its own, which is then moved into place: a process that is killed leaves
  /// what was there before.
  ///
  /// - Parameter paths: folders, zip archives, files.
  /// - Returns: what is there now.
  /// - Throws: `TaskError`: nothing that fits is found, a file is damaged, or files are not the official ones.
  public func run(_ paths: [String]) throws(TaskError) -> Result {
    data.restore(benchmark)
    let folder = data.folder(of: benchmark)
    let former = try DataManifest.read(folder: folder)
    if former == nil, FileManager.default.fileExists(atPath: folder) {
      throw .damagedData(
        path: folder, line: nil,
        problem: "no import made this folder, so it is not replaced; move it away, or give another place with --to")
    }
    let sources = try SourceFile.files(of: paths)
    let partial = data.partialFolder(of: benchmark)
    try files { try? $0.removeItem(atPath: partial) }
    try makeFolder(partial)
    defer { try? FileManager.default.removeItem(atPath: partial) }
    let intact = (former?.files ?? []).filter { DataFolder.problem(of: $0, in: folder) == nil }
    var (entries, refused) = try take(sources, into: partial, beside: intact)
    guard !entries.isEmpty || !refused.isEmpty && !intact.isEmpty && acceptsDifferent else {
      if let first = refused.first {
        throw .damagedData(path: paths.joined(separator: ", "), line: nil, problem: Self.refusal(first, refused.count))
      }
      throw .missingData(
        path: "\(paths.joined(separator: ", ")): a file of \(benchmark.name)", need: "give \(benchmark.takes)")
    }
    if !acceptsDifferent, let first = refused.first {
      throw .damagedData(path: paths.joined(separator: ", "), line: nil, problem: Self.refusal(first, refused.count))
    }
    let pictures = try pictures(of: entries, in: partial, among: sources)
    if !acceptsDifferent, let first = pictures?.problems.first {
      throw .damagedData(
        path: paths.joined(separator: ", "), line: nil,
        problem: "\(first)"
          + ((pictures?.problems.count ?? 0) > 1 ? " (and \((pictures?.problems.count ?? 0) - 1) more)" : "")
          + "; give the folder with all pictures, or none of them, or say --accept-different to import the questions anyway"
      )
    }
    entries += try derive(sources, into: partial)
    entries += try keep(intact, beside: Set(entries.map(\.name)), from: folder, into: partial)
    entries.sort { $0.name < $1.name }
    let manifest = DataManifest(
      benchmark: benchmark.name, imported: Today.text, program: program, origin: benchmark.source, files: entries)
    try write([UInt8](manifest.json), to: partial + "/" + DataManifest.fileName)
    try moveIntoPlace(partial, folder)
    refused.sort()
    return Result(benchmark: benchmark.name, folder: folder, files: entries, refused: refused, pictures: pictures)
  }

  private static func refusal(_ first: String, _ count: Int) -> String {
    let others = count > 1 ? " (and \(count - 1) more)" : ""
    return "\(first)\(others); take the official files, or say --accept-different to import them as what they are"
  }

  // MARK: Files

  /// Checks and writes every file that the benchmark uses; of several candidates the one that is most official, an
  /// intact one of an earlier import among them.
  private func take(
    _ sources: [SourceFile], into partial: String, beside intact: [DataManifest.File]
  ) throws(TaskError) -> (entries: [DataManifest.File], refused: [String]) {
    var byName: [String: [SourceFile]] = [:]
    for source in sources {
      if let name = benchmark.place(source.path) { byName[name, default: []].append(source) }
    }
    var entries: [DataManifest.File] = []
    var refused: [String] = []
    for (name, candidates) in byName.sorted(by: { $0.key < $1.key }) {
      guard let known = benchmark.known(name) else { continue }
      var best: (check: FileCheck, source: SourceFile)?
      for source in candidates {
        let check =
          if known.hasRows, let file = source.plainFile {
            try FileCheck(known, of: benchmark, rowsOf: file, path: source.path)
          } else {
            try FileCheck(known, of: benchmark, source.bytes(), path: source.path)
          }
        if best.map({ check.standing.rank < $0.check.standing.rank }) ?? true { best = (check, source) }
      }
      guard let best else { continue }
      if best.check.standing == .different, !acceptsDifferent {
        refused.append("\(best.source.path): \(best.check.note ?? "")")
        continue
      }
      if best.check.standing == .different,
        let better = intact.first(where: { $0.name == name && $0.standing != .different })
      {
        refused.append("\(best.source.path): the \(better.standing.rawValue) file that is there stays")
        continue
      }
      switch best.check.content {
      case .bytes(let bytes): try write(bytes, to: partial + "/" + name)
      case .file(let file):
        let target = partial + "/" + name
        try makeFolder(URL(fileURLWithPath: target).deletingLastPathComponent().path)
        // A link's target, not the link.
        let original = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
        try files { try $0.copyItem(atPath: original, toPath: target) }
      }
      entries.append(
        DataManifest.File(
          name: name, bytes: best.check.byteCount, sha256: best.check.sha256,
          rows: best.check.rows, standing: best.check.standing, note: best.check.note, source: best.source.path))
    }
    return (entries, refused)
  }

  /// Looks at the pictures that the rows of new files name.
  private func pictures(
    of entries: [DataManifest.File], in folder: String, among sources: [SourceFile]
  ) throws(TaskError) -> PictureCheck? {
    guard let pictures = benchmark.pictures else { return nil }
    var names: Set<String> = []
    for entry in entries where entry.rows != nil {
      let path = "\(folder)/\(entry.name)"
      guard var reader = LineReader.of(path, byteLimit: LineReader.byteLimitOfBooks) else { continue }
      while let line = try reader.next() {
        guard let bytes = line.bytes, let row = try? JSONReader.value(of: bytes, rules: .python) else { continue }
        names.formUnion(pictures(row))
      }
    }
    return try PictureCheck(names, among: sources)
  }

  /// The file that is made out of official ones.
  private func derive(_ sources: [SourceFile], into partial: String) throws(TaskError) -> [DataManifest.File] {
    guard let derivation = benchmark.derivation else { return [] }
    let workshop = partial + "/.derivation"
    defer { try? FileManager.default.removeItem(atPath: workshop) }
    var count = 0
    for source in sources {
      let parts = source.path.split(separator: "/").map(String.init)
      guard derivation.takes(parts) else { continue }
      try write(source.bytes(), to: ([workshop] + parts.suffix(derivation.keptParts)).joined(separator: "/"))
      count += 1
    }
    guard count > 0 else { return [] }
    let (bytes, note) = try derivation.make(workshop)
    try write(bytes, to: "\(partial)/\(derivation.name)")
    return [
      DataManifest.File(
        name: derivation.name, bytes: bytes.count, sha256: SHA256.hexadecimal(of: bytes), rows: nil,
        standing: .derived, note: note, source: derivation.source)
    ]
  }

  /// The intact files of an earlier import that this one does not bring.
  private func keep(
    _ intact: [DataManifest.File], beside names: Set<String>, from folder: String, into partial: String
  ) throws(TaskError) -> [DataManifest.File] {
    var kept: [DataManifest.File] = []
    for file in intact where !names.contains(file.name) {
      let target = partial + "/" + file.name
      try makeFolder(URL(fileURLWithPath: target).deletingLastPathComponent().path)
      try files { try $0.copyItem(atPath: folder + "/" + file.name, toPath: target) }
      kept.append(file)
    }
    return kept
  }

  // MARK: Disk

  private func moveIntoPlace(_ partial: String, _ folder: String) throws(TaskError) {
    let aside = data.formerFolder(of: benchmark)
    try files { manager in
      if manager.fileExists(atPath: folder) { try manager.moveItem(atPath: folder, toPath: aside) }
      try manager.moveItem(atPath: partial, toPath: folder)
      try? manager.removeItem(atPath: aside)
    }
  }

  private func makeFolder(_ path: String) throws(TaskError) {
    try files { try $0.createDirectory(atPath: path, withIntermediateDirectories: true) }
  }

  private func write(_ bytes: [UInt8], to path: String) throws(TaskError) {
    try makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    try files { _ in try Data(bytes).write(to: URL(fileURLWithPath: path)) }
  }

  private func files(_ body: (FileManager) throws -> Void) throws(TaskError) {
    do {
      try body(FileManager.default)
    } catch {
      throw .unwritable(path: data.path, problem: SystemReason.text(error))
    }
  }
}

extension DataManifest.Standing {
  /// The smaller, the nearer to the official file.
  fileprivate var rank: Int {
    switch self {
    case .official: 0
    case .checked: 1
    case .derived: 2
    case .different: 3
    }
  }
}
