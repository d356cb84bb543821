import Foundation

/// The tables and pictures of a report that the one after it has no more: a table of gaps that have been filled would be
/// believed.
///
/// What a report wrote into its folders stands in a hidden list beside it; nothing else that lies there is touched.
struct FormerFiles {
  private static let list = ".report-files"
  /// The folders of a report, and the formats of the files in them.
  private static let folders: Set<String> = ["figures", "latex", "tables"]
  private static let formats: [String: ReportFormat] = ["csv": .csv, "pdf": .pdf, "svg": .svg, "tex": .latex]

  let folder: String

  /// Removes what an earlier report had in the formats that were written now, and keeps the list.
  ///
  /// - Parameters:
  ///   - names: what was written, relative to the folder.
  ///   - written: its formats.
  /// - Throws: `ReportError.cannotWrite`.
  func replace(with names: [String], _ written: Set<ReportFormat>) throws(ReportError) {
    let path = folder + "/" + Self.list
    let new = Set(names.filter(Self.isListed))
    let former = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    var kept = new
    for name in former.split(separator: "\n").map(String.init) where Self.isListed(name) && !new.contains(name) {
      guard let format = Self.format(of: name), written.contains(format) else {
        kept.insert(name)
        continue
      }
      do {
        try FileManager.default.removeItem(atPath: folder + "/" + name)
      } catch CocoaError.fileNoSuchFile {
        continue
      } catch {
        throw ReportError(writing: folder + "/" + name, error)
      }
    }
    let text = kept.sorted().map { $0 + "\n" }.joined()
    if text != former { try OutputFile.write(Data(text.utf8), to: path) }
  }

  /// A file in one of the folders: whoever wrote the list, it leads nowhere else.
  private static func isListed(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && folders.contains(String(parts[0])) && !parts[1].hasPrefix(".")
      && format(of: name) != nil
  }

  private static func format(of name: String) -> ReportFormat? {
    name.split(separator: ".").last.flatMap { formats[String($0)] }
  }
}
