import Digest

/// What a server calls a model or a file, told from where that lies on the server's machine.
///
/// Folders of somebody's machine belong in no report; two models whose paths end alike are still two.
struct ServedName {
  /// What may be shown: the last part of a path, anything else as it is.
  let shown: String
  /// The beginning of the SHA-256 of the whole path; nil for what is no path.
  let pathHash: String?

  /// A name.
  ///
  /// - Parameters:
  ///   - text: what the server says.
  ///   - isFile: it is a file there, however it is written; else what a repository calls it ("owner/name") is no path.
  init(_ text: String, isFile: Bool = false) {
    let parts = text.split(whereSeparator: { $0 == "/" || $0 == "\\" })
    let hasDrive = text.dropFirst().hasPrefix(":/") && text.first?.isLetter == true
    let isPath =
      ["/", "./", "../", "~", "file:"].contains { text.hasPrefix($0) } || text.contains("\\") || hasDrive
      // No repository has three parts.
      || (parts.count > 2 && text.lowercased().hasSuffix(".gguf")) || (isFile && text.contains("/"))
    shown = isPath ? parts.last.map(String.init) ?? text : text
    pathHash = isPath ? String(SHA256.hexadecimal(of: text).prefix(12)) : nil
  }
}
