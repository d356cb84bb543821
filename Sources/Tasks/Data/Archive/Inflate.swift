/// Decompresses DEFLATE data (RFC 1951): what zip and gzip files hold.
///
/// The datasets of benchmarks come as `data.zip` and `*.jsonl.gz`, and the toolchain has no decompressor.
struct Inflate {
  /// What is wrong with the data.
  enum Problem: Error, Hashable {
    case truncated, badBlock, badCode, badDistance, tooLong
  }

  private let input: [UInt8]
  private var position: Int
  private let end: Int
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var output: [UInt8] = []
  private let limit: Int

  /// Decompresses the bytes from an offset on.
  ///
  /// - Parameters:
  ///   - input: bytes that hold the data.
  ///   - start: where the data begin.
  ///   - end: where they end at the latest.
  ///   - limit: the most bytes that may come out.
  /// - Returns: the decompressed bytes, and where the data ended.
  /// - Throws: `Problem`.
  static func bytes(
    of input: [UInt8], from start: Int, to end: Int, limit: Int
  ) throws(Problem) -> (bytes: [UInt8], end: Int) {
    var inflate = Inflate(input: input, position: start, end: end, limit: limit)
    while try !inflate.block() {}
    return (inflate.output, inflate.position - inflate.bitCount / 8)
  }

  private init(input: [UInt8], position: Int, end: Int, limit: Int) {
    self.input = input
    self.position = position
    self.end = end
    self.limit = limit
    output.reserveCapacity(min(limit, 8 * (end - position)))
  }

  /// One block; true for the last one.
  private mutating func block() throws(Problem) -> Bool {
    let isLast = try take(1) == 1
    switch try take(2) {
    case 0: try stored()
    case 1: try compressed(Self.fixedLengths, Self.fixedDistances)
    case 2:
      let (lengths, distances) = try dynamicCodes()
      try compressed(lengths, distances)
    default: throw .badBlock
    }
    return isLast
  }

  // MARK: Bits

  private mutating func fill() {
    while bitCount <= 48, position < end {
      bits |= UInt64(input[position]) << UInt64(bitCount)
      position += 1
      bitCount += 8
    }
  }

  private mutating func take(_ count: Int) throws(Problem) -> Int {
    if bitCount < count { fill() }
    guard bitCount >= count else { throw .truncated }
    let value = Int(bits & ((1 << UInt64(count)) - 1))
    bits >>= UInt64(count)
    bitCount -= count
    return value
  }

  private mutating func symbol(_ code: HuffmanCode) throws(Problem) -> Int {
    fill()
    let entry = code.fast[Int(bits & UInt64(HuffmanCode.fastMask))]
    if entry != 0 {
      let length = Int(entry & 15)
      guard length <= bitCount else { throw .truncated }
      bits >>= UInt64(length)
      bitCount -= length
      return Int(entry >> 4)
    }
    return try longSymbol(code)
  }

  /// A code that is longer than the table of short ones: canonical decoding, bit by bit.
  private mutating func longSymbol(_ code: HuffmanCode) throws(Problem) -> Int {
    var value = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      value |= try take(1)
      let count = code.counts[length]
      if value - count < first { return Int(code.symbols[index + value - first]) }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    throw .badCode
  }

  // MARK: Blocks

  private mutating func stored() throws(Problem) {
    _ = try take(bitCount % 8)
    let count = try take(16)
    guard try take(16) == count ^ 0xffff else { throw .badBlock }
    guard output.count + count <= limit else { throw .tooLong }
    for _ in 0..<count { output.append(UInt8(try take(8))) }
  }

  private mutating func compressed(_ lengths: HuffmanCode, _ distances: HuffmanCode) throws(Problem) {
    while true {
      let symbol = try symbol(lengths)
      if symbol < 256 {
        guard output.count < limit else { throw .tooLong }
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol < 286 else { throw .badCode }
      let count = Self.lengthBases[symbol - 257] + (try take(Self.lengthBits[symbol - 257]))
      let place = try self.symbol(distances)
      guard place < 30 else { throw .badCode }
      let distance = Self.distanceBases[place] + (try take(Self.distanceBits[place]))
      guard distance <= output.count else { throw .badDistance }
      guard output.count + count <= limit else { throw .tooLong }
      var from = output.count - distance
      for _ in 0..<count {
        output.append(output[from])
        from += 1
      }
    }
  }

  private mutating func dynamicCodes() throws(Problem) -> (HuffmanCode, HuffmanCode) {
    let lengthCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let codeCount = try take(4) + 4
    guard lengthCount <= 286, distanceCount <= 30 else { throw .badBlock }
    var codeLengths = [UInt8](repeating: 0, count: 19)
    for index in 0..<codeCount { codeLengths[Self.codeOrder[index]] = UInt8(try take(3)) }
    let code = try HuffmanCode(codeLengths)
    var lengths: [UInt8] = []
    while lengths.count < lengthCount + distanceCount {
      let symbol = try symbol(code)
      switch symbol {
      case 0...15: lengths.append(UInt8(symbol))
      case 16:
        guard let last = lengths.last else { throw .badBlock }
        lengths += [UInt8](repeating: last, count: 3 + (try take(2)))
      case 17: lengths += [UInt8](repeating: 0, count: 3 + (try take(3)))
      default: lengths += [UInt8](repeating: 0, count: 11 + (try take(7)))
      }
    }
    guard lengths.count == lengthCount + distanceCount, lengths[256] > 0 else { throw .badBlock }
    return (try HuffmanCode(Array(lengths[..<lengthCount])), try HuffmanCode(Array(lengths[lengthCount...])))
  }

  // MARK: Tables of RFC 1951, section 3.2.5 and 3.2.6

  private static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
  ]
  private static let distanceBits = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
  ]
  private static let fixedLengths = HuffmanCode(
    complete: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
      + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8))
  private static let fixedDistances = HuffmanCode(complete: [UInt8](repeating: 5, count: 30))
}

/// A canonical Huffman code.
struct HuffmanCode: Sendable {
  static let fastBits = 10
  static let fastMask = (1 << fastBits) - 1

  /// Codes per length.
  let counts: [Int]
  /// Symbols by code.
  let symbols: [UInt16]
  /// By the next bits: the symbol times 16 plus its length; 0 where the code is longer.
  let fast: [UInt16]

  /// The code of these lengths; more codes than fit are refused.
  init(_ lengths: [UInt8]) throws(Inflate.Problem) {
    var left = 1
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths { counts[Int(length)] += 1 }
    for length in 1...15 {
      left = left << 1 - counts[length]
      if left < 0 { throw .badCode }
    }
    self.init(complete: lengths)
  }

  /// The code of lengths that are known to fit.
  init(complete lengths: [UInt8]) {
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    var offsets = [Int](repeating: 0, count: 17)
    var next = [Int](repeating: 0, count: 17)
    var code = 0
    for length in 1...15 {
      offsets[length + 1] = offsets[length] + counts[length]
      next[length] = code
      code = (code + counts[length]) << 1
    }
    var symbols = [UInt16](repeating: 0, count: max(1, lengths.count))
    var fast = [UInt16](repeating: 0, count: 1 << Self.fastBits)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      symbols[offsets[length]] = UInt16(symbol)
      offsets[length] += 1
      let code = next[length]
      next[length] += 1
      guard length <= Self.fastBits else { continue }
      var reversed = 0
      for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
      for index in stride(from: reversed, through: Self.fastMask, by: 1 << length) {
        fast[index] = UInt16(symbol << 4 | length)
      }
    }
    self.counts = counts
    self.symbols = symbols
    self.fast = fast
  }
}
