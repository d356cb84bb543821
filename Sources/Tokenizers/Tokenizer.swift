/// Whether the beginning-of-sequence token is put before the ids of a text.
public enum BOSPolicy: String, Sendable, CaseIterable {
  /// As the checkpoint says, EOS included.
  case auto
  /// Before every text, also where the checkpoint does not ask for it.
  case always
  /// The ids of the text alone: neither BOS nor EOS.
  case never
}

/// A model's tokenizer: text to ids and back.
///
/// Loaded from a GGUF file, tokenizer.json or a SentencePiece model. Copies share their storage.
public struct Tokenizer: Sendable {
  let core: TokenizerCore

  /// The number of ids, from 0: one more than the highest id of a token.
  public var vocabularySize: Int { core.kinds.count }
  /// The token that begins a sequence.
  public var bosToken: Int? { core.roles.bos }
  /// The token that ends a sequence.
  public var eosToken: Int? { core.roles.eos }
  /// The token for text that has no other.
  public var unknownToken: Int? { core.roles.unknown }
  /// Every id that ends a generation: EOS and the end-of-turn tokens of the vocabulary.
  public var endTokens: Set<Int> { core.endTokens }
  /// Whether the checkpoint asks for BOS before a text.
  public var addsBOS: Bool { core.addsBOS }
  /// Whether the checkpoint asks for EOS after a text.
  public var addsEOS: Bool { core.addsEOS }
  /// The checkpoint's own chat template, in Jinja.
  public var chatTemplate: String? { core.roles.chatTemplate }
  /// The checkpoint's own chat template, ready to render; nil where it has none.
  ///
  /// - Returns: the template, made once.
  /// - Throws: `ChatTemplateError` for what is no template, or one with tags that are not supported.
  public func ownChatTemplate() throws(ChatTemplateError) -> ChatTemplate? { try core.template?.get() }
  /// Sentences for people about what its files ask of generation and is not done.
  public var notes: [String] { core.notes }
  /// What kind of tokenizer it is, for people: `byte-level BPE (smollm)`, `SentencePiece BPE`.
  public var kindName: String { core.kindName }
  /// The SHA-256 over everything that influences ids: tokens, merges, rules and the BOS policy.
  public var identity: String { core.identity }

  /// The ids of a text.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - bos: whether BOS goes first. A text whose first token is BOS already does not get a second one.
  ///   - parseSpecial: whether special tokens written in the text count as such; otherwise they are spelled out.
  /// - Returns: the ids.
  /// - Complexity: O(n log n) in the length of the longest word, O(n) in everything else.
  public func encode(_ text: String, bos: BOSPolicy = .auto, parseSpecial: Bool = true) -> [Int] {
    core.encode(text, bos: bos, parseSpecial: parseSpecial)
  }

  /// The text of ids; bytes that are not UTF-8 become U+FFFD, as many as the tokenizer's own library gives.
  ///
  /// Ids outside the vocabulary give nothing.
  ///
  /// - Parameters:
  ///   - ids: token ids.
  ///   - skipSpecial: whether special tokens are left out.
  /// - Returns: the text.
  public func decode(_ ids: [Int], skipSpecial: Bool = true) -> String {
    guard core.decoding.byteRuns != .joined else {
      return String(decoding: decodeBytes(ids, skipSpecial: skipSpecial), as: UTF8.self)
    }
    var decoder = StreamingDecoder(self, skipSpecial: skipSpecial)
    return ids.map { decoder.append($0) }.joined() + decoder.finish()
  }

  /// The bytes that ids stand for, UTF-8 or not.
  ///
  /// - Parameters:
  ///   - ids: token ids.
  ///   - skipSpecial: whether special tokens are left out.
  /// - Returns: the bytes.
  public func decodeBytes(_ ids: [Int], skipSpecial: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    var isAtStart = true
    for id in ids { core.append(id, skipSpecial: skipSpecial, isAtStart: &isAtStart, into: &bytes) }
    return bytes
  }

  /// The text of a token as it is stored in the vocabulary; nil for an id that has none.
  public func token(_ id: Int) -> String? {
    guard core.kinds.indices ~= id, core.kinds[id] != .absent else { return nil }
    return String(decoding: core.texts[id], as: UTF8.self)
  }

  /// The id of a token by its stored text.
  public func id(of token: String) -> Int? { core.ids.value(token) }

  /// Whether a token is a control token: no text, and left out of decoded text.
  public func isSpecial(_ id: Int) -> Bool { core.kinds.indices ~= id && core.kinds[id].isSpecial }
}
