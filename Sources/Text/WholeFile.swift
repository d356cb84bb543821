public import Foundation

/// Why a file cannot be read whole.
public enum WholeFileProblem: FaultReporting, Hashable, Sendable, CustomStringConvertible {
  /// There is nothing of that name.
  case missing
  /// It is a folder.
  case folder
  /// It cannot be opened.
  case closed
  /// Reading failed, with what the system says.
  case failed(String)
  /// It has more bytes than are read.
  case tooLarge(byteLimit: Int)

  /// An input that is not there, or cannot be read.
  public var fault: Fault { .missingInput }

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .missing: "there is no such file"
    case .folder: "it is a folder; name a file"
    case .closed: "it cannot be opened; check its permissions"
    case .failed(let reason): "it cannot be read: \(reason)"
    case .tooLarge(let limit):
      "it has more than \(limit % (1 << 30) == 0 ? "\(limit >> 30) GiB" : "\(limit) bytes"); name a part of it"
    }
  }
}

/// Reads files, pipes, devices and streams whole; what has no end is stopped before memory is.
public enum WholeFile {
  /// More than any text, configuration or list that the program reads as one.
  public static let byteLimit = 1 << 30
  private static let partSize = 1 << 22

  /// The bytes of a file or a pipe.
  ///
  /// - Parameters:
  ///   - path: a file, a pipe or a device; opening a pipe waits for its writer.
  ///   - byteLimit: the most that is read.
  /// - Returns: everything up to the end.
  /// - Throws: `WholeFileProblem`.
  public static func bytes(_ path: String, byteLimit: Int = byteLimit) throws(WholeFileProblem) -> [UInt8] {
    // By a handle: it also reads pipes and devices, which `Data(contentsOf:)` refuses.
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileManager.default.fileExists(atPath: path) ? .closed : .missing
    }
    // A path that is no folder lists nothing and throws.
    guard (try? FileManager.default.contentsOfDirectory(atPath: path)) == nil else { throw .folder }
    return try bytes(of: handle, byteLimit: byteLimit)
  }

  /// The bytes of an open file or stream, from where it stands.
  ///
  /// - Parameters:
  ///   - handle: what is read.
  ///   - byteLimit: the most that is read.
  /// - Returns: everything up to the end.
  /// - Throws: `WholeFileProblem`.
  public static func bytes(of handle: FileHandle, byteLimit: Int = byteLimit) throws(WholeFileProblem) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let part: Data?
      do { part = try handle.read(upToCount: min(partSize, byteLimit + 1)) } catch {
        throw .failed(SystemReason.text(error))
      }
      guard let part, !part.isEmpty else { return bytes }
      guard bytes.count + part.count <= byteLimit else { throw .tooLarge(byteLimit: byteLimit) }
      bytes += part
    }
  }
}
