import Digest

/// The storage and the machinery behind `Tokenizer`.
final class TokenizerCore: Sendable {
  let kindName: String
  /// Stored text by id.
  let texts: ByteStringPool
  let kinds: [TokenKind]
  /// Ids by stored text, added tokens included.
  let ids: ByteStringMap
  /// Texts of added tokens that are decoded as normalized text has them.
  private let decodedTexts: [Int: [UInt8]]
  /// What each id decodes to.
  private let outputs: ByteStringPool
  let roles: SpecialRoles
  let endTokens: Set<Int>
  let identity: String
  let notes: [String]
  /// The checkpoint's own chat template, or why it is none.
  let template: Result<ChatTemplate, ChatTemplateError>?

  private let normalizer: [NormalizerStep]
  private let fragmentSteps: [NormalizerStep]
  private let splits: [SplitStep]
  private let rawAdded: AddedTokens
  private let normalizedAdded: AddedTokens
  private let encoder: BytePairEncoder
  private let scratches = ScratchPool()
  let decoding: Decoding

  var addsBOS: Bool { roles.bos.map { roles.prefix.contains($0) } ?? false }
  var addsEOS: Bool { roles.eos.map { roles.suffix.contains($0) } ?? false }

  init(_ source: VocabularySource) throws(TokenizerError) {
    kindName = source.kindName
    texts = source.texts
    kinds = source.kinds
    roles = source.roles
    notes = source.notes
    normalizer = source.normalizer
    fragmentSteps = source.fragmentSteps
    splits = source.splits
    decoding = source.decoding
    ids = Self.ids(source)
    let normalized = Self.normalizedAdded(source)
    decodedTexts =
      source.decoding.coversAdded ? Dictionary(normalized.map { ($0.token.id, $0.bytes) }) { first, _ in first } : [:]
    outputs = Self.outputs(source, decodedTexts)
    encoder = try Self.encoder(source)
    endTokens = Self.endTokens(source)
    identity = Self.identity(source)
    template = source.roles.chatTemplate.map(Self.template)
    rawAdded = AddedTokens(
      source.added.filter { !$0.isNormalized }.map { ($0, Array($0.text.utf8)) }, priority: source.addedPriority)
    normalizedAdded = AddedTokens(normalized, priority: source.addedPriority)
  }

  /// The added tokens that are looked for in normalized text, with how they look there.
  private static func normalizedAdded(_ source: VocabularySource) -> [(token: AddedToken, bytes: [UInt8])] {
    source.added.filter(\.isNormalized).map { token in
      if let text = token.normalizedText { return (token, Array(text.utf8)) }
      var bytes = Array(token.text.utf8)
      for step in source.normalizer { step.apply(&bytes, isFirst: true) }
      return (token, bytes)
    }
  }

  private static func template(_ source: String) -> Result<ChatTemplate, ChatTemplateError> {
    do throws(ChatTemplateError) {
      return .success(try ChatTemplate(source: source))
    } catch {
      return .failure(error)
    }
  }

  // MARK: Encoding

  func encode(_ text: String, bos: BOSPolicy, parseSpecial: Bool, spared: [Range<Int>] = []) -> [Int] {
    var body: [Int] = []
    var scratch = scratches.take()
    defer { scratches.putBack(scratch) }
    let bytes = Array(text.utf8)
    for part in rawAdded.parts(bytes, parseSpecial: parseSpecial, spared: spared) {
      if let token = part.token {
        body.append(token)
        continue
      }
      var fragment = part.range.count == bytes.count ? bytes : Array(bytes[part.range])
      var isFirst = part.range.lowerBound == 0
      let moved = normalizedAdded.isEmpty || !parseSpecial ? [] : sparedNormalized(fragment, part.range, spared)
      for step in normalizer {
        let keepsStart = step.keepsStart(of: fragment)
        step.apply(&fragment, isFirst: isFirst)
        // What begins later in the text as it came is not its start any more.
        isFirst = isFirst && keepsStart
      }
      for part in normalizedAdded.parts(fragment, parseSpecial: parseSpecial, spared: moved) {
        if let token = part.token {
          body.append(token)
          continue
        }
        var words = part.range.count == fragment.count ? fragment : Array(fragment[part.range])
        for step in fragmentSteps { step.apply(&words, isFirst: isFirst && part.range.lowerBound == 0) }
        encodeWords(words, isFirst: isFirst && part.range.lowerBound == 0, into: &body, &scratch)
      }
    }
    return framed(body, bos)
  }

