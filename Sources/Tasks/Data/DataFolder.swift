import Digest
import Foundation

/// The folder that holds the imported benchmarks: what is there, missing, damaged.
public struct DataFolder: Sendable {
  /// The folder, usually `$SE_EVAL_DATA`.
  public let path: String

  /// A data folder; it need not exist yet.
  public init(path: String) { self.path = path }

  /// How a benchmark stands.
  public struct Status: Sendable, Hashable, Encodable {
    /// The state of a benchmark.
    public enum State: String, Sendable, Hashable, Encodable {
      /// Every official file is there and is what was imported.
      case complete
      /// Everything imported is as it was; some official files were never imported, or others stand in their place.
      case partial
      /// A file is not what was imported, or is gone.
      case damaged
      /// There is a folder that no import made.
      case unverified
      /// Nothing is there.
      case missing
    }

    /// The benchmark's name.
    public let benchmark: String
    /// Its folder.
    public let folder: String
    /// The state.
    public var state: State
    /// Files that are as they were imported.
    public var intact: Int = 0
    /// Rows of JSONL files among them.
    public var rows: Int = 0
    /// Files that are there and changed, or gone, each with what is wrong.
    public var damaged: [String] = []
    /// Files that are not the official ones, each with what differs.
    public var different: [String] = []
    /// Official files that were never imported.
    public var missing: [String] = []
    /// The day of the import.
    public var imported: String?
    /// SHA-256 over names and hashes of the files.
    public var sha256: String?
  }

  /// The folder of a benchmark.
  public func folder(of benchmark: Benchmark) -> String { path + "/" + benchmark.folder }

  /// Looks at every byte of a benchmark's files.
  ///
  /// - Parameter benchmark: the benchmark.
  /// - Returns: its status; a manifest that cannot be read is damage.
  public func status(of benchmark: Benchmark) -> Status {
    restore(benchmark)
    let folder = folder(of: benchmark)
    var status = Status(benchmark: benchmark.name, folder: folder, state: .missing)
    status.missing = benchmark.wantedFiles
    let manifest: DataManifest?
    do throws(TaskError) {
      manifest = try DataManifest.read(folder: folder)
    } catch {
      status.state = .damaged
      status.damaged = ["\(DataManifest.fileName): it cannot be read"]
      return status
    }
    guard let manifest else {
      if FileManager.default.fileExists(atPath: folder) { status.state = .unverified }
      return status
    }
    status.imported = manifest.imported
    let names = Set(manifest.files.map(\.name))
    status.missing = status.missing.filter { !names.contains($0) }
    for file in manifest.files {
      if let problem = Self.problem(of: file, in: folder) {
        status.damaged.append("\(file.name): \(problem)")
      } else {
        status.intact += 1
        status.rows += file.rows ?? 0
      }
      if file.standing == .different {
        status.different.append("\(file.name): \(file.note ?? "not the official file")")
      }
    }
    status.sha256 = SHA256.hexadecimal(of: manifest.files.map { "\($0.name) \($0.sha256)\n" }.joined())
    let isWhole = status.missing.isEmpty && status.different.isEmpty
    status.state = status.damaged.isEmpty ? (isWhole ? .complete : .partial) : .damaged
    return status
  }

  /// What is wrong with a file, nil for nothing.
  static func problem(of file: DataManifest.File, in folder: String) -> String? {
    guard let found = SHA256.hexadecimal(ofFile: folder + "/" + file.name) else { return "it is gone" }
    guard found.byteCount == file.bytes else { return "it has \(found.byteCount) bytes, \(file.bytes) were imported" }
    return found.sha256 == file.sha256 ? nil : "its SHA-256 is not that of the imported file"
  }

  // MARK: Places of an import

  /// Where an import is made before it is moved into place.
  func partialFolder(of benchmark: Benchmark) -> String { path + "/.se-eval-import-" + benchmark.folder }

  /// Where what was there before waits until the new one stands.
  func formerFolder(of benchmark: Benchmark) -> String { path + "/.se-eval-former-" + benchmark.folder }

  /// Undoes an import that was killed between its two moves.
  func restore(_ benchmark: Benchmark) {
    let manager = FileManager.default
    let (folder, former) = (folder(of: benchmark), formerFolder(of: benchmark))
    guard manager.fileExists(atPath: former) else { return }
    if manager.fileExists(atPath: folder) {
      try? manager.removeItem(atPath: former)
    } else {
      try? manager.moveItem(atPath: former, toPath: folder)
    }
  }
}

extension SHA256 {
  /// The digest of a file's content, read piece by piece; nil where it cannot be read.
  static func hexadecimal(ofFile path: String) -> (sha256: String, byteCount: Int)? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? handle.close() }
    var digest = SHA256()
    var count = 0
    do {
      while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
        digest.update([UInt8](data))
        count += data.count
      }
    } catch {
      return nil
    }
    return (digest.hexadecimal(), count)
  }

  /// The digest of bytes.
  static func hexadecimal(of bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.hexadecimal()
  }
}
