import Foundation

/// Reads zip and gzip files whole.
enum Archive {
  /// What is wrong with an archive.
  struct Problem: Error, Hashable {
    let text: String
  }

  /// The most bytes that `count` compressed ones may become: text shrinks to a tenth, and synthetic repetitions are
  /// small; a decompression bomb grows a thousandfold.
  static func limit(compressed count: Int) -> Int { min(1 << 32, max(256 << 20, 128 * count)) }

  /// A file in a zip archive.
  struct Entry: Hashable, Sendable {
    /// The path inside the archive.
    let name: String
    fileprivate let method: Int
    fileprivate let checksum: UInt32
    fileprivate let compressedCount: Int
    fileprivate let count: Int
    fileprivate let offset: Int
  }

  /// The files of a zip archive, in its order; folders are left out.
  static func entries(_ zip: [UInt8]) throws(Problem) -> [Entry] {
    let end = try endOfDirectory(zip)
    let count = Int(little(zip, end + 10, 2))
    var place = Int(little(zip, end + 16, 4))
    // Their true numbers stand in a record that only larger archives have.
    guard count < 0xffff, place < 0xffff_ffff else {
      throw Problem(text: "it is a zip of more than 65,534 files or 4 GB; extract it and name the folder")
    }
    var entries: [Entry] = []
    for _ in 0..<count {
      guard place + 46 <= zip.count, little(zip, place, 4) == 0x0201_4b50 else { throw damaged }
      let flags = little(zip, place + 8, 2)
      let nameCount = Int(little(zip, place + 28, 2))
      let extra = Int(little(zip, place + 30, 2)) + Int(little(zip, place + 32, 2))
      guard place + 46 + nameCount <= zip.count else { throw damaged }
      let name = String(decoding: zip[place + 46..<place + 46 + nameCount], as: UTF8.self)
      let entry = Entry(
        name: name, method: Int(little(zip, place + 10, 2)), checksum: UInt32(little(zip, place + 16, 4)),
        compressedCount: Int(little(zip, place + 20, 4)), count: Int(little(zip, place + 24, 4)),
        offset: Int(little(zip, place + 42, 4)))
      guard flags & 1 == 0 else { throw Problem(text: "\(name) is encrypted") }
      guard entry.compressedCount < 0xffff_ffff, entry.offset < 0xffff_ffff else {
        throw Problem(text: "it is a zip of more than 4 GB; extract it and name the folder")
      }
      guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
        throw Problem(
          text: "it holds a file named \(name), which lies outside of it; take the archive from its authors")
      }
      if !name.hasSuffix("/") { entries.append(entry) }
      place += 46 + nameCount + extra
    }
    return entries
  }

  /// The bytes of a file in a zip archive, held to its checksum.
  static func bytes(of entry: Entry, in zip: [UInt8]) throws(Problem) -> [UInt8] {
    let header = entry.offset
    guard header + 30 <= zip.count, little(zip, header, 4) == 0x0403_4b50 else { throw damaged }
    let start = header + 30 + Int(little(zip, header + 26, 2)) + Int(little(zip, header + 28, 2))
    let end = start + entry.compressedCount
    guard end <= zip.count else { throw damaged }
    let bytes: [UInt8]
    switch entry.method {
    case 0: bytes = Array(zip[start..<end])
    case 8:
      guard entry.count <= limit(compressed: entry.compressedCount) else {
        throw tooLong(limit(compressed: entry.compressedCount))
      }
      bytes = try inflated(zip, start..<end, .raw, limit: entry.count).bytes
    default: throw Problem(text: "\(entry.name) is compressed in a way that is not read here; extract it first")
    }
    guard bytes.count == entry.count, Inflate.checksum(bytes) == entry.checksum else {
      throw Problem(text: "\(entry.name) in it is damaged: its checksum does not fit; download it again")
    }
    return bytes
  }

  /// The bytes of a gzip file (RFC 1952), of all its members, held to their checksums.
  ///
  /// - Parameters:
  ///   - gz: the file.
  ///   - limit: the most bytes that may come out; nil for what its size allows.
  /// - Returns: the bytes.
  /// - Throws: `Problem`.
  static func gunzip(_ gz: [UInt8], limit: Int? = nil) throws(Problem) -> [UInt8] {
    let limit = limit ?? self.limit(compressed: gz.count)
    var output: [UInt8] = []
    var place = 0
    repeat {
      let (bytes, end) = try inflated(gz, place..<gz.count, .gzip, limit: limit - output.count, of: limit)
      output += bytes
      place = end
    } while place < gz.count && gz[place] == 0x1f
    return output
  }

  private static let damaged = Problem(text: "it is no readable archive, or an incomplete one; download it again")

  private static func tooLong(_ limit: Int) -> Problem {
    Problem(
      text: "it would decompress to more than \(limit >> 20) MiB, as no dataset does; "
        + "if it is what you want, decompress it and name the result")
  }

  private static func inflated(
    _ bytes: [UInt8], _ range: Range<Int>, _ format: Inflate.Format, limit: Int, of total: Int? = nil
  ) throws(Problem) -> (bytes: [UInt8], end: Int) {
    do throws(Inflate.Problem) {
      return try Inflate.bytes(of: bytes, range, format: format, limit: limit)
    } catch {
      switch error {
      case .tooLong where format == .gzip: throw tooLong(total ?? limit)
      case .damaged where format == .gzip:
        throw Problem(text: "it is damaged: its checksum does not fit; download it again")
      default: throw damaged
      }
    }
  }

  /// The record at a zip's end, which a comment may follow.
  private static func endOfDirectory(_ zip: [UInt8]) throws(Problem) -> Int {
    guard zip.count >= 22 else { throw damaged }
    for place in stride(from: zip.count - 22, through: max(0, zip.count - 22 - 65_535), by: -1)
    where little(zip, place, 4) == 0x0605_4b50 { return place }
    throw damaged
  }

  /// A little-endian number of 2 or 4 bytes; 0 beyond the end.
  private static func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
    guard offset >= 0, offset + count <= bytes.count else { return 0 }
    return (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}
