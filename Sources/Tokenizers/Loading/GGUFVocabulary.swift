import Checkpoints
import JSON

/// Reads the tokenizer of a GGUF file (`tokenizer.ggml.*`) with the defaults of llama.cpp.
struct GGUFVocabulary {
  private let header: GGUFHeader
  private let file: String

  /// Reads the file at a path.
  static func source(_ path: String) throws(TokenizerError) -> VocabularySource {
    do {
      return try GGUFVocabulary(header: GGUFHeader.read(path: path), file: path).source()
    } catch let error as CheckpointError {
      throw .unreadable(file: path, reason: error.description)
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw .unreadable(file: path, reason: "\(error)")
    }
  }

  private func source() throws -> VocabularySource {
    try KnownKeys.check(header, file: file)
    guard let model = try header.string("tokenizer.ggml.model") else {
      throw TokenizerError.missing(file: file, field: "tokenizer.ggml.model", expected: "'gpt2' or 'llama'")
    }
    var source: VocabularySource
    switch model {
    case "gpt2": source = try byteLevel()
    case "llama": source = try sentencePiece()
    default:
      throw TokenizerError.unsupported(
        file: file, field: "tokenizer.ggml.model", found: model,
        supported: "gpt2 (byte-level BPE), llama (SentencePiece BPE)")
    }
    try readRoles(&source, isSentencePiece: model == "llama")
    return source
  }

  // MARK: The two kinds

  private func sentencePiece() throws -> VocabularySource {
    var source = VocabularySource(
      file: file, kindName: "SentencePiece BPE", merges: .scored([]), isByteLevel: false)
    source.decoding.metaspace = SentencePieceRules.space
    try readTokens(&source)
    guard let scores = try header.floats("tokenizer.ggml.scores") else {
      throw TokenizerError.missing(
        file: file, field: "tokenizer.ggml.scores", expected: "\(source.vocabularySize) numbers")
    }
    guard scores.count == source.vocabularySize, scores.allSatisfy({ !$0.isNaN }) else {
      throw TokenizerError.invalid(
        file: file, field: "tokenizer.ggml.scores", expected: "\(source.vocabularySize) numbers",
        found: "\(scores.count) numbers\(scores.contains { $0.isNaN } ? ", some not a number" : "")")
    }
    source.merges = .scored(scores)
    source.usesByteFallback = true
    let prefixes = try header.bool("tokenizer.ggml.add_space_prefix") ?? true
    source.normalizer = SentencePieceRules.normalizer(collapses: false, prefixes: prefixes, escapes: true)
    source.decoding.leadingSpace = prefixes ? .one : .kept
    source.rules = ["prefix \(prefixes)"]
    return source
  }

  private func byteLevel() throws -> VocabularySource {
    let family = try header.string("tokenizer.ggml.pre") ?? "default"
    guard let patterns = KnownPatterns.patterns(family: family) else {
      throw TokenizerError.unsupported(
        file: file, field: "tokenizer.ggml.pre", found: family,
        supported: KnownPatterns.familyNames.joined(separator: ", "))
    }
    var source = VocabularySource(
      file: file, kindName: "byte-level BPE (\(family))", merges: .scored([]), isByteLevel: true)
    source.encodesBytes = true
    source.decoding.isByteLevel = true
    try readTokens(&source)
    source.merges = try merges(source)
    source.absentBytesSeparate = true
    source.ignoresMerges = KnownPatterns.ignoringMerges.contains(family)
    source.rules = patterns
    for pattern in patterns {
      source.splits.append(.pattern(try Pattern(pattern), .isolated, isInverted: false))
    }
    return source
  }

  // MARK: Tokens

  private func readTokens(_ source: inout VocabularySource) throws {
    let field = "tokenizer.ggml.tokens"
    guard let tokens = try header.strings(field) else {
      throw TokenizerError.missing(file: file, field: field, expected: "a vocabulary")
    }
    guard !tokens.isEmpty else {
      throw TokenizerError.invalid(file: file, field: field, expected: "a vocabulary", found: "empty")
    }
    guard tokens.count <= VocabularySource.largestVocabulary else {
      throw TokenizerError.tooLarge(
        file: file, field: field, found: tokens.count, limit: VocabularySource.largestVocabulary)
    }
    let types = try header.integers("tokenizer.ggml.token_type")
    guard types.map({ $0.count == tokens.count }) ?? true else {
      throw TokenizerError.invalid(
        file: file, field: "tokenizer.ggml.token_type", expected: "\(tokens.count) numbers",
        found: "\(types?.count ?? 0)")
    }
    source.symbols = ByteStringMap(capacity: tokens.count)
    source.addedPriority = .longestFirst
    for id in tokens.indices {
      let type = types.map { $0[id] } ?? TokenKind.normal.rawValue
      guard let kind = TokenKind(rawValue: type) else {
        throw TokenizerError.invalid(
          file: file, field: "tokenizer.ggml.token_type[\(id)]", expected: "0 to 6", found: "\(type)")
      }
      try tokens.withBytes(at: id) { (text) throws(TokenizerError) in
        try addToken(text, id, kind == .absent ? .normal : kind, &source)
      }
    }
    // Texts of special tokens can also be made by merging, where no ordinary token has them.
    if source.isByteLevel {
      for token in source.added where source.symbols.value(token.text) == nil {
        source.symbols.update(Array(token.text.utf8), to: token.id)
      }
    }
  }