  /// Where the spared ranges of a text lie in a fragment of it once that is normalized.
  ///
  /// The fragment is normalized piece by piece, for the lengths; a whole normalizes to its normalized pieces but for
  /// marks that combine over a border, which no special token has.
  private func sparedNormalized(_ fragment: [UInt8], _ place: Range<Int>, _ spared: [Range<Int>]) -> [Range<Int>] {
    var moved: [Range<Int>] = []
    var start = 0
    var length = 0
    func advance(to end: Int) {
      var piece = Array(fragment[start..<end])
      for step in normalizer where !piece.isEmpty { step.apply(&piece, isFirst: place.lowerBound + start == 0) }
      length += piece.count
      start = end
    }
    for range in spared where range.overlaps(place) {
      advance(to: max(range.lowerBound, place.lowerBound) - place.lowerBound)
      let lower = length
      advance(to: min(range.upperBound, place.upperBound) - place.lowerBound)
      moved.append(lower..<length)
    }
    return moved
  }

  private func encodeWords(
    _ text: [UInt8], isFirst: Bool, into ids: inout [Int], _ scratch: inout BytePairEncoder.Scratch
  ) {
    guard !splits.isEmpty else {
      encoder.encode(text.span, 0..<text.count, into: &ids, &scratch)
      return
    }
    let splitter = WordSplitter(text, splits, isFirst: isFirst, &scratch.splits)
    let bytes = splitter.bytes.span
    for word in splitter.words { encoder.encode(bytes, word, into: &ids, &scratch) }
  }

  private func framed(_ body: [Int], _ policy: BOSPolicy) -> [Int] {
    var prefix = roles.prefix
    switch policy {
    case .never: return body
    case .auto: break
    case .always:
      if let bos = roles.bos, !prefix.contains(bos) { prefix.insert(bos, at: 0) }
    }
    // Exactly one BOS, also when the text spells it.
    if let bos = roles.bos, body.first == bos, prefix.last == bos { prefix.removeLast() }
    return prefix + body + roles.suffix
  }

  // MARK: Decoding

  /// Whether an id has a place in a decoded text.
  func isShown(_ id: Int, skipSpecial: Bool) -> Bool {
    kinds.indices ~= id && kinds[id] != .absent && !(skipSpecial && kinds[id].isSpecial)
  }

  /// The byte that an id stands for; nil for one that stands for text.
  func byte(_ id: Int) -> UInt8? { decoding.bytes && kinds[id] == .byte ? outputs[id].first : nil }

  /// Appends the bytes of one id; `isAtStart` becomes false once text was produced.
  func append(_ id: Int, skipSpecial: Bool, isAtStart: inout Bool, into bytes: inout [UInt8]) {
    guard isShown(id, skipSpecial: skipSpecial) else { return }
    if decoding.separatesTokens, !isAtStart { bytes.append(UInt8(ascii: " ")) }
    if isAtStart, decoding.leadingSpace == .allOfFirstToken {
      let text = decodedTexts[id].map { $0[...] } ?? texts[id]
      bytes.append(contentsOf: Self.replaced(text, decoding.metaspace, by: nil))
      isAtStart = false
      return
    }
    var output = outputs[id]
    if isAtStart, decoding.leadingSpace == .one, output.first == UInt8(ascii: " ") { output.removeFirst() }
    if !outputs[id].isEmpty || decoding.separatesTokens { isAtStart = false }
    bytes.append(contentsOf: output)
  }

