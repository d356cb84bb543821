import JSON

/// Reads a Hugging Face `tokenizer.json` with a BPE model; the meaning is that of github.com/huggingface/tokenizers.
struct TokenizerJSON {
  let file: String
  private let root: JSONObject
  private let model: JSONObject
  var source: VocabularySource

  /// Reads the file's bytes into the common form.
  static func source(_ bytes: Span<UInt8>, file: String) throws(TokenizerError) -> VocabularySource {
    let root = try JSONObject(file: file, path: "", JSONValue.parse(bytes, file: file))
    guard let model = try root.object("model") else { throw root.missing("model", "a BPE model") }
    var reader = TokenizerJSON(root: root, model: model)
    try KnownKeys.check(root, KnownKeys.tokenizer)
    try reader.checkModel()
    try reader.readNormalizer(root)
    try reader.readPreTokenizer(root)
    try reader.checkGrowth()
    try reader.readVocabulary()
    reader.chooseAlphabet()
    try reader.readMerges()
    try reader.readPostProcessor(root)
    try reader.readDecoder(root)
    reader.nameKind()
    return reader.source
  }

  private init(root: JSONObject, model: JSONObject) {
    file = root.file
    self.root = root
    self.model = model
    source = VocabularySource(
      file: root.file, kindName: "BPE", merges: .scored([]), isByteLevel: false)
    for section in ["normalizer", "pre_tokenizer"] {
      source.rules.append("\(section) \(root[section]?.canonicalText ?? "null")")
    }
  }

  func unsupported(_ object: JSONObject, _ name: String, _ found: String, _ supported: String) -> TokenizerError {
    .unsupported(file: file, field: object.field(name), found: found, supported: supported)
  }

  /// Compiles a pattern of the file.
  func pattern(_ text: String, _ object: JSONObject) throws(TokenizerError) -> Pattern {
    do {
      return try Pattern(text)
    } catch {
      throw unsupported(
        object, "pattern.Regex", text, "a pattern without \(error.reason), which is at character \(error.position)")
    }
  }

