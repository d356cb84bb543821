import Evaluation
import Foundation

/// Looks at the pictures that the rows of imported files name, where they lie: they are large and stay there.
public struct PictureCheck: Sendable, Hashable, Encodable {
  /// How many different pictures the rows name.
  public let named: Int
  /// How many of them were there and are whole.
  public let sound: Int
  /// What is wrong with others, the missing ones among it, sorted by name; empty where no picture was given at all.
  public let problems: [String]

  /// Looks for pictures among files.
  ///
  /// - Parameters:
  ///   - names: the paths that rows name, below whatever folder.
  ///   - sources: everything that an import was given.
  /// - Throws: `TaskError` for a file that cannot be read.
  init(_ names: Set<String>, among sources: [SourceFile]) throws(TaskError) {
    var places: [Substring: [SourceFile]] = [:]
    for source in sources {
      let name = source.path.split(separator: "/").last ?? ""
      if Self.endings.contains(where: { name.lowercased().hasSuffix($0) }) { places[name, default: []].append(source) }
    }
    named = names.count
    guard !places.isEmpty else {
      (sound, problems) = (0, [])
      return
    }
    var problems: [String] = []
    for name in names.sorted() {
      let found = places[name.split(separator: "/").last ?? ""]?.first { ("/" + $0.path).hasSuffix("/" + name) }
      if let problem = try Self.problem(of: found) { problems.append("\(name): \(problem)") }
    }
    sound = names.count - problems.count
    self.problems = problems
  }

  private static let endings = [".jpg", ".jpeg", ".png"]

  /// What is wrong with a picture; nil for nothing.
  private static func problem(of source: SourceFile?) throws(TaskError) -> String? {
    guard let source else { return "it is not there" }
    guard let path = source.plainFile else {
      return "it lies in an archive; unpack it, pictures are read where they lie"
    }
    guard let ends = Ends(of: path) else { return "it cannot be read; check its permissions" }
    if ends.size == 0 { return "it is empty" }
    switch Picture.mediaType(of: ends.head) {
    case "image/jpeg"?: return ends.tail.contains([0xff, 0xd9]) ? nil : "it is a JPEG file without its end"
    case "image/png"?: return ends.tail.contains(Array("IEND".utf8)) ? nil : "it is a PNG file without its end"
    default: return "it is neither a JPEG nor a PNG file"
    }
  }

  /// The first and the last bytes of a file.
  private struct Ends {
    let size: UInt64
    let head: [UInt8]
    let tail: [UInt8]

    init?(of path: String) {
      guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
      defer { try? handle.close() }
      guard let size = try? handle.seekToEnd(), (try? handle.seek(toOffset: 0)) != nil,
        let head = size == 0 ? Data() : try? handle.read(upToCount: 16)
      else { return nil }
      // Some cameras and programs put a little behind the end.
      let most: UInt64 = 4096
      guard (try? handle.seek(toOffset: size > most ? size - most : 0)) != nil,
        let tail = size == 0 ? Data() : try? handle.readToEnd()
      else { return nil }
      (self.size, self.head, self.tail) = (size, Array(head), Array(tail))
    }
  }
}