  // MARK: Tables

  private static func ids(_ source: VocabularySource) -> ByteStringMap {
    var ids = ByteStringMap(capacity: source.vocabularySize)
    let bytes = source.texts.bytes.span
    for id in source.kinds.indices where source.kinds[id] != .absent {
      ids.update(bytes, source.texts.range(id), to: id)
    }
    return ids
  }

  /// What each id decodes to: bytes of the byte alphabet, byte tokens, `▁` as a space; special tokens and, without
  /// `▁`, added ones as they are written, unless the decoder covers them too.
  private static func outputs(_ source: VocabularySource, _ decodedTexts: [Int: [UInt8]]) -> ByteStringPool {
    var outputs = ByteStringPool()
    outputs.reserve(strings: source.vocabularySize, bytes: source.texts.bytes.count)
    let decoding = source.decoding
    var scratch: [UInt8] = []
    for id in source.kinds.indices {
      let stored = decodedTexts[id].map { $0[...] } ?? source.texts[id]
      let text = stored.span
      let kind = source.kinds[id]
      scratch.removeAll(keepingCapacity: true)
      if kind == .absent {
        outputs.append(scratch)
      } else if kind == .byte, decoding.bytes {
        outputs.append(byteValue(text).map { [$0] } ?? [])
      } else if decoding.isByteLevel, decoding.coversAdded || kind == .normal, ByteAlphabet.decode(text, into: &scratch)
      {
        outputs.append(scratch)
      } else if !decoding.metaspace.isEmpty, decoding.coversAdded || !kind.isSpecial {
        outputs.append(replaced(stored, decoding.metaspace, by: UInt8(ascii: " ")))
      } else {
        outputs.append(text)
      }
    }
    return outputs
  }

