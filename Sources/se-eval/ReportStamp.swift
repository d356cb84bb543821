import Digest
import Foundation
import Store

/// Whether a folder's report is the one that would be written again: store, program and files are as they were.
///
/// Kept in the store beside the hashes of weight files, so that nothing is added to the folder.
struct ReportStamp {
  private let folder: String
  private let store: ResultStore

  init(_ folder: String, of store: ResultStore) {
    self.folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    self.store = store
  }

  /// True where nothing changed since `remember`.
  var isCurrent: Bool {
    guard let place, let fingerprint,
      let known = try? store.weightsHash(
        path: place.path, byteCount: place.byteCount, modified: place.modified)
    else { return false }
    return known == fingerprint
  }

  /// Notes that the report was just written; a store that cannot take it costs time at the next call and no more.
  func remember() {
    guard let place, let fingerprint else { return }
    try? store.rememberWeightsHash(
      fingerprint, path: place.path, byteCount: place.byteCount, modified: place.modified)
  }

  /// The page that stands for the report.
  private var place: (path: String, byteCount: Int, modified: Double)? {
    let path = folder + "/report.html"
    guard let facts = Self.facts(path) else { return nil }
    return (path, facts.byteCount, facts.modified)
  }

  /// SHA-256 over the state of the store, the program, and name, size and time of every file.
  private var fingerprint: String? {
    guard let state = try? store.reportState(), let program = Self.facts("/proc/self/exe"),
      let names = try? FileManager.default.subpathsOfDirectory(atPath: folder)
    else { return nil }
    var text = "\(Version.current) \(program.byteCount) \(program.modified)\n\(state)\n"
    for name in names.sorted() {
      guard let facts = Self.facts(folder + "/" + name) else { return nil }
      text += "\(name) \(facts.byteCount) \(facts.modified)\n"
    }
    return SHA256.hexadecimal(of: text)
  }

  private static func facts(_ path: String) -> (byteCount: Int, modified: Double)? {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let found = try? FileManager.default.attributesOfItem(atPath: target),
      let size = (found[.size] as? NSNumber)?.intValue, let date = found[.modificationDate] as? Date
    else { return nil }
    return (size, date.timeIntervalSince1970)
  }
}
