import Foundation
import Testing
import Text

@Suite struct WholeFileTests {
  @Test("what is no file is said as what it is")
  func problems() {
    #expect(throws: WholeFileProblem.missing) { try WholeFile.bytes("/nowhere/at/all") }
    #expect(throws: WholeFileProblem.folder) { try WholeFile.bytes(NSTemporaryDirectory()) }
    #expect(throws: WholeFileProblem.tooLarge(byteLimit: 7)) { try WholeFile.bytes("/dev/zero", byteLimit: 7) }
    #expect(
      "\(WholeFileProblem.tooLarge(byteLimit: WholeFile.byteLimit))" == "it has more than 1 GiB; name a part of it")
  }

  @Test(
    "a pipe is read to its end, in whatever parts it comes, and no further than the limit", arguments: [0, 1, 8193])
  func pipe(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for limit in [count, count - 1] where limit >= 0 {
      let pipe = Pipe()
      let writer = Thread {
        for part in stride(from: 0, to: count, by: 1000) {
          try? pipe.fileHandleForWriting.write(contentsOf: Data(bytes[part..<min(count, part + 1000)]))
        }
        try? pipe.fileHandleForWriting.close()
      }
      writer.start()
      if limit == count {
        #expect(try WholeFile.bytes(of: pipe.fileHandleForReading, byteLimit: limit) == bytes)
      } else {
        #expect(throws: WholeFileProblem.tooLarge(byteLimit: limit)) {
          try WholeFile.bytes(of: pipe.fileHandleForReading, byteLimit: limit)
        }
      }
    }
  }
}