  /// A text with every occurrence of some bytes replaced, or removed.
  private static func replaced(_ text: ArraySlice<UInt8>, _ old: [UInt8], by new: UInt8?) -> [UInt8] {
    guard let first = old.first, text.contains(first) else { return Array(text) }
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.first {
      if rest.starts(with: old) {
        if let new { result.append(new) }
        rest = rest.dropFirst(old.count)
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// The byte of a token written `<0xHH>`; nil for anything else.
  static func byteValue(_ text: Span<UInt8>) -> UInt8? {
    guard text.count == 6, text[0] == UInt8(ascii: "<"), text[1] == UInt8(ascii: "0"), text[2] == UInt8(ascii: "x"),
      text[5] == UInt8(ascii: ">"), let high = Character(Unicode.Scalar(text[3])).hexDigitValue,
      let low = Character(Unicode.Scalar(text[4])).hexDigitValue
    else { return nil }
    return UInt8(high << 4 | low)
  }

  private static func encoder(
    _ source: VocabularySource
  ) throws(TokenizerError) -> BytePairEncoder {
    var table: MergeTable
    var extras: ByteStringMap
    switch source.merges {
    case .ranked(let merges, let names, _): (table, extras) = (merges, names)
    case .scored(let scores):
      var builder = MergeBuilder(
        file: source.file, vocabularySize: source.vocabularySize, symbols: source.symbols, notesJunctions: true,
        capacity: source.vocabularySize * 2)
      let pieces = source.kinds.indices.filter { [.normal, .userDefined, .unused].contains(source.kinds[$0]) }
      try builder.add(pieces: pieces, texts: source.texts, scores: scores)
      (table, extras) = (builder.table, builder.extraSymbols)
    }
    var fallback = BytePairEncoder.Fallback()
    fallback.unknown = source.unknownToken.map { Int32(truncatingIfNeeded: $0) }
    fallback.fusesUnknown = source.fusesUnknown
    if source.usesByteFallback { fallback.bytes = byteTokens(source) }
    return BytePairEncoder(
      alphabet: source.encodesBytes ? .bytes(absentSeparate: source.absentBytesSeparate) : .scalars,
      fallback: fallback, vocabularySize: source.vocabularySize, merges: table, symbols: source.symbols,
      extraSymbols: extras, wholeWords: source.ignoresMerges ? wholeWords(source) : nil,
      firstSymbols: firstSymbols(source))
  }

  private static func byteTokens(_ source: VocabularySource) -> [Int32] {
    var tokens = [Int32](repeating: -1, count: 256)
    let texts = source.texts.bytes.span
    for id in source.kinds.indices where source.kinds[id] == .byte {
      if let byte = byteValue(texts.extracting(source.texts.range(id))) { tokens[Int(byte)] = Int32(id) }
    }
    return tokens
  }

  private static func firstSymbols(_ source: VocabularySource) -> [Int32] {
    (0..<256).map { byte in
      let spelling = source.encodesBytes ? ByteAlphabet.spellings[byte] : [UInt8(byte)]
      return source.symbols.value(spelling).map { Int32(truncatingIfNeeded: $0) } ?? -1
    }
  }

  /// The tokens that a word can be as a whole, by the bytes that the encoder sees.
  private static func wholeWords(_ source: VocabularySource) -> ByteStringMap {
    var words = ByteStringMap(capacity: source.vocabularySize)
    let texts = source.texts.bytes.span
    var scratch: [UInt8] = []
    for id in source.kinds.indices where !source.texts.range(id).isEmpty {
      guard source.symbols.value(texts, source.texts.range(id)) == id else { continue }
      scratch.removeAll(keepingCapacity: true)
      if !source.encodesBytes {
        words.update(texts, source.texts.range(id), to: id)
      } else if ByteAlphabet.decode(texts.extracting(source.texts.range(id)), into: &scratch) {
        words.update(scratch, to: id)
      }
    }
    return words
  }

  private static func endTokens(_ source: VocabularySource) -> Set<Int> {
    var ends = source.roles.otherEnds
    if let eos = source.roles.eos { ends.insert(eos) }
    for token in source.added where SpecialRoles.endTexts.contains(token.text) { ends.insert(token.id) }
    return ends
  }

  private static func identity(_ source: VocabularySource) -> String {
    var digest = SHA256()
    digest.update("se-eval tokenizer 1\n")
    digest.update(source.texts.bytes)
    var words: [UInt64] = source.kinds.indices.map {
      UInt64(source.texts.range($0).count) << 8 | UInt64(source.kinds[$0].rawValue)
    }
    switch source.merges {
    case .ranked(_, _, let order): words.append(contentsOf: order)
    case .scored(let scores): words.append(contentsOf: scores.map { UInt64($0.bitPattern) })
    }
    let roles = source.roles
    let ids = roles.prefix + [-1] + roles.suffix + [-1, roles.bos ?? -1, source.unknownToken ?? -1]
    words.append(contentsOf: ids.map { UInt64(bitPattern: Int64($0)) })
    var bytes: [UInt8] = []
    bytes.reserveCapacity(words.count * 8)
    for word in words {
      for shift in 0..<UInt64(8) { bytes.append(UInt8(truncatingIfNeeded: word >> (shift * 8))) }
    }
    digest.update(bytes)
    for token in source.added {
      let flags = [token.isSpecial, token.stripsLeft, token.stripsRight, token.isSingleWord, token.isNormalized]
      digest.update("\(token.id) \(token.text.utf8.count):\(token.text) \(token.normalizedText ?? "") \(flags)\n")
    }
    for rule in source.rules { digest.update("\(rule)\n") }
    let flags = [
      source.isByteLevel, source.absentBytesSeparate, source.usesByteFallback, source.fusesUnknown,
      source.ignoresMerges, source.addedPriority == .longestFirst,
    ]
    digest.update("\(flags)")
    return digest.hexadecimal()
  }
}
