import JSON

/// How text is cut into words before merging; merges never cross a cut.
enum SplitStep: Sendable {
  /// Cuts around the matches of a pattern, or of what lies between them when `isInverted`.
  case pattern(Pattern, SplitBehavior, isInverted: Bool)
  /// Puts a space before every piece that begins with none (`add_prefix_space` of ByteLevel).
  case prefixSpace
  /// Spells every byte in GPT-2's alphabet, so that further steps see that spelling.
  case spellBytes
  /// Changes every piece as a normalizer would; what `onlyFirst` says counts for the piece at the text's start.
  case rewrite([NormalizerStep])
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
  private var starts: [Int]
  /// Whether the scalar 0 of the fragment is that of the whole text.
  private var isAtStart: Bool

  /// Cuts a fragment of valid UTF-8; `isFirst` says whether the text begins with it.
  init(_ text: [UInt8], _ steps: [SplitStep], isFirst: Bool = true) {
    var memory = SplitMemory()
    self.init(text, steps, isFirst: isFirst, &memory)
  }

  /// The same, with a memory of texts that were cut by the same steps.
  init(_ text: [UInt8], _ steps: [SplitStep], isFirst: Bool, _ memory: inout SplitMemory) {
    bytes = text
    starts = Self.starts(text)
    pieces = text.isEmpty ? [] : [0..<starts.count - 1]
    isAtStart = isFirst
    for (index, step) in steps.enumerated() {
      switch step {
      case .pattern(let pattern, let behavior, let isInverted):
        split(pattern, behavior, isInverted: isInverted, step: index, &memory)
      case .prefixSpace: rewrite { piece, _ in piece.first == UInt8(ascii: " ") ? piece : [UInt8(ascii: " ")] + piece }
      case .spellBytes: rewrite { piece, _ in Array(piece.flatMap { ByteAlphabet.spellings[Int($0)] }) }
      case .rewrite(let steps):
        rewrite { piece, isFirst in
          var piece = piece
          for step in steps { step.apply(&piece, isFirst: isFirst) }
          return piece
        }
      }
    }
  }

  /// The words as ranges of `bytes`, in order.
  var words: [Range<Int>] { pieces.map { starts[$0.lowerBound]..<starts[$0.upperBound] } }

  /// The parts of a text between and inside the matches of a pattern, as ranges of bytes.
  static func pieces(of text: [UInt8], by pattern: Pattern) -> [(range: Range<Int>, isMatch: Bool)] {
    let splitter = WordSplitter(text, [])
    guard let whole = splitter.pieces.first else { return [] }
    var matcher = PatternMatcher()
    var found: [(range: Range<Int>, isMatch: Bool)] = []
    splitter.cut(whole, pattern, splitter.masks(pattern).span, &matcher) { range, isMatch in
      found.append((splitter.starts[range.lowerBound]..<splitter.starts[range.upperBound], isMatch))
    }
    return found
  }

  /// Where each scalar begins, and the end.
  private static func starts(_ text: [UInt8]) -> [Int] {
    var starts: [Int] = []
    starts.reserveCapacity(text.count + 1)
    let span = text.span
    var offset = 0
    while offset < span.count {
      starts.append(offset)
      // Mostly ASCII, for which no other module is called.
      offset += span[offset] < 0x80 ? 1 : UTF8Text.scalar(span, at: offset).length
    }
    starts.append(offset)
    return starts
  }

  // MARK: Patterns

  private func masks(_ pattern: Pattern) -> [UInt64] {
    var masks: [UInt64] = []
    masks.reserveCapacity(starts.count)
    let span = bytes.span
    var offset = 0
    while offset < span.count {
      if span[offset] < 0x80 {
        masks.append(pattern.mask(UInt32(span[offset])))
        offset += 1
        continue
      }
      let scalar = UTF8Text.scalar(span, at: offset)
      masks.append(pattern.mask(scalar.value))
      offset += scalar.length
    }
    return masks
  }

