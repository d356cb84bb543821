import Checkpoints
import Foundation
import TestSupport
import Testing

/// Files that another process shortens while they are open.
@Suite struct MappedFileTests {
  private let folder: TemporaryFolder
  private let large = 3 << 20

  init() throws { folder = try TemporaryFolder() }

  private func cut(_ path: String, to count: UInt64) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: count)
    try handle.close()
  }

  private func bytes(_ file: MappedFile) throws -> [UInt8] {
    var all: [UInt8] = []
    try file.forEachChunk { chunk in for index in chunk.indices { all.append(chunk[index]) } }
    return all
  }

  @Test("a small file and one on large pages are copies that outlive the file", arguments: [false, true])
  func copies(isLarge: Bool) throws {
    let content = (0..<(isLarge ? large : 5000)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let path = try folder.write(content, to: "weights")
    let file = try MappedFile(path: path, pages: isLarge ? .large : .mapped)
    try cut(path, to: 10)
    #expect(file.isWhole)
    #expect(try bytes(file) == content)
    #expect(file.withBytes(4990..<5000) { $0[0] } == content[4990])
  }

  @Test("a large mapped file that is shortened says so instead of stopping the program")
  func mapped() throws {
    let content = (0..<large).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let path = try folder.write(content, to: "weights")
    let file = try MappedFile(path: path)
    #expect(file.isWhole)
    #expect(try bytes(file) == content)
    try cut(path, to: UInt64(large / 2))
    #expect(!file.isWhole)
    let error = #expect(throws: CheckpointError.self) { try bytes(file) }
    guard case .truncated(path, _, large / 2, UInt64(large / 2), 0) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a checkpoint whose file was shortened is an error before it is read")
  func checkpoint() throws {
    let padding = [UInt8](repeating: 0, count: large)
    let path = try folder.write(TinyLlama.gguf().encoded() + padding, to: "model.gguf")
    let checkpoint = try Checkpoint.open(path)
    try checkpoint.requireWholeFiles()
    try cut(path, to: 4096)
    #expect(throws: CheckpointError.self) { try checkpoint.requireWholeFiles() }
  }

  @Test("a header that never ends is refused before its values are kept")
  func endlessHeader() throws {
    var file = GGUFFile()
    file.set("general.architecture", "llama")
    file.set("bytes", 9) { value in
      value.add(UInt32(0))
      value.add(UInt64(1) << 32)
    }
    let path = try folder.write(file.encoded(), to: "sparse.gguf")
    // A sparse file costs its writer nothing; eight bytes are kept for each of these.
    try cut(path, to: 1 << 33)
    #expect(
      throws: CheckpointError.invalid(
        file: path, field: "the header, which holds element count of metadata 'bytes',",
        expected: "at most \(128 << 20) bytes", found: "longer")
    ) { try GGUFHeader.read(path: path) }
  }
}