  private func addToken(
    _ text: Span<UInt8>, _ id: Int, _ kind: TokenKind, _ source: inout VocabularySource
  ) throws(TokenizerError) {
    guard UTF8Text.firstInvalid(text) == nil else {
      throw .invalid(
        file: file, field: "tokenizer.ggml.tokens[\(id)]", expected: "UTF-8",
        found: "bytes \(text.indices.prefix(16).map { text[$0] })")
    }
    source.texts.append(text)
    source.kinds.append(kind)
    switch kind {
    case .normal, .unused: source.symbols.update(text, 0..<text.count, to: id)
    case .control, .unknown, .userDefined:
      let string = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
      source.added.append(AddedToken(id: id, text: string, isSpecial: kind.isSpecial))
    case .byte, .absent: break
    }
  }

  private func merges(_ source: VocabularySource) throws -> VocabularySource.Merges {
    let field = "tokenizer.ggml.merges"
    guard let merges = try header.strings(field) else {
      throw TokenizerError.missing(file: file, field: field, expected: "the list of merges")
    }
    var builder = MergeBuilder(
      file: file, vocabularySize: source.vocabularySize, symbols: source.symbols, notesJunctions: false,
      capacity: merges.count)
    for rank in merges.indices {
      try merges.withBytes(at: rank) { (text) throws(TokenizerError) in
        // llama.cpp looks for the space from the second byte on.
        guard UTF8Text.firstInvalid(text) == nil,
          let space = text.indices.dropFirst().first(where: { text[$0] == UInt8(ascii: " ") }), space + 1 < text.count
        else {
          throw .invalid(
            file: file, field: "\(field)[\(rank)]", expected: "two texts with a space between",
            found: "'\(String(decoding: text.indices.prefix(40).map { text[$0] }, as: UTF8.self))'")
        }
        try builder.add(
          text.extracting(0..<space), text.extracting(space + 1..<text.count), rank: rank, isStrict: false)
      }
    }
    return builder.merges
  }

  // MARK: Roles

  private func readRoles(_ source: inout VocabularySource, isSentencePiece: Bool) throws {
    let size = source.vocabularySize
    source.roles.bos = try id("bos_token_id", size) ?? (isSentencePiece && size > 1 ? 1 : nil)
    source.roles.eos = try id("eos_token_id", size) ?? (isSentencePiece && size > 2 ? 2 : nil)
    source.roles.unknown = try id("unknown_token_id", size) ?? (isSentencePiece ? 0 : nil)
    source.unknownToken = source.roles.unknown
    for name in ["eot_token_id", "eom_token_id"] {
      if let end = try id(name, size) { source.roles.otherEnds.insert(end) }
    }
    let family = try header.string("tokenizer.ggml.pre") ?? "default"
    let addsBOS =
      try header.bool("tokenizer.ggml.add_bos_token")
      ?? (isSentencePiece || KnownPatterns.addingBOS.contains(family))
    let addsEOS = try header.bool("tokenizer.ggml.add_eos_token") ?? false
    source.roles.prefix = addsBOS ? source.roles.bos.map { [$0] } ?? [] : []
    source.roles.suffix = addsEOS ? source.roles.eos.map { [$0] } ?? [] : []
    source.roles.chatTemplate = try chatTemplate()
    let name = try header.string("general.name")?.lowercased() ?? ""
    if name.contains("phi-3") || name.contains("phi3") { applyPhi3Rules(&source) }
  }

  private func id(_ name: String, _ size: Int) throws -> Int? {
    let field = "tokenizer.ggml.\(name)"
    guard let id = try header.integer(field) else { return nil }
    // Some converters write the largest 32-bit number for "none".
    if id == Int(UInt32.max) || id == -1 { return nil }
    guard 0..<size ~= id else {
      throw TokenizerError.invalid(file: file, field: field, expected: "an id below \(size)", found: "\(id)")
    }
    return id
  }

  private func chatTemplate() throws -> String? {
    let field = "tokenizer.chat_template"
    guard let bytes = try header.bytes(field) else { return nil }
    guard UTF8Text.firstInvalid(bytes.span) == nil else {
      throw TokenizerError.invalid(file: file, field: field, expected: "UTF-8", found: "other bytes")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The Phi-3 release swallows the white space after its markers, which GGUF has no field for; llama.cpp knows it by
  /// the model's name.
  private func applyPhi3Rules(_ source: inout VocabularySource) {
    for index in source.added.indices {
      source.added[index].stripsRight = !["<unk>", "<s>", "<|endoftext|>"].contains(source.added[index].text)
    }
  }
}
