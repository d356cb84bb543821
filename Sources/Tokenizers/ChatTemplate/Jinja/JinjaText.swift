/// A text as a template sees it: scalars by index, as in Python, each of which remembers whether a message wrote it.
///
/// Comparing and hashing look at the scalars alone.
struct JinjaText: Sendable {
  /// The scalars; the highest bit is set on those that a message wrote.
  var units: [UInt32]
  /// Whether it was marked as safe HTML: what is then added to it is escaped.
  var isMarkup = false

  /// The bit of a scalar that a message wrote.
  static let mark: UInt32 = 1 << 31

  init(units: [UInt32] = [], isMarkup: Bool = false) {
    self.units = units
    self.isMarkup = isMarkup
  }

  init(_ text: String, isMessage: Bool = false) {
    let mark = isMessage ? Self.mark : 0
    units = text.unicodeScalars.map { $0.value | mark }
  }

  var count: Int { units.count }
  var isEmpty: Bool { units.isEmpty }

  /// The text without marks.
  var string: String { String(decoding: utf8, as: UTF8.self) }

  /// The UTF-8 of the text.
  var utf8: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(units.count)
    for unit in units { Self.append(unit & ~Self.mark, to: &bytes) }
    return bytes
  }

  /// The byte ranges of the UTF-8 that messages wrote, in order and apart.
  var messageRanges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var offset = 0
    for unit in units {
      let length = Self.byteCount(unit & ~Self.mark)
      if unit & Self.mark != 0 {
        if let last = ranges.last, last.upperBound == offset {
          ranges[ranges.count - 1] = last.lowerBound..<offset + length
        } else {
          ranges.append(offset..<offset + length)
        }
      }
      offset += length
    }
    return ranges
  }

  private static func byteCount(_ scalar: UInt32) -> Int {
    scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
  }

  private static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
    func byte(_ value: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: value) }
    switch byteCount(scalar) {
    case 1: bytes.append(byte(scalar))
    case 2: bytes += [byte(0xc0 | scalar >> 6), byte(0x80 | scalar & 0x3f)]
    case 3: bytes += [byte(0xe0 | scalar >> 12), byte(0x80 | scalar >> 6 & 0x3f), byte(0x80 | scalar & 0x3f)]
    default:
      bytes += [
        byte(0xf0 | scalar >> 18), byte(0x80 | scalar >> 12 & 0x3f), byte(0x80 | scalar >> 6 & 0x3f),
        byte(0x80 | scalar & 0x3f),
      ]
    }
  }

  /// The scalar at an index, without its mark.
  func scalar(_ index: Int) -> Unicode.Scalar { Self.scalar(units[index]) }

  /// The scalar of a unit.
  static func scalar(_ unit: UInt32) -> Unicode.Scalar { Unicode.Scalar(unit & ~mark) ?? "\u{fffd}" }

  /// A part of the text.
  func part(_ range: Range<Int>) -> JinjaText {
    range.count == units.count ? self : JinjaText(units: Array(units[range]), isMarkup: isMarkup)
  }

  static func + (a: JinjaText, b: JinjaText) -> JinjaText {
    JinjaText(units: a.units + b.units, isMarkup: a.isMarkup)
  }
}

extension JinjaText: Hashable, Comparable {
  static func == (a: JinjaText, b: JinjaText) -> Bool {
    guard a.units.count == b.units.count else { return false }
    for index in a.units.indices where (a.units[index] ^ b.units[index]) & ~mark != 0 { return false }
    return true
  }

  static func < (a: JinjaText, b: JinjaText) -> Bool {
    a.units.lexicographicallyPrecedes(b.units) { $0 & ~mark < $1 & ~mark }
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(units.count)
    for unit in units { hasher.combine(unit & ~Self.mark) }
  }
}

extension JinjaText: ExpressibleByStringLiteral {
  init(stringLiteral value: String) { self.init(value) }
}

// MARK: - Search

/// Finds a text in others in linear time (Knuth, Morris, Pratt), whatever the two are.
struct JinjaSearch {
  private let needle: [UInt32]
  /// For each prefix, the length of the longest proper prefix that ends there too.
  private let borders: [Int]

  /// - Parameter needle: what is looked for; not empty.
  init(_ needle: JinjaText) {
    let units = needle.units.map { $0 & ~JinjaText.mark }
    var borders = [Int](repeating: 0, count: units.count)
    var length = 0
    for index in units.indices.dropFirst() {
      while length > 0, units[index] != units[length] { length = borders[length - 1] }
      if units[index] == units[length] { length += 1 }
      borders[index] = length
    }
    self.needle = units
    self.borders = borders
  }

  /// The starts of the occurrences inside a range, at most `limit` of them.
  func starts(
    in text: JinjaText, _ range: Range<Int>, overlapping: Bool = false, limit: Int = .max
  ) -> [Int] {
    var starts: [Int] = []
    var matched = 0
    guard !needle.isEmpty, limit > 0 else { return [] }
    for index in range {
      let unit = text.units[index] & ~JinjaText.mark
      while matched > 0, unit != needle[matched] { matched = borders[matched - 1] }
      guard unit == needle[matched] else { continue }
      matched += 1
      guard matched == needle.count else { continue }
      starts.append(index + 1 - matched)
      if starts.count == limit { break }
      matched = overlapping ? borders[matched - 1] : 0
    }
    return starts
  }
}