  private func checkModel() throws(TokenizerError) {
    try KnownKeys.check(model, KnownKeys.model)
    if let type = try model.text("type"), type != "BPE" { throw unsupported(model, "type", type, "BPE") }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let affix = try model.text(name), !affix.isEmpty { throw unsupported(model, name, affix, "none") }
    }
    if let dropout = model["dropout"] {
      switch dropout {
      case .integer(0), .number(0): break
      default: throw unsupported(model, "dropout", dropout.kind, "none: ids would be random")
      }
    }
  }

  private mutating func nameKind() {
    let splits = source.splits.compactMap { step -> String? in
      if case .pattern(let pattern, _, _) = step { pattern.source } else { nil }
    }
    let family =
      switch splits {
      case [KnownPatterns.gpt2]: " (gpt-2)"
      case [KnownPatterns.numeric, KnownPatterns.gpt2], [KnownPatterns.digits, KnownPatterns.gpt2]: " (digits, gpt-2)"
      case [KnownPatterns.llama3]: " (llama-3)"
      case [KnownPatterns.qwen2]: " (qwen2)"
      case [KnownPatterns.o200k]: " (o200k)"
      default: ""
      }
    source.kindName = source.isByteLevel ? "byte-level BPE\(family)" : "SentencePiece BPE"
  }

  /// What a step may do to the length of a text, all of its kind together.
  private static let largestGrowth = 64.0
  private static let mostSteps = 256
  private static let mostSpellings = 3

  /// Refuses steps that together make a text very much longer, or that are very many.
  private func checkGrowth() throws(TokenizerError) {
    var spellings = source.normalizer.count { if case .spellBytes = $0 { true } else { false } }
    var growth = 1.0
    for step in source.normalizer + source.fragmentSteps {
      if case .spellBytes = step { continue }
      growth *= step.growth
    }
    for step in source.splits {
      switch step {
      case .pattern, .prefixSpace: break
      case .spellBytes: spellings += 1
      case .rewrite(let steps): growth = steps.reduce(growth) { $0 * $1.growth }
      }
    }
    guard growth <= Self.largestGrowth else {
      throw unsupported(
        root, "normalizer", "makes a text up to \(Int(min(growth, 1e15))) times as long",
        "at most \(Int(Self.largestGrowth)) times")
    }
    let steps = max(source.normalizer.count, source.splits.count)
    guard steps <= Self.mostSteps, spellings <= Self.mostSpellings else {
      throw unsupported(
        root, "normalizer or pre_tokenizer", "\(steps) steps, \(spellings) of them ByteLevel",
        "at most \(Self.mostSteps) and \(Self.mostSpellings)")
    }
  }

  /// Whether words are encoded as bytes, or in the spelling that the steps give them.
  ///
  /// Bytes are faster and the same where that spelling is the last step and the vocabulary has no say about bytes
  /// without a token.
  private mutating func chooseAlphabet() {
    let isSpelled = source.normalizer.contains { if case .spellBytes = $0 { true } else { false } }
    let count = source.splits.count { if case .spellBytes = $0 { true } else { false } }
    source.isByteLevel = isSpelled || count > 0
    guard !isSpelled, count == 1, case .spellBytes? = source.splits.last else { return }
    let isComplete = ByteAlphabet.spellings.allSatisfy { source.symbols.value($0) != nil }
    guard isComplete || source.unknownToken == nil && !source.usesByteFallback else { return }
    source.splits.removeLast()
    source.encodesBytes = true
  }

  // MARK: Vocabulary

  private mutating func readVocabulary() throws(TokenizerError) {
    guard case .object(let members)? = model["vocab"] else {
      throw model.missing("vocab", "an object of tokens and ids")
    }
    source.usesByteFallback = try model.bool("byte_fallback") ?? false
    source.fusesUnknown = try model.bool("fuse_unk") ?? false
    source.ignoresMerges = try model.bool("ignore_merges") ?? false
    let added = try addedTokens()
    let entries = try entries(members, added)
    source.symbols = ByteStringMap(capacity: members.count)
    for member in members {
      guard case .integer(let id) = member.value else { continue }
      source.symbols.update(Array(member.key.utf8), to: id)
    }
    guard source.symbols.count == members.count else {
      throw .duplicate(file: file, field: "model.vocab", value: "a token")
    }
    for (index, token) in added.enumerated() {
      guard let own = source.symbols.value(token.text), own != token.id else { continue }
      throw .duplicate(
        file: file, field: "added_tokens[\(index)].id", value: "'\(token.text)' (ids \(own) and \(token.id))")
    }
    let kinds = Dictionary(added.map { ($0.id, $0.isSpecial ? TokenKind.control : .userDefined) }) { $1 }
    for (id, text) in entries.enumerated() {
      guard let text else { continue }
      var kind = kinds[id] ?? .normal
      if kind == .normal, TokenizerCore.byteValue(text.utf8.span) != nil { kind = .byte }
      try source.append(text, id: id, kind: kind)
    }
    source.added = added
    guard let unknown = try model.text("unk_token") else { return }
    guard let id = source.id(of: unknown) else {
      throw .invalid(file: file, field: "model.unk_token", expected: "a token", found: "'\(unknown)'")
    }
    source.roles.unknown = id
    source.unknownToken = id
  }

  /// The texts by id, checked for range, duplicates and contradictions.
  private func entries(_ members: [JSONValue.Member], _ added: [AddedToken]) throws(TokenizerError) -> [String?] {
    var entries = [String?](repeating: nil, count: members.count)
    func set(_ text: String, _ id: Int, _ field: String) throws(TokenizerError) {
      guard id >= 0 else {
        throw .invalid(file: file, field: field, expected: "an id from 0", found: "\(id)")
      }
      guard id < VocabularySource.largestVocabulary else {
        throw .tooLarge(file: file, field: field, found: id, limit: VocabularySource.largestVocabulary - 1)
      }
      while entries.count <= id { entries.append(nil) }
      if let other = entries[id], other != text {
        throw .duplicate(file: file, field: field, value: "id \(id) ('\(other)' and '\(text)')")
      }
      entries[id] = text
    }
    for member in members {
      guard case .integer(let id) = member.value else {
        throw .invalid(
          file: file, field: "model.vocab['\(member.key)']", expected: "an id", found: member.value.kind)
      }
      try set(member.key, id, "model.vocab['\(member.key)']")
    }
    for (index, token) in added.enumerated() { try set(token.text, token.id, "added_tokens[\(index)].id") }
    return entries
  }

  private func addedTokens() throws(TokenizerError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for object in try root.objects("added_tokens") {
      guard let id = try object.integer("id") else { throw object.missing("id", "a token id") }
      tokens.append(try Self.addedToken(object, id: id))
    }
    return tokens
  }

  /// An added token's members, as in `added_tokens` and in tokenizer_config.json.
  static func addedToken(_ object: JSONObject, id: Int) throws(TokenizerError) -> AddedToken {
    try KnownKeys.check(object, KnownKeys.addedToken)
    guard let content = try object.text("content") else { throw object.missing("content", "the token's text") }
    let isSpecial = try object.bool("special") ?? false
    return AddedToken(
      id: id, text: content, isSpecial: isSpecial, stripsLeft: try object.bool("lstrip") ?? false,
      stripsRight: try object.bool("rstrip") ?? false, isSingleWord: try object.bool("single_word") ?? false,
      isNormalized: try object.bool("normalized") ?? !isSpecial)
  }

  // MARK: Merges

  private mutating func readMerges() throws(TokenizerError) {
    guard let merges = try model.array("merges") else { throw model.missing("merges", "the list of merges") }
    var builder = MergeBuilder(
      file: file, vocabularySize: source.vocabularySize, symbols: source.symbols,
      notesJunctions: !source.encodesBytes, capacity: merges.count)
    for (rank, merge) in merges.enumerated() {
      switch merge {
      case .string(let text):
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw badMerge(rank, merge) }
        try builder.add(Array(parts[0]).span, Array(parts[1]).span, rank: rank, isStrict: true)
      case .array(let pair):
        guard pair.count == 2, case .string(let left) = pair[0], case .string(let right) = pair[1] else {
          throw badMerge(rank, merge)
        }
        try builder.add(left.utf8.span, right.utf8.span, rank: rank, isStrict: true)
      default: throw badMerge(rank, merge)
      }
    }
    source.merges = builder.merges
  }

  private func badMerge(_ rank: Int, _ found: JSONValue) -> TokenizerError {
    .invalid(file: file, field: "model.merges[\(rank)]", expected: "two texts", found: found.kind)
  }
}
