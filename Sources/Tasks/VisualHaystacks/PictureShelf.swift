import Digest
import Evaluation
import Synchronization

/// The pictures below a folder, each looked at once.
final class PictureShelf: Sendable {
  private let folder: String
  private let known = Mutex<[String: Picture]>([:])

  init(_ folder: String) { self.folder = folder }

  /// A picture by its path below the folder.
  ///
  /// - Throws: `TaskError.missingData`, or `.damagedData` for what is neither JPEG nor PNG.
  func picture(_ name: String) throws(TaskError) -> Picture {
    if let picture = known.withLock({ $0[name] }) { return picture }
    let path = folder + "/" + name
    guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
      throw .damagedData(path: path, line: nil, problem: "a row names a picture outside of the folder `images`")
    }
    let bytes = try TaskFiles.bytes(
      path, need: "it should be a picture that a row of Visual Haystacks names, below `images` (COCO's folders)")
    guard let type = Picture.mediaType(of: bytes) else {
      throw .damagedData(path: path, line: nil, problem: "it is neither a JPEG nor a PNG file")
    }
    let picture = Picture(path: path, mediaType: type, sha256: SHA256.hexadecimal(of: bytes))
    known.withLock { $0[name] = picture }
    return picture
  }
}
