import Foundation
import Reports
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let folder: TemporaryFolder
  private let manager = FileManager.default

  init() throws { folder = try TemporaryFolder() }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: folder.file(name), encoding: .utf8) }

  @Test("a link stays, and what it leads to is written", arguments: ["old", nil])
  func links(old: String?) throws {
    try manager.createDirectory(atPath: folder.file("a"), withIntermediateDirectories: true)
    if let old { try old.write(toFile: folder.file("target"), atomically: true, encoding: .utf8) }
    try manager.createSymbolicLink(atPath: folder.file("a/inner"), withDestinationPath: "../target")
    try manager.createSymbolicLink(atPath: folder.file("outer"), withDestinationPath: folder.file("a/inner"))
    try OutputFile.write(Data("new".utf8), to: folder.file("outer"))
    #expect(try text("target") == "new")
    #expect(try manager.destinationOfSymbolicLink(atPath: folder.file("outer")) == folder.file("a/inner"))
    #expect(try manager.destinationOfSymbolicLink(atPath: folder.file("a/inner")) == "../target")
  }

  @Test("links in a circle are an error")
  func circle() throws {
    try manager.createSymbolicLink(atPath: folder.file("x"), withDestinationPath: "y")
    try manager.createSymbolicLink(atPath: folder.file("y"), withDestinationPath: "x")
    #expect(throws: ReportError.self) { try OutputFile.write(Data(), to: folder.file("x")) }
    #expect(try manager.destinationOfSymbolicLink(atPath: folder.file("x")) == "y")
  }

  @Test("a device is written to and stays one")
  func device() throws {
    try manager.createSymbolicLink(atPath: folder.file("null"), withDestinationPath: "/dev/null")
    try OutputFile.write(Data("x".utf8), to: folder.file("null"))
    #expect(try manager.destinationOfSymbolicLink(atPath: folder.file("null")) == "/dev/null")
    #expect(try manager.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType == .typeCharacterSpecial)
  }

  @Test("many writers of one file all succeed, a reader always sees a whole one, and nothing else is left")
  func together() async throws {
    let path = folder.file("report.md")
    let contents = (0..<8).map { Data(repeating: UInt8(65 + $0), count: 100_000) }
    try OutputFile.write(contents[0], to: path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for content in contents {
        group.addTask {
          for _ in 0..<10 {
            try OutputFile.write(content, to: path)
            #expect(contents.contains(try Data(contentsOf: URL(filePath: path))))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try manager.contentsOfDirectory(atPath: folder.path) == ["report.md"])
  }

  @Test("what a killed writer left beside a file is gone after the next write")
  func leftover() throws {
    try Data("half".utf8).write(to: URL(filePath: folder.file(".report.md.partial")))
    try OutputFile.write(Data("x".utf8), to: folder.file("report.md"))
    #expect(try text("report.md") == "x")
    #expect(try manager.contentsOfDirectory(atPath: folder.path) == ["report.md"])
  }

  @Test("a replaced file keeps its permissions; what cannot be replaced leaves nothing beside it")
  func permissions() throws {
    try OutputFile.write(Data("a".utf8), to: folder.file("kept"))
    try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.file("kept"))
    try OutputFile.write(Data("b".utf8), to: folder.file("kept"))
    #expect(try manager.attributesOfItem(atPath: folder.file("kept"))[.posixPermissions] as? Int == 0o640)
    try manager.createDirectory(atPath: folder.file("folder/inner"), withIntermediateDirectories: true)
    #expect(throws: ReportError.self) { try OutputFile.write(Data(), to: folder.file("folder")) }
    #expect(try manager.contentsOfDirectory(atPath: folder.path).sorted() == ["folder", "kept"])
  }

  @Test(
    "a name from a file leads nowhere",
    arguments: [
      ("demo-1.2_x", "demo-1.2_x"), ("../../outside", "outside"), ("/etc/x", "etc-x"), ("..", "unnamed"),
      ("", "unnamed"), (".git", "git"), ("a/../b", "a-..-b"), ("é\u{0}x", "x"), ("a\nb", "a-b"),
    ])
  func safeName(text: String, name: String) { #expect(OutputFile.safeName(text) == name) }

  @Test("a name is never too long for a file")
  func longName() { #expect(OutputFile.safeName(String(repeating: "a", count: 5000)).count == 100) }
}