  /// Reports the matches in a piece and what lies between, in order.
  ///
  /// A match may be empty, at the piece's end too, but not where the match before it ended; there the search goes on
  /// at the next scalar.
  private func cut(
    _ piece: Range<Int>, _ pattern: Pattern, _ masks: Span<UInt64>, _ matcher: inout PatternMatcher,
    _ report: (Range<Int>, Bool) -> Void
  ) {
    matcher.begin(scalars: piece.count)
    var gap = piece.lowerBound
    var position = piece.lowerBound
    var lastEnd: Int?
    let last = pattern.minimumLength == 0 ? piece.upperBound : piece.upperBound - 1
    while position <= last {
      if pattern.minimumLength > 0, masks[position] & pattern.firstSets == 0 {
        position += 1
        continue
      }
      guard let end = matcher.match(pattern.operations, masks, at: position, in: piece),
        end > position || end != lastEnd
      else {
        position += 1
        continue
      }
      if gap < position { report(gap..<position, false) }
      report(position..<end, true)
      (gap, position, lastEnd) = (end, end, end)
    }
    if gap < piece.upperBound { report(gap..<piece.upperBound, false) }
  }

  /// Cuts the pieces further.
  ///
  /// A pattern sees nothing outside a piece, so that what it makes of one depends on the piece alone, and can be
  /// remembered.
  private mutating func split(
    _ pattern: Pattern, _ behavior: SplitBehavior, isInverted: Bool, step: Int, _ memory: inout SplitMemory
  ) {
    // A whole text seldom comes again; its parts between the numbers do.
    let remembers = pieces.count > 1
    var masks: [UInt64] = []
    var matcher = PatternMatcher()
    var cuts: [Range<Int>] = []
    cuts.reserveCapacity(bytes.count / 4)
    for piece in pieces {
      let text = starts[piece.lowerBound]..<starts[piece.upperBound]
      if remembers, memory.append(bytes.span, text, step: step, at: piece.lowerBound, to: &cuts) { continue }
      if masks.isEmpty { masks = self.masks(pattern) }
      let first = cuts.count
      if behavior == .isolated {
        cut(piece, pattern, masks.span, &matcher) { range, _ in if !range.isEmpty { cuts.append(range) } }
      } else {
        var parts: [(range: Range<Int>, isMatch: Bool)] = []
        cut(piece, pattern, masks.span, &matcher) { parts.append(($0, $1 != isInverted)) }
        cuts.append(contentsOf: Self.arranged(parts, behavior).filter { !$0.isEmpty })
      }
      if remembers { memory.note(bytes.span, text, step: step, at: piece.lowerBound, cuts[first...]) }
    }
    pieces = cuts
  }

  private static func arranged(_ parts: [(range: Range<Int>, isMatch: Bool)], _ behavior: SplitBehavior) -> [Range<Int>]
  {
    var result: [Range<Int>] = []
    var previousIsMatch = false
    // A match joins the part that follows it, so that these are looked at from the end.
    for (range, isMatch) in behavior == .mergedWithNext ? parts.reversed() : parts {
      let joins =
        switch behavior {
        case .isolated, .removed: false
        case .mergedWithPrevious, .mergedWithNext: isMatch && !previousIsMatch
        case .contiguous: previousIsMatch == isMatch
        }
      previousIsMatch = isMatch
      if behavior == .removed, isMatch { continue }
      if joins, let last = result.popLast() {
        let isBefore = behavior == .mergedWithNext
        result.append(isBefore ? range.lowerBound..<last.upperBound : last.lowerBound..<range.upperBound)
      } else {
        result.append(range)
      }
    }
    return behavior == .mergedWithNext ? result.reversed() : result
  }

  // MARK: Changes

  /// Changes the text of every piece; what the pieces leave out is gone.
  private mutating func rewrite(_ change: (_ piece: [UInt8], _ isFirst: Bool) -> [UInt8]) {
    var changed: [UInt8] = []
    changed.reserveCapacity(bytes.count * 2)
    var ends: [Int] = []
    for (index, range) in words.enumerated() {
      let isFirst = isAtStart && index == 0 && range.lowerBound == 0
      changed.append(contentsOf: change(Array(bytes[range]), isFirst))
      ends.append(changed.count)
    }
    isAtStart = isAtStart && pieces.first?.lowerBound == 0
    bytes = changed
    starts = Self.starts(changed)
    var start = 0
    pieces = ends.compactMap { end in
      // The ends are those of scalars, so that each is among the starts.
      let first = start
      while starts[start] < end { start += 1 }
      return first < start ? first..<start : nil
    }
  }
}
