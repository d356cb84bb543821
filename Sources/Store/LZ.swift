/// A small compressor for prompts: the block layout of LZ4, our own code.
///
/// A block is a row of sequences: one token byte (high nibble: number of literals, low nibble: match length - 4; 15 means
/// that more length bytes follow, each added, until one below 255), the literals, and a two-byte little-endian distance
/// back. The last sequence has literals only. Haystacks and few-shot prompts repeat themselves, so that this alone
/// shrinks them to a small part; no library is needed for it.
enum LZ {
  private static let minimumMatch = 4
  private static let maximumDistance = 65_535
  private static let hashBits = 15

  /// The compressed bytes; the same for the same input.
  static func compress(_ input: [UInt8]) -> [UInt8] { compress(input.span) }

  private static func compress(_ input: Span<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(input.count / 2 + 16)
    // The last position at which four bytes with this hash were seen, plus one.
    var seen = [Int](repeating: 0, count: 1 << hashBits)
    var position = 0
    var literalStart = 0
    while position + minimumMatch <= input.count {
      let word = fourBytes(input, position)
      let hash = Int((word &* 2_654_435_761) >> UInt32(32 - hashBits))
      let candidate = seen[hash] - 1
      seen[hash] = position + 1
      guard candidate >= 0, position - candidate <= maximumDistance, fourBytes(input, candidate) == word else {
        position += 1
        continue
      }
      var length = minimumMatch
      while position + length < input.count, input[candidate + length] == input[position + length] { length += 1 }
      appendSequence(
        &output, input, literals: literalStart..<position, match: (distance: position - candidate, length: length))
      position += length
      literalStart = position
    }
    appendSequence(&output, input, literals: literalStart..<input.count, match: nil)
    return output
  }

  private static func fourBytes(_ input: Span<UInt8>, _ at: Int) -> UInt32 {
    UInt32(input[at]) | UInt32(input[at + 1]) << 8 | UInt32(input[at + 2]) << 16 | UInt32(input[at + 3]) << 24
  }

  private static func appendSequence(
    _ output: inout [UInt8], _ input: Span<UInt8>, literals: Range<Int>, match: (distance: Int, length: Int)?
  ) {
    let matchCode = match.map { $0.length - minimumMatch } ?? 0
    output.append(UInt8(min(literals.count, 15) << 4 | min(matchCode, 15)))
    appendLength(&output, literals.count)
    for index in literals { output.append(input[index]) }
    guard let match else { return }
    output.append(UInt8(match.distance & 0xff))
    output.append(UInt8(match.distance >> 8))
    appendLength(&output, matchCode)
  }

  private static func appendLength(_ output: inout [UInt8], _ length: Int) {
    guard length >= 15 else { return }
    var rest = length - 15
    while rest >= 255 {
      output.append(255)
      rest -= 255
    }
    output.append(UInt8(rest))
  }

  /// The original bytes, or nil when the input is damaged or does not give exactly `byteCount` bytes.
  static func decompress(_ input: [UInt8], byteCount: Int) -> [UInt8]? {
    guard byteCount >= 0, byteCount <= input.count * 256 else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(byteCount)
    var reader = Reader(input: input)
    while let token = reader.next() {
      guard let literalCount = reader.length(Int(token >> 4)), literalCount <= byteCount - output.count,
        reader.move(literalCount, to: &output)
      else { return nil }
      if reader.isAtEnd { return token & 15 == 0 && output.count == byteCount ? output : nil }
      guard let low = reader.next(), let high = reader.next(), let code = reader.length(Int(token & 15)) else {
        return nil
      }
      let distance = Int(low) | Int(high) << 8
      let length = code + minimumMatch
      guard distance > 0, distance <= output.count, length <= byteCount - output.count else { return nil }
      // Byte by byte: a match may overlap what it makes.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
    return nil
  }

  private struct Reader {
    let input: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == input.count }

    mutating func next() -> UInt8? {
      guard position < input.count else { return nil }
      defer { position += 1 }
      return input[position]
    }

    mutating func length(_ nibble: Int) -> Int? {
      guard nibble == 15 else { return nibble }
      var sum = 15
      while let byte = next() {
        sum += Int(byte)
        if byte < 255 { return sum }
      }
      return nil
    }

    mutating func move(_ count: Int, to output: inout [UInt8]) -> Bool {
      guard count <= input.count - position else { return false }
      output.append(contentsOf: input[position..<position + count])
      position += count
      return true
    }
  }
}
