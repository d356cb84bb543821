import Foundation
import Testing

/// The order inside the C target: who includes whom, and what the linker sees.
@Suite struct CKernelsTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources/CKernels")

  /// Text of every file, by its path inside the target.
  private static let files: [String: String] = {
    let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    let urls = ((found?.allObjects as? [URL]) ?? []).filter { ["c", "h"].contains($0.pathExtension) }
    var files: [String: String] = [:]
    for url in urls {
      let path = String(url.standardizedFileURL.path.dropFirst(root.standardizedFileURL.path.count + 1))
      files[path] = try? String(contentsOf: url, encoding: .utf8)
    }
    return files
  }()

  /// A file and its header count as one.
  private static func unit(_ path: String) -> String { String(path.prefix { $0 != "." }) }

  /// What each unit includes, itself left out.
  private static func includes() -> [String: Set<String>] {
    var edges: [String: Set<String>] = [:]
    for (path, text) in files {
      for line in text.split(separator: "\n") where line.hasPrefix("#include \"") || line.hasPrefix("#define BODY \"") {
        let name = String(line.split(separator: "\"")[1])
        let target = unit(name == "CKernels.h" ? "include/CKernels.h" : name)
        if target != unit(path) { edges[unit(path), default: []].insert(target) }
      }
    }
    return edges
  }

  @Test("no file includes, over others, itself")
  func circles() {
    var edges = Self.includes()
    #expect(edges.count > 15)
    // Takes away what includes nothing that is left, until nothing can be taken.
    var nodes = Set(Self.files.keys.map(Self.unit))
    while let leaf = nodes.first(where: { edges[$0, default: []].isDisjoint(with: nodes) }) {
      nodes.remove(leaf)
      edges[leaf] = nil
    }
    #expect(nodes.isEmpty, "a circle among \(nodes.sorted())")
  }

  @Test("every include names a file")
  func includesExist() {
    let units = Set(Self.files.keys.map(Self.unit))
    for (unit, targets) in Self.includes() {
      #expect(targets.isSubset(of: units), "\(unit) includes \(targets.subtracting(units).sorted())")
    }
  }

  @Test("what the linker sees begins with ckernels_")
  func prefixes() {
    var count = 0
    for (path, text) in Self.files where path.hasSuffix(".c") {
      for line in text.split(separator: "\n") where line.hasSuffix("{") && line.first?.isLetter == true {
        let head = line.prefix { $0 != "(" }
        guard head.count < line.count, !head.contains("="),
          !["static", "enum", "typedef", "struct"].contains(where: { head.hasPrefix($0) })
        else { continue }
        let name = head.split(whereSeparator: { " *".contains($0) }).last ?? ""
        count += 1
        #expect(name.hasPrefix("ckernels_"), "\(path): \(name)")
      }
    }
    #expect(count > 30)
  }
}
