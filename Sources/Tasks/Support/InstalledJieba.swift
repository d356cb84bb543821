import Digest
import Metrics

/// jieba's dictionary as it is installed, for metrics over Chinese words.
struct InstalledJieba: Sendable {
  /// What cuts Chinese text; nil where jieba is not there.
  let segmenter: JiebaSegmenter?
  /// The hash of jieba's files, or `none`: a fact of every sample whose score depends on it, so that an answer that was
  /// stored without jieba is scored once it is there.
  let state: String

  /// The name of that fact.
  static let fact = "jieba"

  /// Where no metric needs it.
  static let unused = InstalledJieba()

  private init() { (segmenter, state) = (nil, "none") }

  /// Looks for it.
  ///
  /// - Parameter folder: the folder that the settings name; nil for the usual ones.
  /// - Throws: `TaskError.missingData` where the named one has none, `.damagedData`.
  init(_ folder: String?) throws(TaskError) {
    segmenter = try Self.segmenter(folder)
    if let segmenter { state = try Self.hash(of: segmenter) } else { state = "none" }
  }

  private static func segmenter(_ folder: String?) throws(TaskError) -> JiebaSegmenter? {
    do throws(JiebaError) { return try JiebaSegmenter.installed(named: folder) } catch {
      switch error {
      case .notFound:
        guard let folder else { return nil }
        throw .missingData(path: folder, need: "it should hold jieba's dict.txt and finalseg: \(error)")
      case .damaged(let path, let line, let problem): throw .damagedData(path: path, line: line, problem: problem)
      }
    }
  }

  private static func hash(of segmenter: JiebaSegmenter) throws(TaskError) -> String {
    var digest = SHA256()
    for name in JiebaSegmenter.fileNames {
      let bytes = try TaskFiles.bytes(segmenter.folder + "/" + name, need: "it is a file of jieba")
      digest.update("\(name) \(bytes.count)\n")
      digest.update(bytes)
    }
    return String(digest.hexadecimal().prefix(16))
  }
}
