import Checkpoints
import JSON

/// Reads a SentencePiece model (`tokenizer.model`): a protobuf message as in
/// github.com/google/sentencepiece, src/sentencepiece_model.proto.
struct SentencePieceModel {
  private struct Piece {
    var text: [UInt8] = []
    var score: Float = 0
    var kind = TokenKind.normal
  }

  private let file: String
  private var pieces: [Piece] = []
  private var modelType = 1
  private var usesByteFallback = false
  private var treatsSpaceAsSuffix = false
  private var normalizerName = ""
  private var hasCharacterMap = false
  private var addsDummyPrefix = true
  private var removesExtraSpaces = true
  private var escapesSpaces = true
  /// Ids of unknown, BOS and EOS; -1 is none.
  private var unknown = 0
  private var bos = 1
  private var eos = 2

  /// Reads the file's bytes into the common form.
  static func source(_ bytes: Span<UInt8>, file: String) throws(TokenizerError) -> VocabularySource {
    if looksLikeRankTable(bytes) {
      throw .unsupported(
        file: file, field: "format", found: "tiktoken rank table",
        supported: "a SentencePiece model here, or the tokenizer.json of the same model")
    }
    var model = SentencePieceModel(file: file)
    try model.read(bytes)
    return try model.source()
  }

  private init(file: String) { self.file = file }

  /// A tiktoken file is lines of a Base64 text, a space and a number; no protobuf message of this kind starts so.
  private static func looksLikeRankTable(_ bytes: Span<UInt8>) -> Bool {
    var offset = 0
    while offset < min(bytes.count, 400), bytes[offset] > UInt8(ascii: " "), bytes[offset] < 0x7f { offset += 1 }
    return offset > 0 && offset + 1 < bytes.count && bytes[offset] == UInt8(ascii: " ")
      && UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[offset + 1]
  }

  // MARK: Messages

  private mutating func read(_ bytes: Span<UInt8>) throws(TokenizerError) {
    var reader = ProtobufReader(file: file, end: bytes.count)
    while let field = try reader.next(bytes) {
      switch field.number {
      case 1:
        let range = try reader.message(field, "pieces[\(pieces.count)]")
        pieces.append(try piece(bytes, range))
        guard pieces.count <= VocabularySource.largestVocabulary else {
          throw .tooLarge(
            file: file, field: "pieces", found: pieces.count, limit: VocabularySource.largestVocabulary)
        }
      case 2: try readTrainer(bytes, try reader.message(field, "trainer_spec"))
      case 3: try readNormalizer(bytes, try reader.message(field, "normalizer_spec"))
      default: break
      }
    }
  }

