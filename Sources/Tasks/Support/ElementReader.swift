import Digest
import Foundation
import Text

/// Reads the rows of a file one after the other, so that no more than one is in memory.
protocol RowReader {
  /// The next row; nil at the end of the file.
  mutating func next() throws(TaskError) -> LineReader.Line?

  /// SHA-256 of what was read, 64 hexadecimal digits.
  func sha256() -> String
}

extension RowReader where Self == LineReader {
  /// The reader of a file: elements where the file begins with `[`, lines otherwise; nil where it cannot be opened.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - byteLimit: the longest line that is read.
  /// - Returns: the reader.
  static func of(_ path: String, byteLimit: Int = LineReader.byteLimit) -> (any RowReader)? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    let start = (try? handle.read(upToCount: 64)) ?? Data()
    try? handle.close()
    let isArray = start.first { $0 > 0x20 && ![0xef, 0xbb, 0xbf].contains($0) } == UInt8(ascii: "[")
    return isArray ? ElementReader(path) : LineReader(path, byteLimit: byteLimit)
  }
}

/// Reads the objects of a file that is one JSON array, through a small buffer.
///
/// The line of a row is its number in the array, from 1. A file that ends inside an object gives that piece as the last
/// row, which is then no JSON.
struct ElementReader: RowReader {
  /// The longest object that is read; a context of LongBench v2 has up to two million words.
  static let byteLimit = 128 << 20

  private let path: String
  private let handle: FileHandle
  private var digest = SHA256()
  private var buffer: [UInt8] = []
  private var place = 0
  /// Where the buffer begins in the file.
  private var base = 0
  private var number = 0
  private var isAtEnd = false

  /// A reader at the beginning of a file, or nil where it cannot be opened.
  init?(_ path: String) {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    self.path = path
    self.handle = handle
  }

  /// The next object; what is between objects is passed over.
  ///
  /// - Throws: `TaskError.damagedData` when the file cannot be read on.
  mutating func next() throws(TaskError) -> LineReader.Line? {
    guard try find(UInt8(ascii: "{")) else { return nil }
    number += 1
    let offset = base + place
    var bytes: [UInt8] = []
    var count = 0
    var depth = 0
    var isText = false
    var isEscaped = false
    var start = place
    func keep(_ end: Int) {
      count += end - start
      if count <= Self.byteLimit { bytes.append(contentsOf: buffer[start..<end]) } else { bytes = [] }
    }
    while true {
      if place == buffer.count {
        keep(place)
        guard try refill() else { break }
        start = 0
        continue
      }
      let byte = buffer[place]
      place += 1
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 {
          keep(place)
          return LineReader.Line(
            number: number, offset: offset, byteCount: count, bytes: count > Self.byteLimit ? nil : bytes)
        }
      default: break
      }
    }
    return LineReader.Line(
      number: number, offset: offset, byteCount: count, bytes: count > Self.byteLimit ? nil : bytes)
  }

  /// Goes on to a byte; false at the end of the file.
  private mutating func find(_ byte: UInt8) throws(TaskError) -> Bool {
    while true {
      if let found = buffer[place...].firstIndex(of: byte) {
        place = found
        return true
      }
      place = buffer.count
      guard try refill() else { return false }
    }
  }

  /// Reads on; false at the end of the file.
  private mutating func refill() throws(TaskError) -> Bool {
    guard !isAtEnd else { return false }
    do {
      guard let data = try handle.read(upToCount: 1 << 20), !data.isEmpty else {
        isAtEnd = true
        return false
      }
      base += buffer.count
      buffer = [UInt8](data)
      place = 0
      digest.update(buffer)
      return true
    } catch {
      throw .damagedData(path: path, line: number, problem: "it cannot be read on: \(SystemReason.text(error))")
    }
  }

  func sha256() -> String { digest.hexadecimal() }
}
