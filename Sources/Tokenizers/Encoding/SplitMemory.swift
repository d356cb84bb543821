/// How pieces of earlier texts were cut by each step: prompts of a task share most of their text.
///
/// It belongs to one list of steps; a piece is known by its bytes and the step's number.
struct SplitMemory {
  /// By step, the numbers of the pieces that it cut.
  private var known: [ByteStringMap] = []
  /// By number, where its cuts are among `cuts`.
  private var places: [Range<Int>] = []
  /// Ranges of scalars, from the beginning of the piece.
  private var cuts: [Range<Int32>] = []
  private var byteCount = 0

  /// Longer pieces are not remembered.
  private static let longest = 1 << 14
  /// With more bytes than these everything is forgotten.
  private static let limit = 1 << 18

  /// Appends what a step made of a piece before; false where it is not known.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - range: the piece.
  ///   - step: the step's number.
  ///   - start: the scalar with which the piece begins.
  ///   - result: where the cuts go, as ranges of the text's scalars.
  /// - Returns: whether it is known.
  func append(
    _ bytes: Span<UInt8>, _ range: Range<Int>, step: Int, at start: Int, to result: inout [Range<Int>]
  ) -> Bool {
    guard range.count <= Self.longest, step < known.count, let number = known[step].value(bytes, range) else {
      return false
    }
    for index in places[number] {
      result.append(start + Int(cuts[index].lowerBound)..<start + Int(cuts[index].upperBound))
    }
    return true
  }

  /// Notes what a step made of a piece.
  mutating func note(
    _ bytes: Span<UInt8>, _ range: Range<Int>, step: Int, at start: Int, _ made: ArraySlice<Range<Int>>
  ) {
    guard range.count <= Self.longest else { return }
    if byteCount + range.count > Self.limit { self = SplitMemory() }
    while known.count <= step { known.append(ByteStringMap()) }
    known[step].update(bytes, range, to: places.count)
    let first = cuts.count
    for cut in made { cuts.append(Int32(cut.lowerBound - start)..<Int32(cut.upperBound - start)) }
    places.append(first..<cuts.count)
    byteCount += range.count
  }
}
