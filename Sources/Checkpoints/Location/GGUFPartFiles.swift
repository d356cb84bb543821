import Foundation

/// The files of one GGUF model: one, or the parts of a split one in their order.
///
/// A part is recognised by the metadata `split.count` and `split.no`; the others are found by the naming that the format
/// prescribes, `NAME-00001-of-00003.gguf`.
struct GGUFPartFiles: Equatable {
  /// The file with the metadata, whether it is there or not.
  let first: String
  /// The files that are there.
  let present: [String]
  /// The files of a split model that are not there.
  let missing: [String]

  /// The most parts that a name can count.
  private static let greatestCount = 99_999

  /// The model that a GGUF file belongs to.
  init(of path: String) throws(CheckpointError) {
    try self.init(path, GGUFHeader.read(path: path))
  }

  private init(_ path: String, _ header: GGUFHeader) throws(CheckpointError) {
    guard let count = try header.integer("split.count"), count != 0, count != 1 else {
      (first, present, missing) = (path, [path], [])
      return
    }
    let index = try header.integer("split.no") ?? -1
    guard (2...Self.greatestCount).contains(count), (0..<count).contains(index) else {
      throw .invalid(
        file: path, field: "metadata 'split.no' and 'split.count'",
        expected: "a part below a count of at most \(Self.greatestCount)", found: "\(index) of \(count)")
    }
    guard let stem = Self.stem(path, part: index, of: count) else {
      let name = "NAME-\(Self.digits(index + 1))-of-\(Self.digits(count))"
      throw .unsupported(
        file: path, field: "name of part \(index + 1) of \(count) of a split model",
        found: String(path.split(separator: "/").last ?? ""),
        supported: ["\(name).gguf, by which the other parts are found"])
    }
    let files = (0..<count).map { stem.name(part: $0) }
    let there = Set(try ModelLocation.names(in: stem.folder))
    present = files.filter { there.contains($0) }.map { stem.prefix + $0 }
    missing = files.filter { !there.contains($0) }.map { stem.prefix + $0 }
    first = stem.prefix + files[0]
    guard there.contains(files[0]) else {
      throw .notFound(path: stem.folder, lookedFor: [first], present: ModelLocation.listed(there.sorted()))
    }
  }

  /// Every GGUF model in a folder, projectors of images left out.
  ///
  /// Files whose name says so are looked at first; only where there is none are all.
  static func all(in folder: String, _ names: [String]) throws(CheckpointError) -> [GGUFPartFiles] {
    let visible = names.filter { !$0.hasPrefix(".") }
    let named = visible.filter { $0.lowercased().hasSuffix(".gguf") && ModelLocation.isGGUF("\(folder)/\($0)") }
    let candidates = named.isEmpty ? visible.filter { ModelLocation.isGGUF("\(folder)/\($0)") } : named
    if candidates.count == 1 { return [try GGUFPartFiles(of: "\(folder)/\(candidates[0])")] }
    var models: [GGUFPartFiles] = []
    for name in candidates {
      let path = "\(folder)/\(name)"
      let header = try GGUFHeader.read(path: path)
      if try header.string("general.architecture") == "clip" { continue }
      let model = try GGUFPartFiles(path, header)
      if !models.contains(model) { models.append(model) }
    }
    return models
  }

  // MARK: Names

  private struct Stem {
    let folder: String
    /// What stands before a file's name.
    let prefix: String
    let beginning: String
    let ending: String
    let count: Int

    func name(part: Int) -> String {
      "\(beginning)-\(GGUFPartFiles.digits(part + 1))-of-\(GGUFPartFiles.digits(count))\(ending)"
    }
  }

  private static func stem(_ path: String, part: Int, of count: Int) -> Stem? {
    let slash = path.lastIndex(of: "/")
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    guard let range = name.range(of: "-\(digits(part + 1))-of-\(digits(count))", options: .backwards) else {
      return nil
    }
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    return Stem(
      folder: folder, prefix: slash.map { String(path[...$0]) } ?? "", beginning: String(name[..<range.lowerBound]),
      ending: String(name[range.upperBound...]), count: count)
  }

  /// Five digits.
  private static func digits(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 5 - String(number).count)) + String(number)
  }
}