  private func piece(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(TokenizerError) -> Piece {
    var piece = Piece()
    var reader = ProtobufReader(file: file, start: range.lowerBound, end: range.upperBound)
    let name = "pieces[\(pieces.count)]"
    while let field = try reader.next(bytes) {
      switch field.number {
      case 1:
        let range = try reader.message(field, "\(name).piece")
        piece.text = range.map { bytes[$0] }
        if let invalid = UTF8Text.firstInvalid(piece.text.span) {
          throw .malformed(file: file, offset: range.lowerBound + invalid, expected: "UTF-8 in \(name).piece")
        }
      case 2:
        piece.score = try reader.float(field, "\(name).score")
        guard piece.score.isFinite else {
          throw .invalid(file: file, field: "\(name).score", expected: "a finite number", found: "\(piece.score)")
        }
      case 3:
        let number = try reader.integer(field, "\(name).type")
        guard let kind = TokenKind(rawValue: number), kind != .absent else {
          throw .invalid(file: file, field: "\(name).type", expected: "1 to 6", found: "\(number)")
        }
        piece.kind = kind
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(TokenizerError) {
    var reader = ProtobufReader(file: file, start: range.lowerBound, end: range.upperBound)
    while let field = try reader.next(bytes) {
      switch field.number {
      case 3: modelType = try reader.integer(field, "trainer_spec.model_type")
      case 24: treatsSpaceAsSuffix = try reader.integer(field, "trainer_spec.treat_whitespace_as_suffix") != 0
      case 35: usesByteFallback = try reader.integer(field, "trainer_spec.byte_fallback") != 0
      case 40: unknown = try reader.integer(field, "trainer_spec.unk_id")
      case 41: bos = try reader.integer(field, "trainer_spec.bos_id")
      case 42: eos = try reader.integer(field, "trainer_spec.eos_id")
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(TokenizerError) {
    var reader = ProtobufReader(file: file, start: range.lowerBound, end: range.upperBound)
    while let field = try reader.next(bytes) {
      switch field.number {
      case 1:
        let range = try reader.message(field, "normalizer_spec.name")
        normalizerName = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
      case 2: hasCharacterMap = try !reader.message(field, "normalizer_spec.precompiled_charsmap").isEmpty
      case 3: addsDummyPrefix = try reader.integer(field, "normalizer_spec.add_dummy_prefix") != 0
      case 4: removesExtraSpaces = try reader.integer(field, "normalizer_spec.remove_extra_whitespaces") != 0
      case 5: escapesSpaces = try reader.integer(field, "normalizer_spec.escape_whitespaces") != 0
      default: break
      }
    }
  }

  // MARK: The common form

  private func source() throws(TokenizerError) -> VocabularySource {
    try check()
    var source = VocabularySource(
      file: file, kindName: "SentencePiece BPE", merges: .scored(pieces.map(\.score)), isByteLevel: false)
    source.decoding.metaspace = SentencePieceRules.space
    source.decoding.byteRuns = .byByte
    source.symbols = ByteStringMap(capacity: pieces.count)
    var seen = ByteStringMap(capacity: pieces.count)
    for (id, piece) in pieces.enumerated() {
      source.texts.append(piece.text)
      source.kinds.append(piece.kind)
      if seen.update(piece.text, to: id) != nil {
        throw .duplicate(file: file, field: "pieces", value: "'\(String(decoding: piece.text, as: UTF8.self))'")
      }
      switch piece.kind {
      case .normal, .unused: source.symbols.update(piece.text, to: id)
      case .userDefined, .control, .unknown:
        // The user's symbols are stored as normalized text has them, and the space before a text stays before them.
        let text = String(decoding: piece.text, as: UTF8.self)
        source.added.append(
          AddedToken(
            id: id, text: text, isSpecial: piece.kind.isSpecial, isNormalized: piece.kind == .userDefined,
            normalizedText: text))
      case .byte, .absent: break
      }
    }
    source.usesByteFallback = usesByteFallback
    source.normalizer = SentencePieceRules.normalizer(
      collapses: removesExtraSpaces, prefixes: addsDummyPrefix, escapes: escapesSpaces)
    source.decoding.leadingSpace = addsDummyPrefix ? .one : .kept
    source.rules = ["collapse \(removesExtraSpaces), prefix \(addsDummyPrefix), escape \(escapesSpaces)"]
    source.roles.unknown = role(unknown)
    source.unknownToken = role(unknown)
    source.roles.bos = role(bos)
    source.roles.eos = role(eos)
    source.roles.prefix = source.roles.bos.map { [$0] } ?? []
    return source
  }

  private func role(_ id: Int) -> Int? { pieces.indices ~= id ? id : nil }

  private func check() throws(TokenizerError) {
    guard !pieces.isEmpty else { throw .missing(file: file, field: "pieces", expected: "a vocabulary") }
    guard modelType == 2 else {
      throw .unsupported(
        file: file, field: "trainer_spec.model_type",
        found: [1: "UNIGRAM", 3: "WORD", 4: "CHAR"][modelType]
          ?? "\(modelType)", supported: "BPE")
    }
    guard !hasCharacterMap else {
      throw .unsupported(
        file: file, field: "normalizer_spec.name", found: normalizerName, supported: "identity")
    }
    guard !treatsSpaceAsSuffix else {
      throw .unsupported(
        file: file, field: "trainer_spec.treat_whitespace_as_suffix", found: "true", supported: "false")
    }
  }
}

/// What SentencePiece does to a text before merging.
enum SentencePieceRules {
  /// SentencePiece's stand-in for a space, U+2581.
  static let space: [UInt8] = [0xe2, 0x96, 0x81]

  static func normalizer(collapses: Bool, prefixes: Bool, escapes: Bool) -> [NormalizerStep] {
    var steps: [NormalizerStep] = []
    if collapses { steps.append(.collapseSpaces) }
    if prefixes { steps.append(.prepend([UInt8(ascii: " ")])) }
    if escapes { steps.append(.replace([UInt8(ascii: " ")], by: space)) }
    return steps
  }
}
