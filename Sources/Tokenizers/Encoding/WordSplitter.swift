import JSON

/// How text is cut into words before merging; merges never cross a cut.
enum SplitStep: Sendable {
  /// Cuts around the matches of a pattern, or of what lies between them when `isInverted`.
  case pattern(Pattern, SplitBehavior, isInverted: Bool)
  /// Puts a space before every piece that begins with none (`add_prefix_space` of ByteLevel).
  case prefixSpace
}

/// What happens to a match of a splitting pattern.
enum SplitBehavior: String, Sendable {
  case isolated = "Isolated"
  case removed = "Removed"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"
}

/// A fragment of text while it is cut into words.
struct WordSplitter {
  private(set) var bytes: [UInt8]
  /// The words as ranges of scalars; `starts` turns them into bytes.
  private var pieces: [Range<Int>]
  private var starts: [Int] = []

  /// Cuts a fragment of valid UTF-8.
  init(_ text: [UInt8], _ steps: [SplitStep]) {
    bytes = text
    starts.reserveCapacity(text.count + 1)
    let span = text.span
    var offset = 0
    while offset < span.count {
      starts.append(offset)
      offset += UTF8Text.scalar(span, at: offset).length
    }
    pieces = starts.isEmpty ? [] : [0..<starts.count]
    starts.append(offset)
    for step in steps {
      switch step {
      case .pattern(let pattern, let behavior, let isInverted):
        split(pattern, behavior, isInverted: isInverted)
      case .prefixSpace: addPrefixSpaces()
      }
    }
  }

  /// The words as ranges of `bytes`, in order.
  var words: [Range<Int>] { pieces.map { starts[$0.lowerBound]..<starts[$0.upperBound] } }

  /// The parts of a text between and inside the matches of a pattern, as ranges of bytes.
  static func pieces(of text: [UInt8], by pattern: Pattern) -> [(range: Range<Int>, isMatch: Bool)] {
    let splitter = WordSplitter(text, [])
    guard let whole = splitter.pieces.first else { return [] }
    var choices: [Pattern.Choice] = []
    var found: [(range: Range<Int>, isMatch: Bool)] = []
    splitter.cut(whole, pattern, splitter.masks(pattern).span, &choices) { range, isMatch in
      found.append((splitter.starts[range.lowerBound]..<splitter.starts[range.upperBound], isMatch))
    }
    return found
  }

  private func masks(_ pattern: Pattern) -> [UInt64] {
    var masks: [UInt64] = []
    masks.reserveCapacity(starts.count)
    let span = bytes.span
    var offset = 0
    while offset < span.count {
      let scalar = UTF8Text.scalar(span, at: offset)
      masks.append(pattern.mask(scalar.value))
      offset += scalar.length
    }
    return masks
  }

  private func cut(
    _ piece: Range<Int>, _ pattern: Pattern, _ masks: Span<UInt64>, _ choices: inout [Pattern.Choice],
    _ report: (Range<Int>, Bool) -> Void
  ) {
    var gap = piece.lowerBound
    var position = piece.lowerBound
    while position < piece.upperBound {
      guard let end = pattern.match(masks, at: position, in: piece, &choices), end > position else {
        position += 1
        continue
      }
      if gap < position { report(gap..<position, false) }
      report(position..<end, true)
      (gap, position) = (end, end)
    }
    if gap < piece.upperBound { report(gap..<piece.upperBound, false) }
  }

  private mutating func split(_ pattern: Pattern, _ behavior: SplitBehavior, isInverted: Bool) {
    let masks = masks(pattern)
    var choices: [Pattern.Choice] = []
    var cuts: [Range<Int>] = []
    cuts.reserveCapacity(bytes.count / 4)
    for piece in pieces {
      if behavior == .isolated {
        cut(piece, pattern, masks.span, &choices) { range, _ in cuts.append(range) }
        continue
      }
      var parts: [(range: Range<Int>, isMatch: Bool)] = []
      cut(piece, pattern, masks.span, &choices) { parts.append(($0, $1 != isInverted)) }
      cuts.append(contentsOf: Self.arranged(parts, behavior))
    }
    pieces = cuts
  }

  private static func arranged(_ parts: [(range: Range<Int>, isMatch: Bool)], _ behavior: SplitBehavior) -> [Range<Int>]
  {
    var result: [Range<Int>] = []
    var previousIsMatch: Bool?
    for (range, isMatch) in parts {
      let joins =
        switch behavior {
        case .isolated, .removed: false
        case .mergedWithPrevious: isMatch && previousIsMatch == false
        case .mergedWithNext: !isMatch && previousIsMatch == true
        case .contiguous: previousIsMatch == isMatch
        }
      previousIsMatch = isMatch
      if behavior == .removed, isMatch { continue }
      if joins, let last = result.popLast() {
        result.append(last.lowerBound..<range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }

  private mutating func addPrefixSpaces() {
    let space = UInt8(ascii: " ")
    var words: [[UInt8]] = []
    for range in self.words {
      words.append((bytes[range.lowerBound] == space ? [] : [space]) + bytes[range])
    }
    let text = WordSplitter(Array(words.joined()), [])
    var start = 0
    var ranges: [Range<Int>] = []
    for word in words {
      let length = word.count { $0 & 0xc0 != 0x80 }
      ranges.append(start..<start + length)
      start += length
    }
    self = text
    pieces = ranges
  }
}
