import Foundation

/// Reads zip and gzip files whole.
enum Archive {
  /// What is wrong with an archive.
  struct Problem: Error, Hashable {
    let text: String
  }

  /// More than this is not decompressed from one file.
  static let limit = 1 << 32

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
    case 8: bytes = try inflated(zip, start, end, limit: entry.count).bytes
    default: throw Problem(text: "\(entry.name) is compressed in a way that is not read here; extract it first")
    }
    guard bytes.count == entry.count, Checksum.crc32(bytes) == entry.checksum else {
      throw Problem(text: "\(entry.name) in it is damaged: its checksum does not fit; download it again")
    }
    return bytes
  }

  /// The bytes of a gzip file (RFC 1952), of all its members, held to their checksums.
  static func gunzip(_ gz: [UInt8]) throws(Problem) -> [UInt8] {
    var output: [UInt8] = []
    var place = 0
    repeat {
      let start = try endOfHeader(gz, place)
      let (bytes, end) = try inflated(gz, start, gz.count, limit: limit - output.count)
      guard end + 8 <= gz.count, UInt32(little(gz, end, 4)) == Checksum.crc32(bytes),
        UInt64(little(gz, end + 4, 4)) == UInt64(bytes.count) & 0xffff_ffff
      else { throw Problem(text: "it is damaged: its checksum does not fit; download it again") }
      output = output.isEmpty ? bytes : output + bytes
      place = end + 8
    } while place < gz.count && gz[place] == 0x1f
    return output
  }

  private static let damaged = Problem(text: "it is no readable archive, or an incomplete one; download it again")

  private static func inflated(
    _ bytes: [UInt8], _ start: Int, _ end: Int, limit: Int
  ) throws(Problem) -> (bytes: [UInt8], end: Int) {
    do throws(Inflate.Problem) {
      return try Inflate.bytes(of: bytes, from: start, to: end, limit: limit)
    } catch {
      throw damaged
    }
  }

  /// The record at a zip's end, which a comment may follow.
  private static func endOfDirectory(_ zip: [UInt8]) throws(Problem) -> Int {
    guard zip.count >= 22 else { throw damaged }
    for place in stride(from: zip.count - 22, through: max(0, zip.count - 22 - 65_535), by: -1)
    where little(zip, place, 4) == 0x0605_4b50 { return place }
    throw damaged
  }

  private static func endOfHeader(_ gz: [UInt8], _ start: Int) throws(Problem) -> Int {
    guard start + 18 <= gz.count, gz[start] == 0x1f, gz[start + 1] == 0x8b, gz[start + 2] == 8 else { throw damaged }
    let flags = gz[start + 3]
    var place = start + 10
    if flags & 4 != 0 { place += 2 + Int(little(gz, place, 2)) }
    for flag in [UInt8(8), 16] where flags & flag != 0 {
      while place < gz.count, gz[place] != 0 { place += 1 }
      place += 1
    }
    if flags & 2 != 0 { place += 2 }
    guard place < gz.count else { throw damaged }
    return place
  }

  /// A little-endian number of 2 or 4 bytes; 0 beyond the end.
  private static func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
    guard offset >= 0, offset + count <= bytes.count else { return 0 }
    return (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}

/// CRC-32 of zip and gzip.
enum Checksum {
  private static let table: [UInt32] = (0..<256).map { start in
    (0..<8).reduce(UInt32(start)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
  }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    var value: UInt32 = 0xffff_ffff
    for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xff)] ^ value >> 8 }
    return ~value
  }
}
