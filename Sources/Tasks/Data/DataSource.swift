import Foundation

/// A file that an import may take: in a folder, in a zip archive, or by itself.
struct SourceFile: Sendable {
  /// The path inside the source, with folders; `.gz` taken off.
  let path: String
  private let place: Place

  private enum Place: Sendable {
    case file(String)
    case compressedFile(String)
    case entry(Archive.Entry, zip: ZipSource)
  }

  /// The file itself, where it lies uncompressed on the disk and can be read row by row.
  var plainFile: String? {
    if case .file(let path) = place { return path }
    return nil
  }

  /// The bytes, decompressed.
  func bytes() throws(TaskError) -> [UInt8] {
    switch place {
    case .file(let path): return try TaskFiles.bytes(path, need: Self.need)
    case .compressedFile(let path):
      let bytes = try Self.archive(path)
      return try Self.readable(path) { () throws(Archive.Problem) in try Archive.gunzip(bytes) }
    case .entry(let entry, let zip):
      let bytes = try Self.readable(zip.path) { () throws(Archive.Problem) in
        try Archive.bytes(of: entry, in: zip.bytes)
      }
      guard entry.name.hasSuffix(".gz") else { return bytes }
      return try Self.readable("\(zip.path)/\(entry.name)") { () throws(Archive.Problem) in
        try Archive.gunzip(bytes)
      }
    }
  }

  /// Every file of the given paths: folders in depth, zip archives (also those in the folders), single files.
  ///
  /// - Parameter paths: what the user named.
  /// - Returns: the files, sorted by path within each.
  /// - Throws: `TaskError.missingData` or `.damagedData`.
  static func files(of paths: [String]) throws(TaskError) -> [SourceFile] {
    var files: [SourceFile] = []
    for path in paths {
      guard FileManager.default.fileExists(atPath: path) else {
        throw .missingData(path: path, need: "name the folder or the file that was downloaded")
      }
      guard let names = FileManager.default.enumerator(atPath: path)?.compactMap({ $0 as? String }), isFolder(path)
      else {
        files += try file(path, as: TaskFiles.name(path))
        continue
      }
      // The folder's own name says something too: PaulGrahamEssays, test.
      let own = TaskFiles.name(URL(fileURLWithPath: path).standardizedFileURL.path)
      for name in names.sorted() where !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
        let full = path + "/" + name
        if !isFolder(full) { files += try file(full, as: own + "/" + name) }
      }
    }
    return files
  }

  private static func isFolder(_ path: String) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
  }

  private static func file(_ path: String, as name: String) throws(TaskError) -> [SourceFile] {
    let lower = name.lowercased()
    if lower.hasSuffix(".gz") {
      return [SourceFile(path: String(name.dropLast(3)), place: .compressedFile(path))]
    }
    guard lower.hasSuffix(".zip") else { return [SourceFile(path: name, place: .file(path))] }
    let bytes = try archive(path)
    let entries = try readable(path) { () throws(Archive.Problem) in try Archive.entries(bytes) }
    let zip = ZipSource(path: path, bytes: bytes)
    return entries.sorted { $0.name < $1.name }.map { entry in
      let inner = entry.name.hasSuffix(".gz") ? String(entry.name.dropLast(3)) : entry.name
      return SourceFile(path: "\(name)/\(inner)", place: .entry(entry, zip: zip))
    }
  }

  private static let need = "it was there a moment ago"

  /// The bytes of an archive, which may hold many files.
  private static func archive(_ path: String) throws(TaskError) -> [UInt8] {
    try TaskFiles.bytes(path, need: need, byteLimit: 16 << 30)
  }

  private static func readable<R>(_ path: String, _ body: () throws(Archive.Problem) -> R) throws(TaskError) -> R {
    do throws(Archive.Problem) {
      return try body()
    } catch {
      throw .damagedData(path: path, line: nil, problem: error.text)
    }
  }
}

/// A zip archive in memory, shared by its entries.
final class ZipSource: Sendable {
  let path: String
  let bytes: [UInt8]

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}
