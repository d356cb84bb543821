import Foundation

/// What is known of the data of a task before a sweep: whether they are a benchmark's, as an import left them.
public enum DataVerification: Hashable, Sendable {
  /// Every file is as it was imported; `different` are those that were never the official ones. The benchmark's name.
  case verified(String, different: [String])
  /// No import made them, or one of them was laid into the folder later.
  case unverified
  /// An import made the folder, and a file is not what was imported.
  case damaged(problem: String)

  /// Compares the files that a task read with the manifest above them.
  ///
  /// - Parameters:
  ///   - path: where the task's data lie: a file or a folder.
  ///   - files: what the task read, with the hashes that it found.
  /// - Returns: the verdict; files of another folder are not judged.
  public static func of(path: String, files: [DataFile]) -> DataVerification {
    guard let folder = managedFolder(of: path) else { return .unverified }
    let manifest: DataManifest
    do throws(TaskError) {
      guard let found = try DataManifest.read(folder: folder) else { return .unverified }
      manifest = found
    } catch {
      return .damaged(problem: "\(error)")
    }
    var different: [String] = []
    var isForeign = false
    for file in files {
      let namesakes = manifest.files.filter { $0.name == file.name || $0.name.hasSuffix("/" + file.name) }
      guard !namesakes.isEmpty else {
        // A file of another folder is not judged; one that was laid beside the imported ones no import made.
        if isUnder(folder, file.name) { isForeign = true }
        continue
      }
      guard let entry = namesakes.first(where: { $0.sha256 == file.sha256 }) else {
        return .damaged(
          problem: "\(file.name) is not what was imported on \(manifest.imported); "
            + "import it again: se-eval data import \(manifest.benchmark) PATH")
      }
      if entry.standing == .different { different.append("\(entry.name): \(entry.note ?? "not the official file")") }
    }
    return isForeign ? .unverified : .verified(manifest.benchmark, different: different)
  }

  private static func isUnder(_ folder: String, _ name: String) -> Bool {
    (FileManager.default.subpaths(atPath: folder) ?? []).contains { $0 == name || $0.hasSuffix("/" + name) }
  }

  /// The folder with a manifest that a path lies in.
  private static func managedFolder(of path: String) -> String? {
    var url = URL(fileURLWithPath: path).standardizedFileURL
    for _ in 0..<5 {
      if FileManager.default.fileExists(atPath: url.path + "/" + DataManifest.fileName) { return url.path }
      guard url.path != "/" else { return nil }
      url = url.deletingLastPathComponent().standardizedFileURL
    }
    return nil
  }
}
