import Foundation
import TestSupport
import Testing

@testable import Tasks

@Suite struct ArchiveTests {
  /// Made with Python's zipfile: a deflated text, a stored one, and a folder.
  private static let zip = bytes(
    """
    UEsDBBQAAAAIAAAAIVDYyGlc1QAAADMPAAAKAAAAZGF0YS9hLnR4dMXVO24DMQyE4d6n4AEMI/uU9jgCrEUWkB3DqyLHD9Km/Yq0AkSQnJmf7XjW
    +IivPUqcj9Ja9Prdo3+WHu/6qqWfcfSztv0a5Xn/83a7tN//A/6f8f+m/a9YYFywwKQdzLqDVUXI6oJJRdAJ5oQF0qgj6ApVg1U72DgJaoPENNMd
    LDrCxjRgojLSeQc6wqI+yJoljcKoPMo6wqIijJqlzHeNz5LKOGgHWXGwMk/USJP6YOA0Ko8UaFl9lDQKiTvg28wF/n2JLCMbSZ3MUeIwM04YaILU
    H1BLAwQUAAAAAAAAACFQZXjRWg8AAAAPAAAADwAAAGRhdGEvc3RvcmVkLnR4dHN0b3JlZCBhcyBpdCBpc1BLAwQUAAAAAAAAACFQAAAAAAAAAAAA
    AAAABQAAAGRhdGEvUEsBAhQDFAAAAAgAAAAhUNjIaVzVAAAAMw8AAAoAAAAAAAAAAAAAAIABAAAAAGRhdGEvYS50eHRQSwECFAMUAAAAAAAAACFQ
    ZXjRWg8AAAAPAAAADwAAAAAAAAAAAAAAgAH9AAAAZGF0YS9zdG9yZWQudHh0UEsBAhQDFAAAAAAAAAAhUAAAAAAAAAAAAAAAAAUAAAAAAAAAAAAA
    AIABOQEAAGRhdGEvUEsFBgAAAAADAAMAqAAAAFwBAAAAAA==
    """)
  /// Made with Python's gzip: a member with fixed codes, and a stored one.
  private static let gz = bytes(
    """
    H4sIAAAAAAACAyvOyC8qUUjMS1FIy6xITQEADWPlMQ8AAAAfiwgAAAAAAAQDAcgAN/9saW5lIDAgb2YgYSBzbWFsbCB0ZXh0IHRoYXQgcmVwZWF0
    cyBpdHNlbGYsIGFuZCByZXBlYXRzIGl0c2VsZi4KbGluZSAxIG9mIGEgc21hbGwgdGV4dCB0aGF0IHJlcGVhdHMgaXRzZWxmLCBhbmQgcmVwZWF0
    cyBpdHNlbGYuCmxpbmUgNCBvZiBhIHNtYWxsIHRleHQgdGhhdCByZXBlYXRzIGl0c2VsZiwgYW5kIHJlcGVhdHMgaXRzZWxmLgpsaW5lIDkgb7Hh
    ZtfIAAAA
    """)
  private static let text = (0..<60).map {
    "line \($0 * $0 % 97) of a small text that repeats itself, and repeats itself.\n"
  }.joined()

  private static func bytes(_ base64: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: base64.replacing("\n", with: "")) ?? Data())
  }

  @Test("a zip archive gives its files and leaves out its folders")
  func zipFiles() throws {
    let entries = try Archive.entries(Self.zip)
    #expect(entries.map(\.name) == ["data/a.txt", "data/stored.txt"])
    let texts = try entries.map { String(decoding: try Archive.bytes(of: $0, in: Self.zip), as: UTF8.self) }
    #expect(texts == [Self.text, "stored as it is"])
  }

  @Test("a gzip file gives all its members")
  func gzipMembers() throws {
    let text = String(decoding: try Archive.gunzip(Self.gz), as: UTF8.self)
    #expect(text == "short and fixed" + Self.text.prefix(200))
  }

  @Test("an archive that is cut off anywhere is refused")
  func cut() {
    for count in 0..<Self.gz.count where count != 35 {
      #expect(throws: Archive.Problem.self) { try Archive.gunzip(Array(Self.gz.prefix(count))) }
    }
    for count in 0..<Self.zip.count {
      #expect(throws: Archive.Problem.self) { try Archive.entries(Array(Self.zip.prefix(count))) }
    }
  }

  @Test("an archive of more files than its directory can count is refused, not read in part")
  func manyFiles() {
    var many = Self.zip
    for place in [many.count - 14, many.count - 12] { many.replaceSubrange(place..<place + 2, with: [0xff, 0xff]) }
    let problem = #expect(throws: Archive.Problem.self) { try Archive.entries(many) }
    #expect(problem?.text.contains("more than 65,534 files") == true)
  }

  @Test("what decompresses to more than its limit is refused")
  func bomb() {
    let count = "short and fixed".count + 200
    #expect(throws: Never.self) { try Archive.gunzip(Self.gz, limit: count) }
    #expect { try Archive.gunzip(Self.gz, limit: count - 1) } throws: {
      ($0 as? Archive.Problem)?.text.contains("would decompress to more than") == true
    }
    // A bomb of 1.4 MB may not take a gigabyte; a data set of 100 MB may grow tenfold.
    #expect(Archive.limit(compressed: 1_400_000) == 256 << 20)
    #expect(Archive.limit(compressed: 100_000_000) > 1_000_000_000)
    #expect(Archive.limit(compressed: 1 << 40) == 1 << 32)
  }

  @Test("a zip archive that names files outside of it is refused", arguments: ["../data", "/data/", "a/../.."])
  func outside(name: String) {
    // The name stands twice, in the file's header and in the directory, as data/a.txt.
    var zip = Self.zip
    let wanted = Array((name + "/zzzzzzzzzz").utf8.prefix(10))
    for start in zip.indices.dropLast(10) where Array(zip[start..<start + 10]) == Array("data/a.txt".utf8) {
      zip.replaceSubrange(start..<start + 10, with: wanted)
    }
    #expect { try Archive.entries(zip) } throws: { ($0 as? Archive.Problem)?.text.contains("outside") == true }
  }

  @Test("a changed byte never gives another text, and never stops the program")
  func damaged() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<2000 {
      var bytes = Self.zip
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      guard let entries = try? Archive.entries(bytes) else { continue }
      for entry in entries {
        guard let content = try? Archive.bytes(of: entry, in: bytes) else { continue }
        #expect(["stored as it is", "", Self.text].contains(String(decoding: content, as: UTF8.self)))
      }
    }
  }
}
